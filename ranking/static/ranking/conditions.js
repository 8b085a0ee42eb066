// When the rule applies: rows that read as a sentence; all of them must hold.
import { become, checkbox, el, removeButton, say, select, settings, tellTyped } from "./dom.js";
import { expressionBox } from "./expression.js";
import { picker } from "./picker.js";

const KINDS = () => [
  ["query", say("the query")], ["category", say("the category")], ["filter", say("a chosen filter")], ["sort", say("the sort order")],
  ["market", say("the market")], ["locale", say("the language")], ["segment", say("the shopper's segment")],
  ["device", say("the device")], ["detected", say("the words name")], ["intent", say("the shopper wants to")],
  ["results", say("the search finds")], ["always", say("always")],
];
const MATCHES = () => [
  ["contains", say("contains")], ["is", say("is")], ["starts", say("starts with")], ["ends", say("ends with")],
  ["fuzzy", say("is nearly")], ["expression", say("fits the expression")], ["empty", say("is empty")], ["any", say("is anything")],
];
const FIXED = {
  locale: () => [["en", say("English")], ["zh", say("Chinese")]],
  device: () => [["desktop", say("desktop")], ["tablet", say("tablet")], ["phone", say("phone")]],
  intent: () => [["search", say("find")], ["compare", say("compare")], ["ask", say("ask")], ["browse", say("look around")], ["support", say("get help")], ["navigate", say("reach a page")]],
  sort: () => settings.sorts.map((sort) => [sort, sortLabel(sort)]),
};

export function sortLabel(sort) {
  const names = { price_asc: "price, low to high", price_desc: "price, high to low" };
  return say(names[sort] || sort);
}

export function newCondition(kind) {
  if (kind === "query") return { type: "query", match: "contains", values: [] };
  if (kind === "category") return { type: "category", keys: [] };
  if (kind === "filter") return { type: "filter", field: "brand", values: [] };
  if (kind === "detected") return { type: "detected", field: "brand", values: [] };
  if (kind === "results") return { type: "results", at_most: 0 };
  return kind === "always" ? { type: "always" } : { type: kind, values: [] };
}

