// What the rule does to the page as a whole, and slots that the ranking fills: one row of fields for each kind.
import { checkbox, el, say, select, settings, tellTyped } from "./dom.js";
import { clauseList } from "./clauses.js";
import { sortLabel } from "./conditions.js";
import { facets, layout } from "./page_looks.js";
import { replace, synonym, unassociate } from "./word_actions.js";
import { isWholePin } from "./pin_row.js";
import { isWholeGroup } from "./placing_actions.js";

export const PAGE_KINDS = () => ({
  slot: { title: say("Keep places"), icon: "view_carousel", make: () => ({ type: "slot", position: 1, until: 3, target: [{ field: "brand", values: [] }] }) },
  banner: { title: say("Banner"), icon: "image", make: () => ({ type: "banner", slot: "top", position: 1, title_en: "", title_zh: "" }) },
  redirect: { title: say("Send elsewhere"), icon: "subdirectory_arrow_right", make: () => ({ type: "redirect", url: "" }) },
  replace: { title: say("Search for other words"), icon: "find_replace", make: () => ({ type: "replace", words: [], by: "" }) },
  synonym: { title: say("Also find"), icon: "join", make: () => ({ type: "synonym", words: [], alternatives: [], weight: 0.9, one_way: false }) },
  unassociate: { title: say("Keep apart"), icon: "link_off", make: () => ({ type: "unassociate", words: [], others: [] }) },
  sort: { title: say("Sort"), icon: "sort", make: () => ({ type: "sort", sort: "newest" }) },
  facets: { title: say("Filters shown"), icon: "tune", make: () => ({ type: "facets", first: [], hide: [], open: [], values: [] }) },
  layout: { title: say("Layout"), icon: "dashboard", make: () => ({ type: "layout", layout: "list" }) },
});

// A half-written action would be refused: the preview leaves it out.
export function isFinished(action) {
  const checks = {
    slot: () => true, sort: () => true,
    pin: () => isWholePin(action), group: () => isWholeGroup(action),
    banner: () => Boolean(action.title_en || action.title_zh),
    redirect: () => /^(\/(?!\/)|https:\/\/.)/.test(action.url),
    replace: () => action.words.length > 0, unassociate: () => action.words.length > 0,
    synonym: () => action.words.length > 0 && action.alternatives.length > 0,
    facets: () => action.first.length + action.hide.length + (action.open || []).length + (action.values || []).length > 0
      && (action.values || []).every((item) => item.first.length + item.hide.length > 0),
  };
  return checks[action.type] ? checks[action.type]() : true;
}

export function pageSentence(action, onChange) {
  const change = (part) => onChange({ ...action, ...part });
  return { slot, banner, redirect, replace, sort, facets, layout, synonym, unassociate }[action.type](action, change);
}

function field(text, node) {
  return el("label", { className: "rule-field" }, el("span", { className: "rule-muted" }, text), node);
}

function line(action, name, label, { placeholder = "", empty = "", ...more } = {}) {
  const node = el("input", { type: "text", className: "rule-input rule-line", value: action[name] || "", maxLength: 300, placeholder, "aria-label": label, ...more });
  node.addEventListener("input", () => { action[name] = node.value.trim() || empty; tellTyped(node); });
  return field(label, node);
}

function address(action, name, label) {
  return line(action, name, label, { placeholder: "/… https://…", empty: name === "url" ? "" : null, inputmode: "url" });
}

// Most shops have one picture and one page for both languages: the others wait until they are asked for.
function furtherAddresses(action, names) {
  return el("details", { className: "rule-details", open: names.some(([name]) => action[name]) },
    el("summary", {}, say("Others in the Chinese shop")),
    el("div", { className: "rule-fields" }, names.map(([name, label]) => address(action, name, label))));
}

function number(action, name, label, empty = null) {
  const node = el("input", { type: "number", min: 1, max: 10000, className: "rule-input rule-position", value: action[name] ?? "", "aria-label": label });
  node.addEventListener("input", () => { action[name] = Number(node.value) || empty; tellTyped(node); });
  return node;
}

function slot(action, change) {
  return [
    el("span", { className: "rule-pair" }, el("span", { className: "rule-word" }, say("positions")), number(action, "position", say("from"), 1),
      el("span", { className: "rule-word" }, say("to")), number(action, "until", say("to"))),
    el("span", { className: "rule-word" }, say("for the best products where")),
    clauseList(action.target, (target) => change({ target })),
    checkbox(say("Only while in stock"), action.obey_stock !== false, (on) => change({ obey_stock: on })),
    checkbox(say("Not when the shopper sorts"), action.obey_sort !== false, (on) => change({ obey_sort: on })),
  ];
}

function banner(action, change) {
  const places = [["top", say("above the results")], ["inline", say("before a result")], ["bottom", say("below the results")]];
  return [
    select(places, action.slot, (chosen) => change({ slot: chosen }), say("Banner")),
    action.slot === "inline" ? el("span", { className: "rule-pair" }, el("span", { className: "rule-word" }, say("at position")), number(action, "position", say("at position"), 1)) : null,
    el("div", { className: "rule-fields" },
      line(action, "title_en", say("title (English)")), line(action, "title_zh", say("title (Chinese)")),
      line(action, "text_en", say("text (English)")), line(action, "text_zh", say("text (Chinese)")),
      address(action, "image", say("picture")), address(action, "link", say("leads to"))),
    furtherAddresses(action, [["image_zh", say("picture in the Chinese shop")], ["link_zh", say("leads to in the Chinese shop")]]),
  ];
}

function redirect(action) {
  return [address(action, "url", say("to the page")),
    furtherAddresses(action, [["url_zh", say("to the page in the Chinese shop")]])];
}

function sort(action, change) {
  return [select(settings.sorts.map((name) => [name, sortLabel(name)]), action.sort, (chosen) => change({ sort: chosen }), say("the sort order")),
    el("span", { className: "rule-muted" }, say("while the shopper has chosen no order"))];
}
