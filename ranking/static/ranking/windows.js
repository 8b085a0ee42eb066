// Several time windows, each by the clocks of its own time zone.
import { el, removeButton, say, settings } from "./dom.js";
import { zoneSelect } from "./zones.js";

export function drawWindows(windows, onChange, errorAt) {
  const replace = (index, changed) => onChange(windows.map((item, other) => (other === index ? changed : item)));
  const rows = windows.map((window, index) => el("div", { className: "rule-row" }, el("div", { className: "rule-sentence" },
    moment(say("from"), window.from, (value) => replace(index, { ...window, from: value })),
    moment(say("until"), window.until, (value) => replace(index, { ...window, until: value })),
    el("label", { className: "rule-field" }, el("span", {}, say("time zone")),
      zoneSelect(window.timezone, (value) => replace(index, { ...window, timezone: value }), say("time zone"))),
    errorAt(`windows.${index}`)),
  removeButton(() => onChange(windows.filter((_item, other) => other !== index)))));
  const add = el("button", { type: "button", className: "rule-button", onclick: () => onChange([...windows, { from: null, until: null, timezone: settings.zone }]) },
    `+ ${say("Add a time window")}`);
  return [...(rows.length ? rows : [el("p", { className: "rule-muted" }, say("At any time."))]), add];
}

function moment(label, value, onChange) {
  const input = el("input", { type: "datetime-local", className: "rule-input", "aria-label": label, value: (value || "").slice(0, 16) });
  input.addEventListener("change", () => onChange(input.value || null));
  return el("label", { className: "rule-field" }, el("span", {}, label), input);
}
