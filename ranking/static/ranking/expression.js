// A line with AND, OR, NOT: checked while it is typed, with the place of an error and how the line is understood.
import { debounce, el, say, settings, tellTyped } from "./dom.js";
import { ask } from "./requests.js";

let serial = 0;

// `onText` is told every letter; the row is not drawn again for it.
export function expressionBox({ value, onText }) {
  const id = `rule-expression-${serial += 1}`;
  const verdict = el("span", { id, className: "rule-expression-verdict", role: "status" });
  const box = el("input", {
    type: "text", className: "rule-input rule-expression", value, maxLength: 1000, autocomplete: "off", spellcheck: false,
    placeholder: say("phone AND NOT (case OR cover)"), "aria-label": say("expression"), "aria-describedby": id,
    oninput: () => { onText(box.value.trim()); tellTyped(box); check(); },
  });
  let asked = 0;
  const judge = async () => {
    const mine = asked += 1;
    const text = box.value.trim();
    if (!text) return show(null, text);
    try {
      const found = await ask(settings.urls.expression, { text });
      if (mine === asked) show(found, text);
    } catch { if (mine === asked) show(null, text); }
  };
  const check = debounce(judge, 300);
  function show(found, text) {
    const wrong = Boolean(found && !found.ok);
    box.setAttribute("aria-invalid", String(wrong));
    verdict.classList.toggle("rule-expression-wrong", wrong);
    if (!found) verdict.replaceChildren(say("Words without a sign must all be there; quotation marks keep them side by side; phone* also finds phones."));
    else if (wrong) verdict.replaceChildren(...place(text, found.position - 1), el("span", {}, found.message));
    else verdict.replaceChildren(`${say("Understood as")}: `, el("code", {}, found.said));
  }
  show(null, value);
  if (value) judge();
  return el("span", { className: "rule-expression-field" }, box, verdict);
}

// The text around the error, with what is wrong marked.
function place(text, at) {
  const from = Math.max(0, at - 24);
  const end = Math.min(text.length, at + 12);
  const before = `${from ? "…" : ""}${text.slice(from, at)}`;
  return [el("code", { className: "rule-expression-place" }, before, el("mark", {}, text.slice(at, end).trim() || "…"), text.slice(end, end + 8))];
}
