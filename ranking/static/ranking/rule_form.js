// Ties the page together: the lists live in hidden text areas, every change redraws and asks for a new preview.
import { el, isLeaving, say, settings } from "./dom.js";
import { drawActions } from "./actions.js";
import { drawConditions } from "./conditions.js";
import { isFinished } from "./page_actions.js";
import { picker } from "./picker.js";
import { drawWindows } from "./windows.js";
import { startConflicts } from "./conflicts_panel.js";
import { startPreview } from "./preview.js";
import { boostProduct, hideProduct, movePin, pinOf, removePin, showAgain } from "./rule_edits.js";
import { guardSession } from "./session.js";
import { warnUnsaved } from "./unsaved.js";
import { startUndo } from "./undo.js";

const form = document.getElementById("rule_form");
const panel = document.querySelector("[data-preview]");
const store = (name) => form.querySelector(`textarea[name=${name}]`);
const read = (name) => { try { return JSON.parse(store(name).value) || []; } catch { return []; } };
const state = { conditions: read("conditions"), actions: read("actions"), windows: read("windows") };
let errors = settings.errors;
const draw = { conditions: drawConditions, actions: drawActions, windows: drawWindows };

// The message for this path, and for everything below it unless `alone`.
function errorAt(path, alone = false) {
  const found = Object.entries(errors).filter(([key]) => key === path || (!alone && key.startsWith(`${path}.`)));
  return found.length ? el("p", { className: "rule-error", role: "alert" }, [...new Set(found.map(([, message]) => message))].join(" ")) : null;
}

function redraw(name) {
  const host = document.querySelector(`[data-list=${name}]`);
  const focused = document.activeElement && host.contains(document.activeElement) ? focusPath(host) : null;
  host.replaceChildren(...draw[name](state[name], (value) => change(name, value), errorAt).filter(Boolean));
  if (focused) restoreFocus(host, focused);
}

// A redraw must not throw a keyboard user back to the top of the page.
const controlsOf = (part) => [...part.querySelectorAll("input, select, button, summary")];
const labelled = (label) => (node) => node && node.getAttribute("aria-label") === label;

function focusPath(host) {
  const node = document.activeElement;
  return { index: controlsOf(host).indexOf(node), label: node.getAttribute("aria-label"), key: node.closest("[data-key]")?.dataset.key };
}

function restoreFocus(host, { index, label, key }) {
  const controls = controlsOf(host);
  const same = [...host.querySelectorAll("[data-key]")].filter((part) => part.dataset.key === key).flatMap(controlsOf).find(labelled(label));
  const near = [0, 1, 2, -1, 3, 4].map((step) => controls[index + step]).find(labelled(label));
  (same || near || controls[index] || controls.at(-1))?.focus();
}

// What a field writes when it loses the focus is drawn after the click that took the focus away has reached its mark.
const late = new Set();
let isPressed = false;
addEventListener("pointerdown", () => { isPressed = true; }, true);
for (const name of ["pointerup", "pointercancel", "dragend"]) addEventListener(name, () => setTimeout(() => { isPressed = false; drawLate(); }), true);

function drawLate() {
  if (isPressed) return;
  const names = [...late];
  late.clear();
  names.forEach(redraw);
}

// `index`: the one row that changed, where no other did.
function change(name, value, index) {
  set(name, value, index);
  undoing.note();
  refresh();
}

function set(name, value, index) {
  state[name] = value;
  store(name).value = JSON.stringify(value);
  forgetErrors(index === undefined ? name : `${name}.${index}`);
  if (isLeaving()) { late.add(name); setTimeout(drawLate); } else redraw(name);
}

function forgetErrors(at) {
  errors = Object.fromEntries(Object.entries(errors).filter(([path]) => path !== at && !path.startsWith(`${at}.`)));
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
    locales: [...form.querySelectorAll("[name=locales]:checked")].map((box) => box.value), expires_at: field("expires_at").value || null,
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
    onChange: (codes) => { input.value = codes.join(","); drawCodes(); if (!isLeaving()) host.querySelector("input").focus(); refresh(); },
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

const undoing = startUndo({
  button: document.querySelector("[data-undo]"), read: () => JSON.stringify(state),
  restore: (text) => {
    const before = JSON.parse(text);
    Object.keys(draw).forEach((name) => JSON.stringify(before[name]) !== JSON.stringify(state[name]) && set(name, before[name]));
    refresh();
  },
});
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
  const part = event.target.closest("[data-path]");
  store(list).value = JSON.stringify(state[list]);
  if (part) { forgetErrors(part.dataset.path); part.querySelectorAll(".rule-error").forEach((error) => error.remove()); }
  undoing.note(event.target);
  refresh();
});

Object.keys(draw).forEach(redraw);
offerCodes("markets", "market", say("the market"));
form.addEventListener("change", (event) => { if (event.target.name && event.target.tagName !== "TEXTAREA") refresh(); });
guardSession(form);
warnUnsaved(form, settings.isRefused);
document.querySelector(".rule-page .rule-error")?.scrollIntoView({ block: "center" });
refresh();
