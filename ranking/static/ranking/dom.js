// Small pieces every part of the rule page uses: elements, words, requests.
const page = JSON.parse(document.getElementById("rule-page").textContent);

export const settings = page;

export function say(word) {
  return page.words[word] || word;
}

export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && name !== "list") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  return el("span", { className: "material-symbols-outlined rule-icon", "aria-hidden": "true" }, name);
}

export function removeButton(onRemove, label = say("Remove")) {
  return el("button", { type: "button", className: "rule-remove", title: label, "aria-label": label, onclick: onRemove }, icon("close"));
}

export function select(options, value, onChange, label) {
  const node = el("select", { className: "rule-input rule-select", "aria-label": label, onchange: () => onChange(node.value) },
    options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
  node.value = value;
  return node;
}

export function checkbox(text, checked, onChange) {
  const box = el("input", { type: "checkbox", className: "rule-check", checked, onchange: () => onChange(box.checked) });
  return el("label", { className: "rule-check-label" }, box, el("span", {}, text));
}

export function debounce(action, wait) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), wait);
  };
}

export async function ask(url, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const item of Array.isArray(value) ? value : [value]) query.append(name, item);
  }
  const response = await fetch(`${url}?${query}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

export async function post(url, body, signal) {
  const response = await fetch(url, {
    method: "POST", signal, body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
  });
  return { ok: response.ok, answer: await response.json() };
}

// Names of keys and products already fetched, so that a redraw asks nothing twice.
const labels = new Map();
const products = new Map();

export function remember(field, choices) {
  choices.forEach((choice) => labels.set(`${field} ${choice.key}`, choice.label));
}

export function rememberProducts(found) {
  found.forEach((product) => products.set(product.sku, product));
}

export function labelOf(field, key) {
  return labels.get(`${field} ${key}`);
}

export function productOf(sku) {
  return products.get(sku);
}

export async function loadLabels(field, keys) {
  const unknown = keys.filter((key) => !labels.has(`${field} ${key}`));
  if (!unknown.length) return false;
  if (field === "sku") {
    const missing = unknown.filter((sku) => !products.has(sku));
    if (missing.length) rememberProducts((await ask(settings.urls.products, { sku: missing })).products);
    unknown.forEach((sku) => labels.set(`sku ${sku}`, products.has(sku) ? `${products.get(sku).title} · ${sku}` : sku));
    return true;
  }
  remember(field, (await ask(settings.urls.choices, { field, key: unknown })).choices);
  unknown.forEach((key) => labels.has(`${field} ${key}`) || labels.set(`${field} ${key}`, key));
  return true;
}
