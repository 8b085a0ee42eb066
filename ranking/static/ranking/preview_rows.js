// One column of the preview: what the page says, and its products with badges of what rules did to them.
import { el, icon, say, sayCount, settings } from "./dom.js";
import { sortLabel } from "./conditions.js";
import { groupRow } from "./preview_groups.js";
import { acceptDrop, makeDraggable, menuButton } from "./row_menu.js";

const EFFECTS = () => ({ pin: say("pinned"), slot: say("place kept"), boost: say("boosted"), bury: say("buried"), hide: say("hidden"), filter: say("not among those shown"), cap: say("put behind by a cap"),
  substitute: say("stands in"), diversify: say("held back"), group: say("Block") });
const SLOTS = () => ({ top: say("above the results"), inline: say("before a result"), bottom: say("below the results") });

export function isOwn(move) {
  return move.rule_id === (settings.id || "draft");
}

// `acts` is null where nothing can be arranged: the page without the rule.
export function drawColumn({ title, side, other, acts }) {
  const head = el("h3", { className: "rule-column-title" }, title, el("small", {}, sayCount(side.total, "1 result", "%d results")));
  const rows = [
    ...(side.groups || []).map((group) => [group.position - 0.6, groupRow(group)]),
    ...side.hits.map((hit) => [hit.position, hitRow(hit, acts)]),
    ...side.hidden.map((hit) => [hit.position - 0.4, hiddenRow(hit, acts)]),
    ...(side.waiting || []).map((hit) => [hit.position - 0.5, waitingRow(hit, acts)]),
  ].sort((a, b) => a[0] - b[0]).map(([, row]) => row);
  const list = rows.length ? el("ol", { className: "rule-hits" }, rows) : el("p", { className: "rule-muted" }, say("Nothing is found."));
  return el("section", { className: "rule-column", "aria-label": title }, head, pageFacts(side, other), side.redirect ? null : list);
}

// Banners, redirect, order, words and filters; what differs from the other column is marked.
function pageFacts(side, other) {
  const fact = (name, text, read) => el("li", { className: JSON.stringify(read(side)) === JSON.stringify(read(other)) ? "" : "rule-fact--changed" }, icon(name), el("span", {}, text));
  const facts = [];
  if (side.redirect) facts.push(fact("subdirectory_arrow_right", `${say("Sends the shopper to")} ${side.redirect}`, (page) => page.redirect));
  if (side.layout !== "grid" || other.layout !== side.layout) facts.push(fact("view_quilt", `${say("laid out as")} ${say(side.layout)}`, (page) => page.layout));
  if (side.rewritten) facts.push(fact("find_replace", `${say("Searches for")} “${side.rewritten}”`, (page) => page.rewritten));
  if (side.sort !== "relevance") facts.push(fact("sort", `${say("Sorted by")} ${sortLabel(side.sort)}`, (page) => page.sort));
  for (const banner of side.banners) {
    const place = banner.slot === "inline" ? `${say("before result")} ${banner.position}` : SLOTS()[banner.slot];
    facts.push(fact("image", `${say("Banner")} ${place}: ${banner.title}`, (page) => page.banners.some((item) => item.title === banner.title && item.slot === banner.slot)));
  }
  const names = (page) => page.facets.map((facet) => facet.label);
  if (side.facets.length) facts.push(fact("tune", `${say("Filters shown")}: ${names(side).slice(0, 6).join(" · ")}${side.facets.length > 6 ? " …" : ""}`, names));
  return el("ul", { className: "rule-facts" }, facts);
}

function hitRow(hit, acts) {
  const own = hit.moves.some(isOwn);
  const gone = !acts && !hit.other_position;
  const row = productRow(hit, String(hit.position), acts ? describeMoves(hit) : gone ? [badge("hide", say("leaves the page"))] : othersOf(hit));
  if (own) row.classList.add("rule-hit--moved");
  if (gone) row.classList.add("rule-hit--gone");
  if (acts) arrange(row, hit, acts);
  return row;
}

function hiddenRow(hit, acts) {
  const move = hit.moves[0];
  const row = productRow(hit, "–", [badge(move.effect, say(EFFECTS()[move.effect] || move.effect), isOwn(move) ? say("by this rule") : move.rule_name)]);
  row.classList.add("rule-hit--hidden");
  if (acts && isOwn(move) && acts.isHidden(hit.sku)) row.append(tools(tool("visibility", say("Show again"), hit, () => acts.showAgain(hit.sku))));
  return row;
}

// A pin that cannot be shown keeps its row, so that it has its place before it is in stock again.
function waitingRow(hit, acts) {
  const row = productRow(hit, String(hit.position), [badge("pin", say("pinned")), badge("wait", `${say("waits")}${hit.reason ? `: ${hit.reason}` : ""}`)]);
  row.classList.add("rule-hit--waiting");
  arrange(row, { ...hit, sku: hit.pinned_sku }, acts);
  return row;
}

