// What the rule does: pins as product rows, the other kinds as sentences with a target.
import { checkbox, el, icon, loadLabels, productOf, removeButton, say, select } from "./dom.js";
import { clauseList } from "./clauses.js";
import { PAGE_KINDS, pageSentence } from "./page_actions.js";
import { searchBox } from "./picker.js";

const NEW_TARGET = () => [{ field: "brand", values: [] }];

export function nextPosition(actions) {
  const taken = new Set(actions.filter((action) => action.type === "pin").map((action) => action.position));
  let position = 1;
  while (taken.has(position)) position += 1;
  return position;
}

export function addPin(actions, sku, position) {
  const others = actions.filter((action) => !(action.type === "pin" && action.sku === sku));
  const moved = others.map((action) => ({ ...action }));
  // A pin put on a taken position pushes that pin and its neighbours back.
  let wanted = position;
  for (let holder = moved.find((action) => action.type === "pin" && action.position === wanted); holder;) {
    wanted += 1;
    const next = moved.find((action) => action !== holder && action.type === "pin" && action.position === wanted);
    holder.position = wanted;
    holder = next;
  }
  return [...moved, { type: "pin", sku, position }];
}

export function drawActions(actions, onChange, errorAt) {
  const replace = (index, action) => onChange(actions.map((item, other) => (other === index ? action : item)));
  const remove = (index) => onChange(actions.filter((_item, other) => other !== index));
  const indexed = actions.map((action, index) => ({ action, index }));
  const pins = indexed.filter(({ action }) => action.type === "pin").sort((a, b) => a.action.position - b.action.position);
  const others = indexed.filter(({ action }) => action.type !== "pin");
  return [
    ...pins.map(({ action, index }) => pinRow(action, (changed) => replace(index, changed), () => remove(index), errorAt(`actions.${index}`))),
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
    ...Object.values(PAGE_KINDS()).map((kind) => button(kind.title, kind.icon, kind.make)));
}

function pinRow(action, onChange, onRemove, error) {
  const face = el("span", { className: "rule-product" });
  const draw = () => face.replaceChildren(...productFace(action.sku));
  draw();
  if (!productOf(action.sku)) loadLabels("sku", [action.sku]).then(draw).catch(() => {});
  const position = el("input", { type: "number", min: 1, max: 10000, className: "rule-input rule-position", "aria-label": say("at position"), value: action.position });
  position.addEventListener("change", () => onChange({ ...action, position: Number(position.value) || 1 }));
  return el("div", { className: "rule-row rule-pin" }, el("span", { className: "rule-badge rule-badge--pin" }, say("Pin")),
    el("div", { className: "rule-sentence" }, face, el("span", { className: "rule-pair" }, el("span", { className: "rule-word" }, say("at position")), position), policy(action, onChange), error),
    removeButton(onRemove));
}

function productFace(sku) {
  const product = productOf(sku);
  if (!product) return [el("span", {}, sku), el("small", { className: "rule-muted" }, say("Not in the catalog now"))];
  return [el("img", { src: product.image, alt: "", width: 40, height: 40, loading: "lazy" }),
    el("span", { className: "rule-product-text" }, el("span", {}, product.title),
      el("small", { className: product.in_stock ? "rule-muted" : "rule-warning" }, [product.sku, product.price_text, product.in_stock ? "" : say("out of stock")].filter(Boolean).join(" · ")))];
}

const opened = new Set();

function policy(action, onChange) {
  const missing = select([["compact", say("pins behind it move up")], ["keep_gap", say("keep the gap")]], action.on_missing || "compact",
    (chosen) => onChange({ ...action, on_missing: chosen }), say("When it cannot be shown"));
  const toggle = (name, text, usual) => checkbox(text, action[name] ?? usual, (on) => onChange({ ...action, [name]: on }));
  const box = el("details", { className: "rule-details", open: opened.has(action.sku), ontoggle: () => (box.open ? opened.add(action.sku) : opened.delete(action.sku)) },
    el("summary", {}, say("Options")),
    el("div", { className: "rule-policy" }, el("label", { className: "rule-check-label" }, el("span", {}, say("When it cannot be shown")), missing),
      toggle("obey_filters", say("Only within the shopper's filters"), true), toggle("obey_stock", say("Only while in stock"), true),
      toggle("obey_sort", say("Not when the shopper sorts"), true), toggle("obey_query", say("Only when the words find it"), false)));
  return box;
}

function otherRow(action, index, onChange, onRemove, errorAt) {
  const page = PAGE_KINDS()[action.type];
  if (page) return el("div", { className: "rule-row" }, el("span", { className: `rule-badge rule-badge--${action.type}` }, page.title),
    el("div", { className: "rule-sentence" }, pageSentence(action, onChange, (path) => errorAt(`actions.${index}.${path}`)).filter(Boolean), errorAt(`actions.${index}`)),
    removeButton(onRemove));
  const name = action.type === "filter" ? "filters" : "target";
  const kind = action.type === "boost" ? (action.strength < 0 ? "bury" : "boost") : action.type;
  const titles = { boost: say("Boost"), bury: say("Bury"), hide: say("Hide"), filter: say("Show only") };
  return el("div", { className: "rule-row" }, el("span", { className: `rule-badge rule-badge--${kind}` }, titles[kind]),
    el("div", { className: "rule-sentence" }, el("span", { className: "rule-word" }, say("products where")),
      clauseList(action[name], (clauses) => onChange({ ...action, [name]: clauses }), (position) => errorAt(`actions.${index}.${name}.${position}`)),
      action.type === "boost" ? strength(action, onChange) : null, errorAt(`actions.${index}`, true)),
    removeButton(onRemove));
}

function strength(action, onChange) {
  const sign = action.strength < 0 ? -1 : 1;
  const shown = el("output", { className: "rule-strength-value" }, signed(action.strength));
  const slider = el("input", { type: "range", min: 1, max: 100, step: 1, className: "rule-slider", "aria-label": say("strength"), value: Math.abs(action.strength) });
  slider.addEventListener("input", () => { shown.textContent = signed(sign * Number(slider.value)); });
  slider.addEventListener("change", () => onChange({ ...action, strength: sign * Number(slider.value) }));
  return el("span", { className: "rule-strength" }, el("span", { className: "rule-muted" }, say("a little")), slider, el("span", { className: "rule-muted" }, say("strongly")), shown);
}

function signed(strength) {
  return strength > 0 ? `+${strength}` : String(strength);
}
