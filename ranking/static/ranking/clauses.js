// "Products where brand is … and price is from … to …": the target of a boost, a hide or a show-only.
import { become, el, removeButton, say, select, settings, tellTyped } from "./dom.js";
import { picker } from "./picker.js";

const OWN_FIELDS = () => [
  ["brand", say("brand")], ["category", say("category")], ["sku", say("product")], ["price", say("price")],
  ["rating", say("rating")], ["in_stock", say("in stock")], ["on_sale", say("on sale")],
  ["words", say("what it says")],
];

function fieldOptions(chosen) {
  const known = [...OWN_FIELDS(), ...settings.attributes.map((attribute) => [attribute.key, attribute.label])];
  return known.some(([key]) => key === chosen) ? known : [...known, [chosen, chosen]];
}

export function clauseList(clauses, onChange) {
  const replace = (index, changed) => { become(clauses[index], changed); onChange(clauses); };
  const rows = clauses.map((clause, index) => el("div", { className: "rule-clause" },
    index ? el("span", { className: "rule-word" }, say("and")) : null,
    clauseEditor(clause, (changed) => replace(index, changed)),
    clauses.length > 1 ? removeButton(() => onChange(clauses.filter((_item, other) => other !== index))) : null));
  const add = el("button", { type: "button", className: "rule-link", onclick: () => onChange([...clauses, { field: "brand", values: [] }]) },
    `+ ${say("Add another property")}`);
  return el("div", { className: "rule-clauses" }, rows, add);
}

function clauseEditor(clause, onChange) {
  const attribute = settings.attributes.find((item) => item.key === clause.field);
  const isRange = clause.field === "price" || clause.field === "rating" || (attribute && attribute.kind === "number");
  const isFlag = clause.field === "in_stock" || clause.field === "on_sale";
  const field = select(fieldOptions(clause.field), clause.field, (chosen) => onChange(emptyClause(chosen)), say("products where"));
  if (isFlag) {
    // “Not on sale: no” is said as “on sale: yes”.
    const isYes = ((clause.values || [])[0] || "true") === (clause.exclude ? "false" : "true");
    return [field, select([["true", say("yes")], ["false", say("no")]], String(isYes), (chosen) => onChange({ field: clause.field, values: [chosen] }), say("values"))];
  }
  const negate = select([["is", say("is")], ["not", say("is not")]], clause.exclude ? "not" : "is",
    (chosen) => onChange({ ...clause, exclude: chosen === "not" }), say("is"));
  if (isRange && !(clause.values || []).length) return [field, negate, ...range(clause, onChange, attribute && attribute.unit)];
  return [field, negate, picker({ field: clause.field, values: clause.values || [], onChange: (values) => onChange({ ...clause, values }), label: field.selectedOptions[0].text })];
}

function range(clause, onChange, unit) {
  const box = (name, label) => {
    const node = el("input", { type: "number", step: "any", className: "rule-input rule-number", "aria-label": label, placeholder: label, value: clause[name] ?? "" });
    node.addEventListener("input", () => { clause[name] = node.value === "" ? null : Number(node.value); tellTyped(node); });
    return node;
  };
  return [box("minimum", say("from")), el("span", { className: "rule-word" }, "–"), box("maximum", say("to")), unit ? el("span", { className: "rule-muted" }, unit) : null];
}

function emptyClause(field) {
  return field === "in_stock" || field === "on_sale" ? { field, values: ["true"] } : { field, values: [] };
}
