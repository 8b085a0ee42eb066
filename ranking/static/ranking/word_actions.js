// What the rule does to the words of a search, as sentences: other words instead, others besides, or none of them.
import { el, say, select, tellTyped } from "./dom.js";
import { picker } from "./picker.js";

function words(action, name, label, change, placeholder) {
  return picker({ field: "words", values: action[name] || [], label, placeholder, onChange: (chosen) => change({ [name]: chosen }) });
}

function word(text) {
  return el("span", { className: "rule-word" }, text);
}

export function replace(action, change) {
  const box = el("input", { type: "text", className: "rule-input rule-line", value: action.by || "", maxLength: 300, "aria-label": say("search for (empty leaves the words out)") });
  box.addEventListener("input", () => { action.by = box.value.trim(); tellTyped(box); });
  return [word(say("instead of")), words(action, "words", say("instead of"), change),
    el("label", { className: "rule-field" }, el("span", { className: "rule-muted" }, say("search for (empty leaves the words out)")), box)];
}

export function synonym(action, change) {
  const direction = select([["both", say("and also the other way round")], ["one", say("but not the other way round")]], action.one_way ? "one" : "both",
    (chosen) => change({ one_way: chosen === "one" }), say("direction"));
  const percent = (share) => `${Math.round(share * 100)}%`;
  const shown = el("output", { className: "rule-strength-value" }, percent(action.weight));
  const slider = el("input", { type: "range", min: 5, max: 100, step: 5, className: "rule-slider", "aria-label": say("counts as much as the typed word"), value: Math.round(action.weight * 100) });
  slider.addEventListener("input", () => { shown.textContent = percent(slider.value / 100); });
  slider.addEventListener("change", () => change({ weight: Number(slider.value) / 100 }));
  return [word(say("who types")), words(action, "words", say("who types"), change),
    word(say("also finds")), words(action, "alternatives", say("also finds"), change), direction,
    el("span", { className: "rule-strength" }, el("span", { className: "rule-muted" }, say("counts as much as the typed word")), slider, shown)];
}

export function unassociate(action, change) {
  return [word(say("who types")), words(action, "words", say("who types"), change),
    word(say("does not find")), words(action, "others", say("does not find"), change, (action.others || []).length ? "" : say("any other word")),
    el("span", { className: "rule-muted" }, say("no synonym, translation or correction joins them"))];
}
