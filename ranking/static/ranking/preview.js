// The page this rule makes, beside the page without it: the same search that shoppers get.
import { debounce, el, icon, remember, rememberProducts, say, settings } from "./dom.js";
import { searchBox } from "./picker.js";
import { sortLabel } from "./conditions.js";
import { withGroups } from "./preview_groups.js";

export function startPreview({ panel, readRule, onPin, onHide, readErrors }) {
  const controls = { query: "", category: "", locale: document.documentElement.lang.startsWith("zh") ? "zh" : "en", market: "", sort: "relevance", now: "" };
  let touched = false;
  const status = panel.querySelector("[data-status]");
  const columns = panel.querySelector("[data-columns]");
  const form = panel.querySelector("[data-controls]");
  let asked = 0;

  const refresh = debounce(async () => {
    const mine = asked += 1;
    status.dataset.state = "busy";
    const rule = readRule();
    if (!touched) Object.assign(controls, guessSearch(rule, controls));
    syncControls();
    if (!rule.conditions.length) {
      showNote(say("Write when and what; the preview follows."));
      columns.replaceChildren();
      return;
    }
    try {
      const response = await fetch(settings.urls.preview, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
        body: JSON.stringify({ rule, search: controls }),
      });
      const answer = await response.json();
      if (mine !== asked) return;
      if (!response.ok) { readErrors((answer.extra || {}).errors || {}); showNote(firstError(answer)); return; }
      readErrors({});
      show(answer, rule.actions.length > 0);
    } catch { if (mine === asked) showNote(say("The preview could not be loaded.")); }
  }, 350);

  function firstError(answer) {
    const errors = Object.values((answer.extra || {}).errors || {});
    return errors.length ? errors[0] : answer.message;
  }

  function showNote(text) {
    status.dataset.state = "waiting";
    status.replaceChildren(icon("edit_note"), el("span", {}, text));
  }

  function show(answer, acts) {
    if (!acts) {
      showNote(say("This is the page now: drag a product to pin it, or choose what the rule does."));
      columns.replaceChildren(column(say("Without this rule"), answer.after, "after"));
      return;
    }
    const own = answer.outcomes;
    const holds = own.some((outcome) => outcome.status === "matched");
    const reasons = [...new Set(own.filter((outcome) => outcome.status !== "matched").map((outcome) => outcome.reason))].filter(Boolean);
    status.dataset.state = holds ? "on" : "off";
    status.replaceChildren(icon(holds ? "check_circle" : "do_not_disturb_on"), el("span", {},
      holds ? say("The rule holds for this search.") : say("The rule does not hold for this search.")),
    ...reasons.slice(0, 4).map((reason) => el("small", {}, reason)));
    const others = answer.other_rules.filter((outcome) => outcome.status === "matched");
    if (others.length) status.append(el("small", {}, `${say("Other rules at work")}: ${others.map((outcome) => outcome.name).join(", ")}`));
    rememberProducts([...answer.before.hits, ...answer.after.hits].map((hit) => ({ ...hit, price_text: hit.sale_text || hit.price_text })));
    columns.replaceChildren(column(say("Without this rule"), answer.before, "before"), column(say("With this rule"), answer.after, "after"));
  }

  function column(title, side, kind) {
    const head = el("h3", { className: "rule-column-title" }, title, el("small", {}, `${side.total} ${say("results")}`));
    if (!side.hits.length) return el("section", { className: "rule-column" }, head, el("p", { className: "rule-muted" }, say("Nothing is found.")));
    return el("section", { className: "rule-column", "aria-label": title }, head, el("ol", { className: "rule-hits" }, withGroups(side, (hit) => row(hit, kind))));
  }

  function row(hit, kind) {
    const badges = kind === "after" ? describe(hit) : leaving(hit);
    const item = el("li", { className: `rule-hit${badges.length && kind === "before" ? " rule-hit--gone" : ""}${hit.moves.some((move) => isOwn(move)) ? " rule-hit--moved" : ""}`, draggable: kind === "after" },
      el("span", { className: "rule-hit-position" }, String(hit.position)),
      el("img", { src: hit.image, alt: "", width: 56, height: 56, loading: "lazy", draggable: false }),
      el("div", { className: "rule-hit-text" },
        el("span", { className: "rule-hit-title", title: hit.title }, hit.title),
        el("span", { className: "rule-hit-line" }, hit.sale_text ? [el("strong", { className: "rule-sale" }, hit.sale_text), el("s", {}, hit.price_text)] : el("strong", {}, hit.price_text),
          el("small", { className: "rule-muted" }, hit.sku), hit.in_stock ? null : el("small", { className: "rule-warning" }, say("out of stock"))),
        badges.length ? el("span", { className: "rule-hit-badges" }, badges) : null),
      kind === "after" ? el("span", { className: "rule-hit-tools" },
        tool("keep", say("Pin here"), () => onPin(hit.sku, hit.position)), tool("visibility_off", say("Hide it"), () => onHide(hit.sku))) : null);
    if (kind === "after") makeDraggable(item, hit);
    return item;
  }

  function tool(name, label, action) {
    return el("button", { type: "button", className: "rule-tool", title: label, "aria-label": label, onclick: action }, icon(name));
  }

  function makeDraggable(item, hit) {
    item.addEventListener("dragstart", (event) => { event.dataTransfer.setData("text/plain", hit.sku); event.dataTransfer.effectAllowed = "move"; item.classList.add("rule-hit--dragged"); });
    item.addEventListener("dragend", () => item.classList.remove("rule-hit--dragged"));
    item.addEventListener("dragover", (event) => { event.preventDefault(); item.classList.add("rule-hit--target"); });
    item.addEventListener("dragleave", () => item.classList.remove("rule-hit--target"));
    item.addEventListener("drop", (event) => { event.preventDefault(); item.classList.remove("rule-hit--target"); onPin(event.dataTransfer.getData("text/plain"), hit.position); });
  }

  function leaving(hit) {
    return hit.other_position ? [] : [el("span", { className: "rule-badge rule-badge--hide" }, say("leaves the page"))];
  }

  function describe(hit) {
    const names = { pin: say("pinned"), boost: say("boosted"), bury: say("buried"), hide: say("hidden"), filter: say("Show only"),
      slot: say("place kept"), substitute: say("stands in"), diversify: say("held back"), group: say("Block") };
    const badges = hit.moves.map((move) => el("span", { className: `rule-badge rule-badge--${move.effect}${isOwn(move) ? "" : " rule-badge--other"}`, title: move.rule_name },
      names[move.effect] + (move.points ? ` ${move.points > 0 ? "+" : "−"}${Math.abs(move.points).toFixed(2)}` : "") + (move.places ? ` ${move.places > 0 ? "+" : "−"}${Math.abs(move.places)} ${say("places")}` : "")));
    if (!hit.other_position) badges.push(el("span", { className: "rule-badge rule-badge--new" }, say("new")));
    else if (hit.other_position !== hit.position) {
      const up = hit.other_position - hit.position;
      badges.push(el("span", { className: up > 0 ? "rule-shift rule-shift--up" : "rule-shift rule-shift--down", title: up > 0 ? say("moves up") : say("moves down") }, `${up > 0 ? "▲" : "▼"} ${Math.abs(up)}`));
    }
    return badges;
  }

  function isOwn(move) {
    return move.rule_id === (settings.id || "draft");
  }

  function guessSearch(rule, current) {
    const query = rule.conditions.find((condition) => condition.type === "query" && !condition.negate && (condition.values || []).length);
    const category = rule.conditions.find((condition) => condition.type === "category" && !condition.negate && condition.keys.length);
    const locale = rule.locales.length === 1 ? rule.locales[0] : current.locale;
    return { query: query ? query.values[0] : "", category: category ? category.keys[0] : "", locale: query && /[㐀-鿿]/.test(query.values[0]) ? "zh" : locale, market: rule.markets[0] || "" };
  }

  const inputs = {};
  function syncControls() {
    for (const [name, input] of Object.entries(inputs)) if (document.activeElement !== input) input.value = controls[name];
  }
  function control(name, label, input) {
    inputs[name] = input;
    input.addEventListener(input.tagName === "SELECT" || input.type === "datetime-local" ? "change" : "input", () => { touched = true; controls[name] = input.value; refresh(); });
    return el("label", { className: `rule-field rule-field--${name}` }, el("span", {}, label), input);
  }
  const box = (type) => el("input", { type, className: "rule-input", autocomplete: "off" });
  const options = (pairs) => el("select", { className: "rule-input rule-select" }, pairs.map(([value, text]) => el("option", { value }, text)));
  const category = searchBox({ field: "category", label: say("category"), onPick: (key) => { touched = true; controls.category = key; syncControls(); refresh(); } });
  const categoryInput = category.querySelector("input");
  categoryInput.className = "rule-input";
  inputs.category = categoryInput;
  categoryInput.addEventListener("change", () => { if (!categoryInput.value) { touched = true; controls.category = ""; refresh(); } });
  form.append(
    control("query", say("the query"), box("search")),
    el("label", { className: "rule-field rule-field--category" }, el("span", {}, say("category")), category),
    control("locale", say("the language"), options([["en", say("English")], ["zh", say("Chinese")]])),
    control("market", say("the market"), box("text")),
    control("sort", say("the sort order"), options(settings.sorts.map((sort) => [sort, sortLabel(sort)]))),
    control("now", say("at"), box("datetime-local")),
  );
  remember("category", []);
  return refresh;
}
