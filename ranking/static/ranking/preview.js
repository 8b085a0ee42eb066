// The page this rule makes, beside the page without it: the same search that shoppers get.
import { debounce, el, icon, say, settings } from "./dom.js";
import { rememberProducts } from "./names.js";
import { post, SignedOut } from "./requests.js";
import { startControls } from "./preview_controls.js";
import { drawColumn } from "./preview_rows.js";
import { dropZones } from "./row_menu.js";

export function startPreview({ panel, readRule, acts }) {
  const status = panel.querySelector("[data-status]");
  const columns = panel.querySelector("[data-columns]");
  const announcer = panel.querySelector("[data-announce]");
  const controls = startControls({ form: panel.querySelector("[data-controls]"), onChange: () => refresh() });
  let loading = null;
  let focusNext = null; // the product whose row takes the focus when the page is drawn again

  const refresh = debounce(async () => {
    loading?.abort();
    const mine = loading = new AbortController();
    const rule = readRule();
    controls.follow(rule);
    status.dataset.state = "busy";
    if (!rule.conditions.length && !controls.values.query && !controls.values.category) {
      showNote(say("Write when and what, or type what shoppers search for; the preview follows."));
      columns.replaceChildren();
      return;
    }
    try {
      const sent = rule.conditions.length ? rule : { ...rule, actions: [] };
      const { ok, answer } = await post(settings.urls.preview, { rule: sent, search: controls.values }, mine.signal);
      if (mine !== loading) return;
      if (ok) show(answer, sent.actions.length > 0);
      else showNote(firstError(answer));
    } catch (error) { if (mine === loading) showNote(error instanceof SignedOut ? say("You are signed out. Sign in in a new tab; nothing you wrote here is lost.") : say("The preview could not be loaded.")); }
  }, 350);

  function firstError(answer) {
    const [found] = Object.entries((answer.extra || {}).errors || {});
    if (!found) return answer.message;
    const [path, message] = found;
    const part = { conditions: say("When"), actions: say("Do"), windows: say("At what time") }[path.split(".")[0]];
    return part ? `${part}: ${message}` : message;
  }

  function showNote(text) {
    status.dataset.state = "waiting";
    status.replaceChildren(icon("edit_note"), el("span", {}, text));
  }

  function show(answer, isActing) {
    const rows = (side) => [...side.hits, ...side.hidden, ...(side.waiting || [])];
    rememberProducts([...rows(answer.before), ...rows(answer.after)].map((hit) => ({ ...hit, price_text: hit.sale_text || hit.price_text })));
    if (isActing) tellFate(answer);
    else showNote(say("This is the page now: drag a product to pin it, or choose what the rule does."));
    const after = drawColumn({ title: isActing ? say("With this rule") : say("The page now"), side: answer.after, other: answer.before, acts: arranging });
    const before = isActing ? drawColumn({ title: say("Without this rule"), side: answer.before, other: answer.after, acts: null }) : null;
    columns.replaceChildren(...[before, after].filter(Boolean));
    after.append(dropZones(arranging));
    giveFocusBack();
  }

  function tellFate(answer) {
    const own = answer.outcomes;
    const holds = own.some((outcome) => outcome.status === "matched");
    const reasons = [...new Set(own.map((outcome) => outcome.reason))].filter(Boolean);
    status.dataset.state = holds ? "on" : "off";
    status.replaceChildren(icon(holds ? "check_circle" : "do_not_disturb_on"),
      el("span", {}, holds ? say("The rule holds for this search.") : say("The rule does not hold for this search.")),
      ...reasons.slice(0, 4).map((reason) => el("small", {}, reason)));
    const others = answer.other_rules.filter((outcome) => outcome.status === "matched");
    if (others.length) status.append(el("small", {}, `${say("Other rules at work")}: ${others.map((outcome) => outcome.name).join(", ")}`));
  }

  // Arranging says what it did, and keeps a keyboard user on the row that moved.
  const told = (text, action) => (...values) => {
    focusNext = values[0]?.sku || values[0];
    announcer.textContent = text(...values);
    action(...values);
  };
  const arranging = {
    ...acts,
    pin: told((sku, position) => `${sku}: ${say("pinned")} ${position}`, (sku, position) => acts.pin(sku, position, controls.values)),
    pinVariant: told((hit, sku, position) => `${sku}: ${say("pinned")} ${position}`, (hit, sku, position) => acts.pinVariant(hit, sku, position, controls.values)),
    unpin: told((sku) => `${sku}: ${say("Take the pin off")}`, acts.unpin),
    hide: told((sku) => `${sku}: ${say("hidden")}`, (sku) => acts.hide(sku, controls.values)),
    showAgain: told((sku) => `${sku}: ${say("Show again")}`, acts.showAgain),
    boost: told((sku, sign) => `${sku}: ${sign > 0 ? say("boosted") : say("buried")}`, (sku, sign) => acts.boost(sku, sign, controls.values)),
  };

  function giveFocusBack() {
    if (!focusNext) return;
    const row = [...columns.querySelectorAll(".rule-column:last-of-type [data-sku]")].find((item) => item.dataset.sku === focusNext);
    focusNext = null;
    if (document.activeElement === document.body || columns.contains(document.activeElement)) (row?.querySelector("[aria-haspopup=menu]") || row?.querySelector("button"))?.focus();
  }

  return { refresh, showSearch: controls.show };
}
