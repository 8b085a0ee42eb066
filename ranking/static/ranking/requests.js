// What the page asks the shop while somebody writes; a session that ended is told apart from a shop that does not answer.
import { settings } from "./dom.js";

export class SignedOut extends Error {}

// An answer this young needs no question whether the session still lives.
const FRESH = 60_000;
const heard = { at: 0, signedOut: false };

export function isSurelySignedIn() {
  return !heard.signedOut && Date.now() - heard.at < FRESH;
}

// The sign-in page answers where the session has ended.
async function hear(response) {
  const isOwn = !response.redirected && (response.headers.get("Content-Type") || "").startsWith("application/json");
  if (!isOwn && (response.redirected || response.status === 403)) { heard.signedOut = true; throw new SignedOut(); }
  if (!isOwn) throw new Error(String(response.status));
  Object.assign(heard, { at: Date.now(), signedOut: false });
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

const token = () => document.querySelector("[name=csrfmiddlewaretoken]");

export async function post(url, body, signal) {
  const send = async () => hear(await fetch(url, {
    method: "POST", signal, body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": token().value },
  }));
  try { return await send(); } catch (error) {
    if (!(error instanceof SignedOut)) throw error;
    await renewToken(); // signed in again in another tab
    return send();
  }
}

// Signing in gives a new token: the one this page was loaded with would be refused.
export async function renewToken() {
  token().value = (await ask(settings.urls.session, {})).token;
}
