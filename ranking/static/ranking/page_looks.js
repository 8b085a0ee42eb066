// How the page looks: its layout, and which filters and values stand beside it.
import { el, icon, removeButton, say, select, settings } from "./dom.js";
import { picker } from "./picker.js";

const RANGES = ["price", "rating"];

export function layout(action, change) {
  const kinds = [["grid", say("a grid of pictures"), "grid_view"], ["list", say("a list with descriptions"), "view_list"], ["comparison", say("a comparison of the first products"), "table_chart"]];
  const choices = kinds.map(([key, text, name]) => {
    const radio = el("input", { type: "radio", className: "rule-check", name: `layout-${serial}`, checked: action.layout === key, onchange: () => change({ layout: key }) });
    return el("label", { className: `rule-choice${action.layout === key ? " rule-choice--on" : ""}` }, radio, icon(name), el("span", {}, text));
  });
  serial += 1;
  return [el("span", { className: "rule-choices", role: "radiogroup", "aria-label": say("Layout") }, choices),
    el("span", { className: "rule-muted" }, say("while the shopper has chosen no view"))];
}

let serial = 0;

function filterFields() {
  return [["category", say("category")], ["brand", say("brand")], ["price", say("price")], ["rating", say("rating")], ["in_stock", say("in stock")],
    ["on_sale", say("on sale")], ...settings.attributes.map((item) => [item.key, item.label])];
}

export function facets(action, change) {
  const fields = filterFields();
  const without = (list, keys) => (list || []).filter((key) => !keys.includes(key));
  return [
    chosenList(say("show first"), fields, action.first || [], (first) => change({ first, hide: without(action.hide, first) })),
    chosenList(say("leave out"), fields, action.hide || [], (hide) => change({ hide, first: without(action.first, hide), open: without(action.open, hide) })),
    chosenList(say("unfold"), fields, action.open || [], (open) => change({ open, hide: without(action.hide, open) })),
    ...(action.values || []).map((item, index) => valuesRow(item, fields, (changed) => change({ values: action.values.map((other, at) => (at === index ? changed : other)) }),
      () => change({ values: action.values.filter((_other, at) => at !== index) }))),
    addValues(action, fields, change),
  ];
}

function addValues(action, fields, change) {
  const used = (action.values || []).map((item) => item.field);
  const free = fields.filter(([key]) => !used.includes(key) && !RANGES.includes(key) && key !== "in_stock" && key !== "on_sale");
  return select([["", `+ ${say("arrange the values of")}`], ...free], "", (field) => field && change({ values: [...(action.values || []), { field, first: [], hide: [] }] }), say("arrange the values of"));
}

function valuesRow(item, fields, onChange, onRemove) {
  const name = (fields.find(([key]) => key === item.field) || [item.field, item.field])[1];
  const list = (part, label) => el("span", { className: "rule-values-part" }, el("span", { className: "rule-muted" }, label), picker({ field: item.field, values: item[part], label: `${name}: ${label}`,
    onChange: (chosen) => onChange({ ...item, first: item.first.filter((key) => part === "first" || !chosen.includes(key)), hide: item.hide.filter((key) => part === "hide" || !chosen.includes(key)), [part]: chosen }) }));
  return el("div", { className: "rule-values" }, el("span", { className: "rule-word" }, `${say("of")} ${name}`),
    removeButton(onRemove, `${say("Remove")} ${name}`), list("first", say("show first")), list("hide", say("leave out")));
}

function chosenList(label, fields, chosen, onChange) {
  const names = new Map(fields);
  const add = select([["", `+ ${label}`], ...fields.filter(([key]) => !chosen.includes(key))], "", (key) => key && onChange([...chosen, key]), label);
  const chip = (key) => el("span", { className: "rule-chip" }, names.get(key) || key,
    removeButton(() => onChange(chosen.filter((other) => other !== key)), `${say("Remove")} ${names.get(key) || key}`));
  return el("span", { className: "rule-picks" }, el("span", { className: "rule-muted" }, label), ...chosen.map(chip), add);
}
