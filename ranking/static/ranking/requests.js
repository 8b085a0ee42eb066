// What the page asks the shop while somebody writes; a session that ended is told apart from a shop that does not answer.
import { settings } from "./dom.js";

export class SignedOut extends Error {}

// The sign-in page answers where the session has ended.
async function hear(response) {
  const isOwn = !response.redirected && (response.headers.get("Content-Type") || "").startsWith("application/json");
  if (!isOwn && (response.redirected || response.status === 403)) throw new SignedOut();
  if (!isOwn) throw new Error(String(response.status));
  return { ok: response.ok, answer: await response.json() };
}

export async function ask(url, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, item);
  }
  const { ok, answer } = await hear(await fetch(`${url}?${query}`, { headers: { Accept: "application/json" } }));
  if (!ok) throw new Error(answer.message);
  return answer;
}

// Every form of the page has one: the menu's too.
const tokens = () => [...document.querySelectorAll("[name=csrfmiddlewaretoken]")];

export async function post(url, body, signal) {
  const send = async () => hear(await fetch(url, {
    method: "POST", signal, body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": tokens()[0].value },
  }));
  try { return await send(); } catch (error) {
    if (!(error instanceof SignedOut)) throw error;
    await renewToken(); // signed in again in another tab
    return send();
  }
}

// Signing in gives a new token: the one this page was loaded with would be refused.
export async function renewToken() {
  const { token } = await ask(settings.urls.session, {});
  tokens().forEach((field) => { field.value = token; });
}
