// Ties the page together: the lists live in hidden text areas, every change redraws and asks for a new preview.
import { el, say, settings } from "./dom.js";
import { drawActions } from "./actions.js";
import { drawConditions } from "./conditions.js";
import { isFinished } from "./page_actions.js";
import { picker } from "./picker.js";
import { drawWindows } from "./windows.js";
import { startConflicts } from "./conflicts_panel.js";
import { startPreview } from "./preview.js";
import { boostProduct, hideProduct, movePin, pinOf, removePin, showAgain } from "./rule_edits.js";
import { warnUnsaved } from "./unsaved.js";

const form = document.getElementById("rule_form");
const panel = document.querySelector("[data-preview]");
const store = (name) => form.querySelector(`textarea[name=${name}]`);
const read = (name) => { try { return JSON.parse(store(name).value) || []; } catch { return []; } };
const state = { conditions: read("conditions"), actions: read("actions"), windows: read("windows") };
let errors = settings.errors;
const draw = { conditions: drawConditions, actions: drawActions, windows: drawWindows };
const earlier = [];

// The message for this path, and for everything below it unless `alone`.
function errorAt(path, alone = false) {
  const found = Object.entries(errors).filter(([key]) => key === path || (!alone && key.startsWith(`${path}.`)));
  return found.length ? el("p", { className: "rule-error", role: "alert" }, [...new Set(found.map(([, message]) => message))].join(" ")) : null;
}

function redraw(name) {
  const host = document.querySelector(`[data-list=${name}]`);
  const focused = document.activeElement && host.contains(document.activeElement) ? focusPath(host) : null;
  host.replaceChildren(...draw[name](state[name], (value) => change(name, value), errorAt).filter(Boolean));
  store(name).value = JSON.stringify(state[name]);
  if (focused) restoreFocus(host, focused);
}

// A redraw must not throw a keyboard user back to the top of the page.
function focusPath(host) {
  const controls = [...host.querySelectorAll("input, select, button, summary")];
  return { index: controls.indexOf(document.activeElement), label: document.activeElement.getAttribute("aria-label") };
}

function restoreFocus(host, { index, label }) {
  const controls = [...host.querySelectorAll("input, select, button, summary")];
  const near = [0, 1, 2, -1, 3, 4].map((step) => controls[index + step]).find((node) => node && node.getAttribute("aria-label") === label);
  (near || controls[index] || controls.at(-1))?.focus();
}

function change(name, value) {
  earlier.push({ ...state });
  if (earlier.length > 50) earlier.shift();
  undoButton.disabled = false;
  set(name, value);
  refresh();
}

function set(name, value) {
  state[name] = value;
  errors = Object.fromEntries(Object.entries(errors).filter(([path]) => path.split(".")[0] !== name));
  redraw(name);
}

function undo() {
  const before = earlier.pop();
  undoButton.disabled = !earlier.length;
  if (!before) return;
  Object.keys(before).forEach((name) => before[name] !== state[name] && set(name, before[name]));
  refresh();
}

// The preview leaves out what is still being written; saving refuses it with a message beside it.
function finishedParts() {
  const said = (list) => Boolean(list && list.length);
  const condition = (item) => ["always", "filter", "detected", "results"].includes(item.type) || item.match === "empty" || item.match === "any" || said(item.values) || said(item.keys);
  const clause = (item) => said(item.values) || (item.minimum ?? null) !== null || (item.maximum ?? null) !== null;
  const target = (item) => item.target || item.filters;
  const actions = state.actions.filter((item) => isFinished(item) && (item.type === "pin" || item.type === "group" || !target(item) || target(item).some(clause)));
  const trim = (item) => (item.target ? { ...item, target: item.target.filter(clause) } : item.filters ? { ...item, filters: item.filters.filter(clause) } : item);
  return { conditions: state.conditions.filter(condition), actions: actions.map(trim), windows: state.windows.filter((item) => item.from || item.until) };
}

