// Moments on the clocks of a named time zone: what the clock there shows now, and a list of zones to choose from.
import { el, settings } from "./dom.js";

export function wallClock(moment, zone) {
  const shown = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).formatToParts(moment);
  const part = Object.fromEntries(shown.map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}

export function zoneSelect(value, onChange, label) {
  const names = settings.zones.includes(value) ? settings.zones : [value, ...settings.zones];
  const node = el("select", { className: "rule-input rule-select rule-zone", "aria-label": label, onchange: () => onChange(node.value) },
    names.map((name) => el("option", { value: name, selected: name === value }, name.replaceAll("_", " "))));
  return node;
}
