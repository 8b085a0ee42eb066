// Whose search the preview shows: words, page, shopper and moment. What nobody set by hand follows the rule.
import { el, isLeaving, removeButton, say, settings } from "./dom.js";
import { labelOf, loadLabels } from "./names.js";
import { picker, searchBox } from "./picker.js";
import { sampleQuery, sortLabel } from "./conditions.js";
import { wallClock, zoneSelect } from "./zones.js";

const STANDARD = () => ({
  query: "", category: "", locale: document.documentElement.lang.startsWith("zh") ? "zh" : "en", market: "", segments: [], device: "desktop",
  sort: "relevance", filters: [], now: "", zone: settings.zone,
});

export function startControls({ form, onChange }) {
  const values = { ...STANDARD(), ...settings.preview };
  const chosen = new Set(Object.keys(settings.preview || {}));
  const hosts = {};

  function set(name, value) {
    values[name] = value;
    chosen.add(name);
    if (name === "zone" || name === "now") { chosen.add("zone"); chosen.add("now"); }
    onChange();
  }

  // What the rule is about, wherever the merchandiser has not chosen something else.
  function follow(rule) {
    const wanted = guess(rule, values);
    for (const [name, value] of Object.entries(wanted)) {
      if (chosen.has(name) || JSON.stringify(values[name]) === JSON.stringify(value)) continue;
      values[name] = value;
      draw(name);
    }
  }

  // A search somebody else names: the example of a conflict.
  function show(example) {
    const zone = values.zone;
    const moment = example.now ? wallClock(new Date(example.now), zone) : "";
    Object.assign(values, {
      query: example.any_words ? values.query : example.q, category: example.category, locale: example.any_locale ? values.locale : example.locale, market: example.market, segments: [...example.segments],
      device: example.device || "desktop", sort: example.sort || "relevance", filters: example.filters || [],
      now: new Date(example.now) - Date.now() < 60_000 ? "" : moment,
    });
    Object.keys(values).forEach((name) => { chosen.add(name); draw(name); });
    onChange();
  }

  function draw(name) {
    const host = hosts[name];
    if (!host) return;
    if (host.redraw) host.redraw();
    else if (document.activeElement !== host) host.value = values[name];
  }

  function bound(name, node, event = "change") {
    hosts[name] = node;
    node.value = values[name];
    node.addEventListener(event, () => set(name, node.value));
    return node;
  }

  // A part that is drawn anew whenever its value changes.
  function drawn(name, build) {
    const host = el("span", { className: "rule-drawn" });
    host.redraw = () => host.replaceChildren(...[build()].flat().filter(Boolean));
    hosts[name] = host;
    host.redraw();
    return host;
  }

  const field = (name, label, node, tag = "label") => el(tag, { className: `rule-field rule-field--${name}` }, el("span", {}, label), node);
  const options = (pairs, label) => el("select", { className: "rule-input rule-select", "aria-label": label }, pairs.map(([value, text]) => el("option", { value }, text)));
  const text = (properties) => el("input", { className: "rule-input", autocomplete: "off", ...properties });
  // Who chose by keys goes on beside what was chosen.
  const redrawing = (name) => (value) => {
    const isHere = hosts[name]?.contains(document.activeElement) && !isLeaving();
    set(name, value);
    draw(name);
    if (isHere) hosts[name].querySelector("input, button")?.focus();
  };

  const category = () => (values.category
    ? el("span", { className: "rule-picker" }, el("span", { className: "rule-chip" }, el("span", {}, labelOf("category", values.category) || values.category),
      removeButton(() => redrawing("category")(""), `${say("Remove")} ${say("category")}`)))
    : el("span", { className: "rule-picker" }, searchBox({ field: "category", label: say("category"), onPick: redrawing("category") })));
  const segments = () => picker({ field: "segment", values: values.segments, label: say("the shopper's segment"), placeholder: say("any shopper"), onChange: redrawing("segments") });
  const market = () => (values.market
    ? el("span", { className: "rule-picker" }, el("span", { className: "rule-chip" }, el("span", {}, values.market),
      removeButton(() => redrawing("market")(""), `${say("Remove")} ${say("the market")}`)))
    : el("span", { className: "rule-picker" }, searchBox({ field: "market", label: say("the market"), placeholder: say("any market"), onPick: redrawing("market") })));
  const filters = () => values.filters.map((item, index) => el("span", { className: "rule-chip" }, el("span", {}, `${item.field}: ${item.values.join(" / ")}`),
    removeButton(() => redrawing("filters")(values.filters.filter((_filter, other) => other !== index)), `${say("Remove")} ${item.field}`)));

  form.append(
    field("query", say("Shoppers search for"), bound("query", text({ type: "search", "aria-label": say("Shoppers search for") }), "input")),
    field("category", say("category"), drawn("category", category), "div"),
    field("sort", say("the sort order"), bound("sort", options(settings.sorts.map((sort) => [sort, sortLabel(sort)]), say("the sort order")))),
    field("market", say("the market"), drawn("market", market), "div"),
    field("segments", say("the shopper's segment"), drawn("segments", segments), "div"),
    field("locale", say("the language"), bound("locale", options([["en", say("English")], ["zh", say("Chinese")]], say("the language")))),
    field("device", say("the device"), bound("device", options([["desktop", say("desktop")], ["tablet", say("tablet")], ["phone", say("phone")]], say("the device")))),
    el("fieldset", { className: "rule-field rule-field--now" }, el("legend", {}, say("At this moment")), el("span", { className: "rule-moment" },
      bound("now", text({ type: "datetime-local", "aria-label": say("Date and time") })),
      drawn("zone", () => zoneSelect(values.zone, (zone) => set("zone", zone), say("time zone"))),
      el("button", { type: "button", className: "rule-button", onclick: () => { set("now", ""); draw("now"); } }, say("Now")))),
    drawn("filters", filters),
  );
  if (values.category) loadLabels("category", [values.category]).then((changed) => changed && draw("category")).catch(() => {});
  return { values, follow, show };
}

function guess(rule, current) {
  const means = (type) => rule.conditions.find((item) => item.type === type && !item.negate && (item.values || item.keys || []).length);
  const query = means("query");
  const first = (type) => means(type)?.values[0];
  const words = query ? sampleQuery(query) : "";
  const locale = rule.locales.length === 1 ? rule.locales[0] : first("locale") || current.locale;
  return {
    query: words, category: means("category")?.keys[0] || "", locale: /[㐀-鿿]/.test(words) ? "zh" : locale,
    market: rule.markets[0] || first("market") || "", segments: means("segment")?.values.slice(0, 1) || [], device: first("device") || "desktop", ...guessMoment(rule),
  };
}

// The start of the window that opens next; now while one is open, and the last start when all are over.
function guessMoment(rule) {
  const windows = rule.windows.filter((window) => window.from || window.until);
  if (!windows.length) return { now: "", zone: settings.zone };
  const clock = (window) => { try { return wallClock(new Date(), window.timezone); } catch { return wallClock(new Date(), "UTC"); } };
  const open = windows.find((window) => (!window.from || window.from <= clock(window)) && (!window.until || clock(window) < window.until));
  if (open) return { now: "", zone: open.timezone };
  const coming = windows.filter((window) => window.from && window.from > clock(window)).sort((a, b) => (a.from < b.from ? -1 : 1))[0];
  const meant = coming || windows.filter((window) => window.from).at(-1);
  return meant ? { now: meant.from.slice(0, 16), zone: meant.timezone } : { now: "", zone: settings.zone };
}
