// One pinned product: which one (or which variant of it), where, and what happens when it cannot be shown.
import { checkbox, details, el, removeButton, say, select, whileLeaving } from "./dom.js";
import { loadFamily, productOf } from "./names.js";
import { clauseList } from "./clauses.js";
import { drawWindows } from "./windows.js";

// `onMove` puts it at another position, where others make room.
export function pinRow(action, { onChange, onMove, onRemove, error, path }) {
  const face = el("span", { className: "rule-product" });
  const variant = el("span", { className: "rule-variant" });
  const draw = (isAsked) => face.replaceChildren(...productFace(action.sku, isAsked));
  draw(false);
  loadFamily(action.sku).then((family) => { draw(true); variant.replaceChildren(...variantChoice(family, action, onChange)); }).catch(() => {});
  const position = el("input", { type: "number", min: 1, max: 10000, className: "rule-input rule-position", "aria-label": say("at position"), value: action.position });
  position.addEventListener("change", () => { if (Number(position.value) !== action.position) whileLeaving(() => onMove(Math.max(1, Math.round(Number(position.value)) || 1))); });
  const hold = select([["hard", say("exactly at position")], ["soft", say("at the latest at position")]], action.soft ? "soft" : "hard",
    (chosen) => onChange({ ...action, soft: chosen === "soft" }), say("How strictly"));
  return el("div", { className: "rule-row rule-pin", "data-path": path, "data-key": action.sku }, el("span", { className: "rule-badge rule-badge--pin" }, say("Pin")),
    el("div", { className: "rule-sentence" }, face, variant, el("span", { className: "rule-pair" }, hold, position), policy(action, onChange, path), error),
    removeButton(onRemove, `${say("Remove")}: ${productOf(action.sku)?.title || action.sku}`));
}

function productFace(sku, isAsked) {
  const product = productOf(sku);
  if (!product) return [el("span", {}, sku), isAsked ? el("small", { className: "rule-warning" }, say("Not in the catalog now")) : null].filter(Boolean);
  return [el("img", { src: product.image, alt: "", width: 40, height: 40, loading: "lazy" }),
    el("span", { className: "rule-product-text" }, el("span", {}, product.title),
      el("small", { className: product.in_stock ? "rule-muted" : "rule-warning" }, [product.sku, product.price_text, product.in_stock ? "" : say("out of stock")].filter(Boolean).join(" · ")))];
}

function variantChoice(family, action, onChange) {
  if (!family || family.variants.length < 2) return [];
  const options = [[family.product_sku, say("the product")], ...family.variants.map((item) => [item.sku, `${item.label}${item.in_stock ? "" : ` (${say("out of stock")})`}`])];
  return [select(options, action.sku, (sku) => onChange({ ...action, sku }), say("Which variant"))];
}

function policy(action, onChange, path) {
  const missing = select([["compact", say("pins behind it move up")], ["keep_gap", say("keep the gap")], ["substitute", say("another product stands in")]], action.on_missing || "compact",
    (chosen) => onChange({ ...action, on_missing: chosen, substitute: chosen === "substitute" ? [{ field: "brand", values: [] }] : [] }), say("When it cannot be shown"));
  const toggle = (name, text, usual) => checkbox(text, action[name] ?? usual, (on) => onChange({ ...action, [name]: on }));
  return details(action.sku, say("Options"), el("div", { className: "rule-policy" }, el("label", { className: "rule-check-label" }, el("span", {}, say("When it cannot be shown")), missing),
      action.on_missing === "substitute" ? el("div", { className: "rule-policy-part" }, el("span", { className: "rule-word" }, say("the best product where")),
        clauseList(action.substitute || [], (substitute) => onChange({ ...action, substitute }))) : null,
      toggle("obey_filters", say("Only within the shopper's filters"), true), toggle("obey_stock", say("Only while in stock"), true),
      toggle("obey_sort", say("Not when the shopper sorts"), true), toggle("obey_query", say("Only when the words find it"), false),
      toggle("obey_grouping", say("Stands for other offers of the same thing"), true), ownDates(action, onChange, path)));
}

// The list of time zones is on the page once, with the rule's own windows.
function ownDates(action, onChange, path) {
  const windows = action.windows || [];
  const rows = drawWindows(windows, (changed) => onChange({ ...action, windows: changed }), () => null, `${path}.windows`).filter((node) => node && node.tagName !== "DATALIST");
  return el("div", { className: "rule-policy-part rule-own-dates" }, el("span", { className: "rule-word" }, say("Times of this pin alone")), ...(windows.length ? rows : rows.slice(-1)));
}

export function isWholePin(action) {
  return action.on_missing !== "substitute" || action.substitute.every(isWholeClause);
}

export function isWholeClause(clause) {
  return Boolean((clause.values || []).length) || (clause.minimum ?? null) !== null || (clause.maximum ?? null) !== null;
}