function listCodes(name) {
  return (form.elements[name]?.value || "").split(",").map((code) => code.trim()).filter(Boolean);
}

function readRule() {
  const field = (name) => form.elements[name];
  const rule = {
    name: field("name").value || "…", ...finishedParts(),
    priority: Number(field("priority").value) || 0, stop_processing: field("stop_processing").checked, markets: listCodes("markets"),
    locales: [...form.querySelectorAll("[name=locales]:checked")].map((box) => box.value),
  };
  return settings.id ? { ...rule, id: settings.id } : rule;
}

// Who arranges a page before writing when the rule holds means the page looked at.
function meanThisSearch(search) {
  if (state.conditions.length || !search) return;
  const conditions = [];
  if (search.query) conditions.push({ type: "query", match: "is", values: [search.query] });
  if (search.category) conditions.push({ type: "category", keys: [search.category] });
  if (conditions.length) set("conditions", conditions);
  if (!form.elements.name.value) form.elements.name.value = search.query || search.category;
}

const arrange = (edit) => (...values) => {
  meanThisSearch(values.at(-1));
  change("actions", edit(state.actions, ...values));
};
const acts = {
  pinOf: (hit) => pinOf(state.actions, hit),
  isHidden: (sku) => showAgain(state.actions, sku) !== state.actions && JSON.stringify(showAgain(state.actions, sku)) !== JSON.stringify(state.actions),
  pin: arrange((actions, sku, position) => movePin(actions, sku, position)),
  pinVariant: arrange((actions, hit, sku, position) => movePin(removePin(actions, pinOf(actions, hit)?.sku), sku, position)),
  unpin: (sku) => change("actions", removePin(state.actions, sku)),
  hide: arrange((actions, sku) => hideProduct(actions, sku)),
  showAgain: (sku) => change("actions", showAgain(state.actions, sku)),
  boost: arrange((actions, sku, sign) => boostProduct(actions, sku, sign)),
};

// The codes of a plain field as chips that offer what other rules use.
function offerCodes(name, kind, label) {
  const input = form.elements[name];
  if (!input) return;
  const host = el("span", { className: "rule-codes" });
  const drawCodes = () => host.replaceChildren(picker({
    field: kind, values: listCodes(name), label, placeholder: say("all"),
    onChange: (codes) => { input.value = codes.join(","); drawCodes(); host.querySelector("input").focus(); refresh(); },
  }));
  input.hidden = true;
  input.after(host);
  document.querySelector(`label[for=${input.id}]`)?.addEventListener("click", () => host.querySelector("input").focus());
  drawCodes();
}

function setPriority(priority) {
  const input = form.elements.priority;
  input.value = priority;
  input.closest("details").open = true;
  refresh();
}

const undoButton = document.querySelector("[data-undo]");
undoButton.addEventListener("click", undo);
const preview = startPreview({ panel, readRule, acts });
const refreshConflicts = startConflicts({
  panel: document.querySelector("[data-conflicts]"), badge: document.querySelector("[data-conflict-count]"), readRule, onPriority: setPriority,
  onShow: (example) => { preview.showSearch(example); document.querySelector("[data-columns]").scrollIntoView({ block: "nearest" }); },
});

function refresh() {
  preview.refresh();
  refreshConflicts();
}

// A text field that changed its part of the state in place: nothing to draw again.
form.addEventListener("rule:typed", (event) => {
  const { list } = event.target.closest("[data-list]").dataset;
  store(list).value = JSON.stringify(state[list]);
  refresh();
});

Object.keys(draw).forEach(redraw);
offerCodes("markets", "market", say("the market"));
form.addEventListener("change", (event) => { if (event.target.name && event.target.tagName !== "TEXTAREA") refresh(); });
warnUnsaved(form, Object.keys(settings.errors).length > 0);
document.querySelector(".rule-page .rule-error")?.scrollIntoView({ block: "center" });
refresh();
