// Saving loses nothing when the session has ended: it is said before the form is sent, and the form waits.
import { el, say, settings } from "./dom.js";
import { renewToken, SignedOut } from "./requests.js";

export function guardSession(form) {
  let isAsked = false;
  let isAsking = false;
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (isAsked || button?.formTarget === "_blank") return;
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    try { await renewToken(); } catch (error) {
      isAsking = false;
      if (error instanceof SignedOut) { tellSignedOut(); return; }
    }
    isAsked = true;
    form.requestSubmit(button);
  });
}

function tellSignedOut() {
  const close = () => dialog.close();
  const dialog = el("dialog", { className: "rule-dialog", "aria-labelledby": "rule-signed-out" },
    el("h2", { id: "rule-signed-out", className: "rule-heading" }, say("You are signed out")),
    el("p", {}, say("Nothing you wrote is lost. Sign in in a new tab, then come back here and save again.")),
    el("p", { className: "rule-dialog-ways" },
      el("a", { className: "rule-button rule-button--main", href: settings.urls.login, target: "_blank", rel: "noopener" }, say("Sign in")),
      el("button", { type: "button", className: "rule-button", onclick: close }, say("Back to the rule"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.querySelector(".rule-page").append(dialog);
  dialog.showModal();
}
