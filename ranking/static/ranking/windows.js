// Several time windows, each by the clocks of its own time zone.
import { become, el, removeButton, say, settings, tellTyped } from "./dom.js";
import { zoneSelect } from "./zones.js";

export function drawWindows(windows, onChange, errorAt, path = "windows") {
  const replace = (index, changed) => { become(windows[index], changed); onChange(windows, index); };
  const rows = windows.map((window, index) => el("div", { className: "rule-row", "data-path": `${path}.${index}` }, el("div", { className: "rule-sentence" },
    moment(say("from"), window, "from"),
    moment(say("until"), window, "until"),
    el("label", { className: "rule-field" }, el("span", {}, say("time zone")),
      zoneSelect(window.timezone, (value) => replace(index, { ...window, timezone: value }), say("time zone"))),
    errorAt(`windows.${index}`)),
  removeButton(() => onChange(windows.filter((_item, other) => other !== index)))));
  const add = el("button", { type: "button", className: "rule-button", onclick: () => onChange([...windows, { from: null, until: null, timezone: settings.zone }]) },
    `+ ${say("Add a time window")}`);
  return [...(rows.length ? rows : [el("p", { className: "rule-muted" }, say("At any time."))]), add];
}

function moment(label, window, name) {
  const input = el("input", { type: "datetime-local", className: "rule-input", "aria-label": label, value: (window[name] || "").slice(0, 16), max: "9999-12-31T23:59" });
  input.addEventListener("input", () => { window[name] = input.value || null; tellTyped(input); });
  return el("label", { className: "rule-field" }, el("span", {}, label), input);
}
