// How far a boost moves, how products are mixed, and blocks of products put into the page.
import { checkbox, details, el, say, select, settings, tellTyped } from "./dom.js";
import { clauseList } from "./clauses.js";
import { isWholeClause } from "./pin_row.js";

export const PLACING_KINDS = () => ({
  diversify: { title: say("Mix"), icon: "shuffle", make: () => ({ type: "diversify", field: "brand", most: 2, within: null }) },
  group: { title: say("Block of products"), badge: say("Block"), icon: "view_day", make: () => ({ type: "group", title_en: "", title_zh: "", words: "", target: [], size: 4, position: 5, dedupe: "list" }) },
});

export function placingSentence(action, onChange) {
  const change = (part) => onChange({ ...action, ...part });
  return { diversify, group }[action.type](action, change);
}

export function isWholeGroup(action) {
  const target = action.target || [];
  return Boolean((action.title_en || action.title_zh) && (action.words || target.length) && target.every(isWholeClause));
}

export function strength(action, onChange) {
  const sign = action.strength < 0 ? -1 : 1;
  const by = action.by || "spread";
  const said = (value) => `${value > 0 ? "+" : "−"}${Math.abs(value)}${by === "position" ? " %" : ""}`;
  const shown = el("output", { className: "rule-strength-value" }, said(action.strength));
  const slider = el("input", { type: "range", min: 1, max: 100, step: 1, className: "rule-slider", "aria-label": say("strength"), value: Math.abs(action.strength) });
  slider.addEventListener("input", () => { shown.textContent = said(sign * Number(slider.value)); });
  slider.addEventListener("change", () => onChange({ ...action, strength: sign * Number(slider.value) }));
  const mode = select([["spread", say("by how well products match")], ["position", say("by their position")]], by, (chosen) => onChange({ ...action, by: chosen }), say("measured"));
  const hint = { true: say("+50 % halves the position: the 10th becomes the 5th."), false: say("−50 % doubles the position: the 5th becomes the 10th.") }[sign > 0];
  return el("span", { className: "rule-strength" }, mode,
    el("span", { className: "rule-pair" }, el("span", { className: "rule-muted" }, say("a little")), slider, el("span", { className: "rule-muted" }, say("strongly")), shown),
    by === "position" ? el("span", { className: "rule-muted rule-strength-hint" }, hint) : null);
}

function number(action, name, label, { min = 1, max = 10000, empty = 1 } = {}) {
  const node = el("input", { type: "number", min, max, className: "rule-input rule-position", value: action[name] ?? "", "aria-label": label });
  node.addEventListener("input", () => { action[name] = Number(node.value) || empty; tellTyped(node); });
  return node;
}

function word(text) {
  return el("span", { className: "rule-word" }, text);
}

function diversify(action, change) {
  const fields = [["brand", say("brand")], ["category", say("category")], ...settings.attributes.map((item) => [item.key, item.label])];
  const known = fields.some(([key]) => key === action.field) ? fields : [...fields, [action.field, action.field]];
  return [
    el("span", { className: "rule-pair" }, word(say("no more than")), number(action, "most", say("no more than"), { max: 20 })),
    el("span", { className: "rule-pair" }, word(say("of the same")), select(known, action.field, (field) => change({ field }), say("of the same"))),
    select([["row", say("in a row")], ["within", say("among the first")]], action.within ? "within" : "row", (chosen) => change({ within: chosen === "within" ? 12 : null }), say("Where")),
    action.within ? number(action, "within", say("among the first"), { min: 2, max: 100, empty: 12 }) : null,
    el("span", { className: "rule-muted" }, say("Others are held back, none is left out; pins stay.")),
  ];
}

function line(action, name, label, placeholder = "") {
  const node = el("input", { type: "text", className: "rule-input rule-line", value: action[name] || "", maxLength: 300, placeholder, "aria-label": label });
  node.addEventListener("input", () => { action[name] = node.value.trim(); tellTyped(node); });
  return el("label", { className: "rule-field" }, el("span", { className: "rule-muted" }, label), node);
}

function group(action, change) {
  const target = action.target || [];
  const toggle = (name, text) => checkbox(text, action[name] ?? true, (on) => change({ [name]: on }));
  return [
    el("div", { className: "rule-fields" }, line(action, "title_en", say("title (English)")), line(action, "title_zh", say("title (Chinese)")),
      line(action, "words", say("the best for these words"), say("empty: what the shopper searches"))),
    el("span", { className: "rule-pair" }, word(say("the best")), number(action, "size", say("the best"), { max: 24 }),
      word(target.length ? say("products where") : say("products"))),
    clauseList(target, (clauses) => change({ target: clauses })),
    el("span", { className: "rule-pair" }, word(say("before the result at position")), number(action, "position", say("before the result at position"))),
    select([["list", say("they leave the list")], ["group", say("only those the list does not have")]], action.dedupe || "list", (dedupe) => change({ dedupe }), say("Each product once")),
    details(action, say("Options"), el("div", { className: "rule-policy" },
      toggle("obey_filters", say("Only within the shopper's filters")), toggle("obey_stock", say("Only while in stock")), toggle("obey_sort", say("Not when the shopper sorts")))),
  ];
}