function productRow(hit, place, badges) {
  return el("li", { className: "rule-hit", "data-sku": hit.sku },
    el("span", { className: "rule-hit-position" }, place),
    el("img", { src: hit.image, alt: "", width: 52, height: 52, loading: "lazy", draggable: false }),
    el("div", { className: "rule-hit-text" },
      el("span", { className: "rule-hit-title", title: hit.title }, hit.title),
      el("span", { className: "rule-hit-line" }, hit.sale_text ? [el("strong", { className: "rule-sale" }, hit.sale_text), el("s", {}, hit.price_text)] : el("strong", {}, hit.price_text),
        el("small", { className: "rule-muted" }, hit.sku), hit.in_stock ? null : el("small", { className: "rule-warning" }, say("out of stock"))),
      badges.length ? el("span", { className: "rule-hit-badges" }, badges) : null));
}

function badge(kind, text, whose = "") {
  return el("span", { className: `rule-badge rule-badge--${kind}` }, text, whose ? el("span", { className: "rule-badge-whose" }, ` · ${whose}`) : null);
}

function moveBadge(move) {
  const points = move.points ? ` ${move.points > 0 ? "+" : "−"}${Math.abs(move.points).toFixed(2)}` : "";
  const places = move.places ? ` ${move.places > 0 ? "+" : "−"}${sayCount(Math.abs(move.places), "1 place", "%d places")}` : "";
  return badge(move.effect, `${EFFECTS()[move.effect] || move.effect}${points}${places}`, isOwn(move) ? "" : move.rule_name);
}

function othersOf(hit) {
  return hit.moves.filter((move) => !isOwn(move)).map(moveBadge);
}

function describeMoves(hit) {
  const badges = hit.moves.map(moveBadge);
  if (!hit.other_position) badges.push(badge("new", say("new")));
  else if (hit.other_position !== hit.position) {
    const up = hit.other_position - hit.position;
    badges.push(el("span", { className: up > 0 ? "rule-shift rule-shift--up" : "rule-shift rule-shift--down" },
      el("span", { "aria-hidden": "true" }, `${up > 0 ? "▲" : "▼"} ${Math.abs(up)}`), el("span", { className: "rule-unseen" }, `${up > 0 ? say("moves up") : say("moves down")} ${Math.abs(up)}`)));
  }
  return badges;
}

function tool(name, label, hit, action) {
  return el("button", { type: "button", className: "rule-tool", title: label, "aria-label": `${label}: ${hit.title}`, onclick: action }, icon(name));
}

function tools(...buttons) {
  return el("span", { className: "rule-hit-tools" }, buttons);
}

function arrange(row, hit, acts) {
  const pin = acts.pinOf(hit);
  const sku = pin ? pin.sku : hit.sku;
  makeDraggable(row, sku);
  acceptDrop(row, (dropped) => dropped !== sku && acts.pin(dropped, hit.position));
  const step = (by) => hit.position + by >= 1 && acts.pin(sku, hit.position + by);
  row.addEventListener("keydown", (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    step(event.key === "ArrowUp" ? -1 : 1);
  });
  const entries = () => [
    pin ? ["keep_off", say("Take the pin off"), () => acts.unpin(sku)] : ["keep", say("Pin here"), () => acts.pin(sku, hit.position)],
    hit.position > 1 ? ["arrow_upward", say("Move up"), () => step(-1)] : false,
    ["arrow_downward", say("Move down"), () => step(1)],
    ...((hit.variants || []).length > 1 ? hit.variants.slice(0, 12).map((variant) => ["style", `${say("Pin the variant")} ${nameVariant(variant)}`, () => acts.pinVariant(hit, variant.sku, hit.position)]) : []),
    null,
    ["trending_up", say("Boost"), () => acts.boost(hit.sku, 1)],
    ["trending_down", say("Bury"), () => acts.boost(hit.sku, -1)],
    ["visibility_off", say("Hide"), () => acts.hide(hit.sku)],
  ].filter((entry) => entry !== false);
  row.append(tools(pin ? tool("keep_off", say("Take the pin off"), hit, () => acts.unpin(sku)) : tool("keep", say("Pin here"), hit, () => acts.pin(sku, hit.position)),
    menuButton(`${say("What to do with it")}: ${hit.title}`, entries, (position) => acts.pin(sku, position))));
}

function nameVariant(variant) {
  const options = Object.values(variant.options || {}).join(" / ");
  return `${options || variant.sku}${variant.in_stock ? "" : ` (${say("out of stock")})`}`;
}