// Words to preview a condition with: of an expression those before its first sign.
export function sampleQuery(condition) {
  const written = (condition.values || [])[0] || "";
  if (condition.match !== "expression") return written;
  const plain = written.replace(/[()（）"“”^$*]/g, " ");
  return plain.split(/(?:^|\s)(?:AND|OR|NOT|与|且|和|并且|或|或者|非|不含)(?:\s|$)/)[0].trim();
}

export function drawConditions(conditions, onChange, errorAt) {
  const replace = (index, changed) => { become(conditions[index], changed); onChange(conditions, index); };
  const rows = conditions.map((condition, index) => el("div", { className: "rule-row", "data-path": `conditions.${index}` },
    el("span", { className: "rule-word" }, index ? say("and") : ""),
    el("div", { className: "rule-sentence" }, sentence(condition, (changed) => replace(index, changed)), errorAt(`conditions.${index}`)),
    removeButton(() => onChange(conditions.filter((_item, other) => other !== index)))));
  const add = select([["", `+ ${say("Add a condition")}`], ...KINDS()], "", (kind) => kind && onChange([...conditions, newCondition(kind)]), say("Add a condition"));
  add.classList.add("rule-add");
  return [...rows, errorAt("conditions", true), add];
}

function sentence(condition, onChange) {
  const kind = select(KINDS(), condition.type, (chosen) => onChange(newCondition(chosen)), say("kind of condition"));
  if (condition.type === "always") return [kind, el("span", { className: "rule-muted" }, say("Every search and every page."))];
  if (condition.type === "query") return [kind, ...querySentence(condition, onChange)];
  if (condition.type === "category") return [kind, negation(condition, onChange), keys(condition, onChange),
    checkbox(say("with subcategories"), condition.include_children !== false, (on) => onChange({ ...condition, include_children: on }))];
  if (condition.type === "filter") return [kind, ...filterSentence(condition, onChange)];
  if (condition.type === "detected") return [kind, ...detectedSentence(condition, onChange)];
  if (condition.type === "results") return [kind, ...resultsSentence(condition, onChange)];
  return [kind, negation(condition, onChange), fixedOrFree(condition, onChange)];
}

// Numbers are met whatever unit is typed; their bounds are in the unit beside the attribute.
function detectedSentence(condition, onChange) {
  const numbers = settings.attributes.filter((item) => item.kind === "number");
  const fields = [["brand", say("brand")], ["category", say("category")], ["price", say("price")],
    ...settings.attributes.filter((item) => item.kind !== "boolean").map((item) => [item.key, item.unit ? `${item.label} (${item.unit})` : item.label])];
  const field = select(fields, condition.field, (chosen) => onChange({ type: "detected", field: chosen, values: [], negate: condition.negate }), say("the words name"));
  const isNumber = condition.field === "price" || numbers.some((item) => item.key === condition.field);
  const bound = (name, label) => {
    const node = el("input", { type: "number", step: "any", className: "rule-input rule-bound", value: condition[name] ?? "", placeholder: label, "aria-label": label });
    node.addEventListener("input", () => { condition[name] = node.value === "" ? null : Number(node.value); tellTyped(node); });
    return node;
  };
  const wanted = isNumber ? [bound("minimum", say("from")), bound("maximum", say("to"))]
    : [picker({ field: condition.field, values: condition.values, label: say("values"), placeholder: say("any value"), onChange: (values) => onChange({ ...condition, values }) })];
  return [field, negation(condition, onChange), ...wanted];
}

function negation(condition, onChange) {
  return select([["is", say("is")], ["not", say("is not")]], condition.negate ? "not" : "is",
    (chosen) => onChange({ ...condition, negate: chosen === "not" }), say("is"));
}

function keys(condition, onChange) {
  return picker({ field: "category", values: condition.keys, label: say("the category"), onChange: (chosen) => onChange({ ...condition, keys: chosen }) });
}

const BARE = ["empty", "any"];
const FLAGS = ["in_stock", "on_sale"];

function querySentence(condition, onChange) {
  const match = select(MATCHES(), condition.match, (chosen) => onChange(rematch(condition, chosen)), say("the query"));
  const not = checkbox(say("not"), Boolean(condition.negate), (on) => onChange({ ...condition, negate: on }));
  if (BARE.includes(condition.match)) return [match, not];
  const words = condition.match === "expression"
    ? expressionBox({ value: condition.values[0] || "", onText: (text) => { condition.values = text ? [text] : []; } })
    : picker({ field: "words", values: condition.values, label: say("the query"), onChange: (values) => onChange({ ...condition, values }) });
  return [match, words, el("span", { className: "rule-switches" }, ...leniency(condition, onChange), not)];
}

// Words and an expression are written differently, so what was written stays only where it still means the same.
function rematch(condition, match) {
  const sameKind = (condition.match === "expression") === (match === "expression") && !BARE.includes(match);
  const changed = { ...condition, match, values: sameKind ? condition.values : [] };
  if (match === "fuzzy") return { ...changed, use_analysis: true, typos: false };
  return BARE.includes(match) ? { ...changed, synonyms: false, typos: false } : changed;
}

// Exact letters leave no room for anything else.
function leniency(condition, onChange) {
  const exact = checkbox(say("exact letters"), condition.use_analysis === false,
    (on) => onChange(on ? { ...condition, use_analysis: false, synonyms: false, typos: false } : { ...condition, use_analysis: true }));
  exact.title = say("also other endings, widths, traditional or simplified");
  const synonyms = checkbox(say("synonyms too"), Boolean(condition.synonyms), (on) => onChange({ ...condition, synonyms: on }));
  synonyms.title = say("also holds for what the list of synonyms says is the same");
  const typos = checkbox(say("typing errors too"), Boolean(condition.typos), (on) => onChange({ ...condition, typos: on }));
  typos.title = say("one wrong letter from 4 letters on, two from 8 on; Chinese characters that sound alike");
  const isNearly = condition.match === "fuzzy";
  return [isNearly ? null : exact, condition.use_analysis === false ? null : synonyms, isNearly || condition.use_analysis === false ? null : typos];
}

function resultsSentence(condition, onChange) {
  const few = condition.at_most > 0;
  const how = select([["none", say("no product")], ["few", say("no more than")]], few ? "few" : "none",
    (chosen) => onChange({ ...condition, at_most: chosen === "few" ? 3 : 0 }), say("the search finds"));
  const number = el("input", { type: "number", min: 1, max: 1000, step: 1, className: "rule-input rule-number", value: condition.at_most, "aria-label": say("no more than") });
  number.addEventListener("input", () => { condition.at_most = Math.max(1, Math.round(Number(number.value)) || 1); tellTyped(number); });
  const note = el("span", { className: "rule-muted rule-own-line" }, say("Counted before anything the shopper asked for is let go."));
  return few ? [how, el("span", { className: "rule-switches" }, number, el("span", { className: "rule-muted" }, say("products"))), note] : [how, note];
}

function filterSentence(condition, onChange) {
  const fields = [["brand", say("brand")], ["category", say("category")], ["price", say("price")], ["rating", say("rating")],
    ["in_stock", say("in stock")], ["on_sale", say("on sale")], ...settings.attributes.map((item) => [item.key, item.label])];
  const known = fields.some(([key]) => key === condition.field) ? fields : [...fields, [condition.field, condition.field]];
  const field = select(known, condition.field, (chosen) => onChange({ ...condition, field: chosen, values: [], exactly: false }), say("a chosen filter"));
  if (FLAGS.includes(condition.field)) {
    const chosen = select([["", say("any value")], ["true", say("yes")], ["false", say("no")]], condition.values[0] || "", (value) => onChange({ ...condition, values: value ? [value] : [], exactly: false }), say("values"));
    return [field, negation(condition, onChange), chosen];
  }
  const isRange = ["price", "rating"].includes(condition.field) || settings.attributes.some((item) => item.key === condition.field && item.kind === "number");
  if (isRange && !(condition.values || []).length) return [field, negation(condition, onChange), el("span", { className: "rule-muted" }, say("any value"))];
  const values = picker({ field: condition.field, values: condition.values || [], label: say("values"), placeholder: say("any value"),
    onChange: (chosen) => onChange({ ...condition, values: chosen, exactly: chosen.length ? condition.exactly : false }) });
  const exactly = (condition.values || []).length
    ? checkbox(say("exactly these"), Boolean(condition.exactly), (on) => onChange({ ...condition, exactly: on })) : null;
  return [field, negation(condition, onChange), values, exactly];
}

function fixedOrFree(condition, onChange) {
  const options = FIXED[condition.type];
  if (!options) return picker({ field: condition.type, values: condition.values, label: KINDS().find(([kind]) => kind === condition.type)[1], placeholder: say("type or choose"), onChange: (values) => onChange({ ...condition, values }) });
  return el("span", { className: "rule-switches" }, options().map(([key, text]) => checkbox(text, condition.values.includes(key),
    (on) => onChange({ ...condition, values: on ? [...condition.values, key] : condition.values.filter((value) => value !== key) }))));
}
