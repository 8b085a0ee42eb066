// When the rule applies: rows that read as a sentence; all of them must hold.
import { checkbox, el, removeButton, say, select, settings } from "./dom.js";
import { picker } from "./picker.js";

const KINDS = () => [
  ["query", say("the query")], ["category", say("the category")], ["filter", say("a chosen filter")], ["sort", say("the sort order")],
  ["market", say("the market")], ["locale", say("the language")], ["segment", say("the shopper's segment")],
  ["device", say("the device")], ["detected", say("the words name")], ["intent", say("the shopper wants to")], ["always", say("always")],
];
const MATCHES = () => [
  ["contains", say("contains")], ["is", say("is")], ["starts", say("starts with")], ["ends", say("ends with")],
  ["empty", say("is empty")], ["any", say("is anything")],
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
  return kind === "always" ? { type: "always" } : { type: kind, values: [] };
}

export function drawConditions(conditions, onChange, errorAt) {
  const replace = (index, condition) => onChange(conditions.map((item, other) => (other === index ? condition : item)));
  const rows = conditions.map((condition, index) => el("div", { className: "rule-row" },
    el("span", { className: "rule-word" }, index ? say("and") : ""),
    el("div", { className: "rule-sentence" }, sentence(condition, (changed) => replace(index, changed)), errorAt(`conditions.${index}`)),
    removeButton(() => onChange(conditions.filter((_item, other) => other !== index)))));
  const add = select([["", `+ ${say("Add a condition")}`], ...KINDS()], "", (kind) => kind && onChange([...conditions, newCondition(kind)]), say("Add a condition"));
  add.classList.add("rule-add");
  return [...rows, errorAt("conditions", true), add];
}

function sentence(condition, onChange) {
  const kind = select(KINDS(), condition.type, (chosen) => onChange(newCondition(chosen)), say("Add a condition"));
  if (condition.type === "always") return [kind, el("span", { className: "rule-muted" }, say("Every search and every page."))];
  if (condition.type === "query") return [kind, ...querySentence(condition, onChange)];
  if (condition.type === "category") return [kind, negation(condition, onChange), keys(condition, onChange),
    checkbox(say("with subcategories"), condition.include_children !== false, (on) => onChange({ ...condition, include_children: on }))];
  if (condition.type === "filter") return [kind, ...filterSentence(condition, onChange)];
  if (condition.type === "detected") return [kind, ...detectedSentence(condition, onChange)];
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
    node.addEventListener("change", () => onChange({ ...condition, [name]: node.value === "" ? null : Number(node.value) }));
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

function querySentence(condition, onChange) {
  const match = select(MATCHES(), condition.match, (chosen) => {
    const bare = chosen === "empty" || chosen === "any";
    onChange({ ...condition, match: chosen, values: bare ? [] : condition.values });
  }, say("the query"));
  const not = checkbox(say("not"), Boolean(condition.negate), (on) => onChange({ ...condition, negate: on }));
  if (condition.match === "empty" || condition.match === "any") return [match, not];
  const exact = checkbox(say("exact letters"), condition.use_analysis === false, (on) => onChange({ ...condition, use_analysis: !on }));
  exact.title = say("also other endings, widths, traditional or simplified");
  const words = picker({ field: "words", values: condition.values, label: say("the query"), onChange: (values) => onChange({ ...condition, values }) });
  return [match, words, el("span", { className: "rule-switches" }, exact, not)];
}

function filterSentence(condition, onChange) {
  const fields = [["brand", say("brand")], ["category", say("category")], ["price", say("price")], ["rating", say("rating")],
    ["in_stock", say("in stock")], ["on_sale", say("on sale")], ...settings.attributes.map((item) => [item.key, item.label])];
  const field = select(fields, condition.field, (chosen) => onChange({ ...condition, field: chosen, values: [], exactly: false }), say("a chosen filter"));
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
