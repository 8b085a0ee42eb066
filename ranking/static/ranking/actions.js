// What the rule does: pins as product rows, the other kinds as sentences with a target.
import { become, el, icon, removeButton, say } from "./dom.js";
import { clauseList } from "./clauses.js";
import { PAGE_KINDS, pageSentence } from "./page_actions.js";
import { searchBox } from "./picker.js";
import { pinRow } from "./pin_row.js";
import { PLACING_KINDS, placingSentence, strength } from "./placing_actions.js";
import { addPin, nextPosition, placePin } from "./rule_edits.js";

const NEW_TARGET = () => [{ field: "brand", values: [] }];

export function drawActions(actions, onChange, errorAt) {
  const replace = (index, changed) => { become(actions[index], changed); onChange(actions, index); };
  const remove = (index) => onChange(actions.filter((_item, other) => other !== index));
  const indexed = actions.map((action, index) => ({ action, index }));
  const pins = indexed.filter(({ action }) => action.type === "pin").sort((a, b) => a.action.position - b.action.position);
  const others = indexed.filter(({ action }) => action.type !== "pin");
  return [
    ...pins.map(({ action, index }) => pinRow(action, { onChange: (changed) => replace(index, changed), onMove: (position) => onChange(placePin(actions, action.sku, position)), onRemove: () => remove(index), error: errorAt(`actions.${index}`), path: `actions.${index}` })),
    ...others.map(({ action, index }) => otherRow(action, index, (changed) => replace(index, changed), () => remove(index), errorAt)),
    errorAt("actions", true),
    addBar(actions, onChange),
  ];
}

function addBar(actions, onChange) {
  const pinBox = searchBox({
    field: "sku", label: say("Search a product to pin"), placeholder: say("Search a product to pin"),
    onPick: (sku) => onChange(addPin(actions, sku, nextPosition(actions))),
  });
  pinBox.classList.add("rule-pin-search");
  const button = (text, name, action) => el("button", { type: "button", className: "rule-button", onclick: () => onChange([...actions, action()]) }, icon(name), text);
  return el("div", { className: "rule-addbar" }, pinBox,
    button(say("Boost"), "trending_up", () => ({ type: "boost", strength: 40, target: NEW_TARGET() })),
    button(say("Bury"), "trending_down", () => ({ type: "boost", strength: -40, target: NEW_TARGET() })),
    button(say("Hide"), "visibility_off", () => ({ type: "hide", target: NEW_TARGET() })),
    button(say("Show only"), "filter_alt", () => ({ type: "filter", filters: NEW_TARGET() })),
    ...Object.values({ ...PLACING_KINDS(), ...PAGE_KINDS() }).map((kind) => button(kind.title, kind.icon, kind.make)));
}

function otherRow(action, index, onChange, onRemove, errorAt) {
  const page = PAGE_KINDS()[action.type];
  const known = page || PLACING_KINDS()[action.type];
  const sentence = page ? pageSentence : placingSentence;
  const path = `actions.${index}`;
  if (known) return el("div", { className: "rule-row", "data-path": path }, el("span", { className: `rule-badge rule-badge--${action.type}` }, known.badge || known.title),
    el("div", { className: "rule-sentence" }, sentence(action, onChange).filter(Boolean), errorAt(path)),
    removeButton(onRemove, `${say("Remove")}: ${known.title}`));
  const name = action.type === "filter" ? "filters" : "target";
  const kind = action.type === "boost" ? (action.strength < 0 ? "bury" : "boost") : action.type;
  const titles = { boost: say("Boost"), bury: say("Bury"), hide: say("Hide"), filter: say("Show only") };
  return el("div", { className: "rule-row", "data-path": path }, el("span", { className: `rule-badge rule-badge--${kind}` }, titles[kind]),
    el("div", { className: "rule-sentence" }, el("span", { className: "rule-word" }, say("products where")),
      clauseList(action[name], (clauses) => onChange({ ...action, [name]: clauses })),
      action.type === "boost" ? strength(action, onChange) : null, errorAt(path)),
    removeButton(onRemove, `${say("Remove")}: ${titles[kind]}`));
}
