// Ties the page together: the lists live in hidden text areas, every change redraws and asks for a new preview.
import { el, settings } from "./dom.js";
import { addPin, drawActions } from "./actions.js";
import { drawConditions } from "./conditions.js";
import { isFinished } from "./page_actions.js";
import { drawWindows } from "./windows.js";
import { startPreview } from "./preview.js";

const form = document.getElementById("rule_form");
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
  state[name] = value;
  errors = Object.fromEntries(Object.entries(errors).filter(([path]) => path.split(".")[0] !== name));
  redraw(name);
  refresh();
}

// The preview leaves out what is still being written; saving refuses it with a message beside it.
function finishedParts() {
  const said = (list) => Boolean(list && list.length);
  const condition = (item) => ["always", "filter", "detected"].includes(item.type) || item.match === "empty" || item.match === "any" || said(item.values) || said(item.keys);
  const clause = (item) => said(item.values) || (item.minimum ?? null) !== null || (item.maximum ?? null) !== null;
  const target = (item) => item.target || item.filters;
  const actions = state.actions.filter((item) => isFinished(item) && (item.type === "pin" || item.type === "group" || !target(item) || target(item).some(clause)));
  const trim = (item) => (item.target ? { ...item, target: item.target.filter(clause) } : item.filters ? { ...item, filters: item.filters.filter(clause) } : item);
  return { conditions: state.conditions.filter(condition), actions: actions.map(trim), windows: state.windows.filter((item) => item.from || item.until) };
}

function readRule() {
  const field = (name) => form.elements[name];
  const codes = (name) => (field(name)?.value || "").split(",").map((code) => code.trim()).filter(Boolean);
  const rule = {
    name: field("name").value || "…", ...finishedParts(),
    priority: Number(field("priority").value) || 0, stop_processing: field("stop_processing").checked, markets: codes("markets"),
    locales: [...form.querySelectorAll("[name=locales]:checked")].map((box) => box.value),
  };
  return settings.id ? { ...rule, id: settings.id } : rule;
}

// While somebody writes, half-written parts are normal: messages show only for what the server refused on saving.
const refresh = startPreview({
  panel: document.querySelector("[data-preview]"),
  readRule,
  readErrors: () => {},
  onPin: (sku, position) => change("actions", addPin(state.actions, sku, position)),
  onHide: (sku) => {
    const kept = state.actions.filter((action) => !(action.type === "pin" && action.sku === sku));
    const hidden = kept.findIndex((action) => action.type === "hide" && action.target.length === 1 && action.target[0].field === "sku");
    if (hidden < 0) change("actions", [...kept, { type: "hide", target: [{ field: "sku", values: [sku] }] }]);
    else change("actions", kept.map((action, index) => (index === hidden ? { ...action, target: [{ field: "sku", values: [...new Set([...action.target[0].values, sku])] }] } : action)));
  },
});

// A text field that changed its part of the state in place: nothing to draw again.
form.addEventListener("rule:typed", (event) => {
  const { list } = event.target.closest("[data-list]").dataset;
  store(list).value = JSON.stringify(state[list]);
  refresh();
});

Object.keys(draw).forEach(redraw);
form.addEventListener("change", (event) => { if (event.target.name && event.target.tagName !== "TEXTAREA") refresh(); });
refresh();
