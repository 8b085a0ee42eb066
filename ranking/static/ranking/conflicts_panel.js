// What this rule, as it stands, would collide with: who wins, an example to look at, and ways to settle it.
import { debounce, el, icon, say, settings } from "./dom.js";
import { post } from "./requests.js";

// `opposed` cancels out whoever comes first; a priority settles all others.
const SETTLED_BY_PRIORITY = (conflict) => conflict.kind !== "opposed";

function groupByRule(conflicts) {
  const groups = new Map();
  for (const conflict of conflicts) groups.set(conflict.other.id, [...(groups.get(conflict.other.id) || []), conflict]);
  return [...groups.values()];
}

export function startConflicts({ panel, badge, readRule, onShow, onPriority }) {
  let asked = 0;
  let last = "";
  let loading = null;

  const refresh = debounce(async () => {
    const rule = readRule();
    const written = JSON.stringify({ ...rule, name: "" });
    if (written === last) return;
    last = written;
    const mine = asked += 1;
    loading?.abort();
    if (!rule.conditions.length || !rule.actions.length) return draw({ conflicts: [], complete: true });
    loading = new AbortController();
    try {
      const { ok, answer } = await post(settings.urls.conflicts, { rule }, loading.signal);
      if (mine === asked) draw(ok ? answer : { conflicts: [], complete: true });
    } catch (error) { if (mine === asked && error.name !== "AbortError") { last = ""; draw({ conflicts: [], complete: false }); } }
  }, 600);

  function draw({ conflicts, complete }) {
    panel.hidden = !conflicts.length && complete;
    badge.hidden = !conflicts.length;
    badge.textContent = `${say("Conflicts")}: ${conflicts.length}`;
    panel.replaceChildren(
      el("h3", { className: "rule-conflicts-title" }, icon("warning"), `${say("Conflicts with other rules")}: ${conflicts.length}`),
      el("ul", { className: "rule-conflicts-list" }, groupByRule(conflicts).map(item)),
      complete ? "" : el("p", { className: "rule-muted" }, say("Not all rules could be compared in time; saving compares the rest.")),
    );
  }

  // One rule is settled with once, whatever the two disagree about.
  function item(conflicts) {
    const { other, wins } = conflicts[0];
    const examples = [...new Map(conflicts.map((conflict) => [conflict.when, conflict])).values()];
    return el("li", { className: "rule-conflict" },
      el("strong", {}, other.name),
      ...conflicts.map((conflict) => el("p", {}, conflict.sentence)),
      ...examples.slice(0, 2).map((conflict) => el("p", { className: "rule-conflict-example" }, el("span", {}, conflict.when),
        el("button", { type: "button", className: "rule-button", onclick: () => onShow(conflict.example) }, icon("visibility"), say("Show this search")))),
      el("span", { className: "rule-conflict-ways" },
        conflicts.some(SETTLED_BY_PRIORITY) ? settle(wins, other) : null,
        el("a", { className: "rule-button", href: other.url, target: "_blank", rel: "noopener" }, icon("open_in_new"), say("Open the other rule"))));
  }

  function settle(wins, other) {
    return wins ? el("button", { type: "button", className: "rule-button", onclick: () => onPriority(other.priority + 1) }, icon("arrow_downward"), say("Let the other win"))
      : el("button", { type: "button", className: "rule-button rule-button--main", onclick: () => onPriority(other.priority - 1) }, icon("arrow_upward"), say("Let this rule win"));
  }

  return refresh;
}
