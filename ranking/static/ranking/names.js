// Names of keys and products already fetched, so that a redraw asks nothing twice; what many rows ask at once is one question.
import { settings } from "./dom.js";
import { ask } from "./requests.js";

// More would make an address that servers refuse.
const MOST_ASKED = 40;
const labels = new Map();
const products = new Map();
const families = new Map(); // SKU (a product's or a variant's) → promise of the product with its variants; null: not there
let waiting = [];

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

export function loadFamily(sku) {
  if (!families.has(sku)) families.set(sku, new Promise((resolve, reject) => {
    if (!waiting.length) setTimeout(askForAll);
    waiting.push({ sku, resolve, reject });
  }).catch((error) => { families.delete(sku); throw error; }));
  return families.get(sku);
}

async function askForAll() {
  const asked = waiting;
  waiting = [];
  for (const part of chunks(asked)) {
    try {
      const found = new Map((await ask(settings.urls.products, { sku: part.map(({ sku }) => sku) })).products.map((product) => [product.sku, product]));
      rememberProducts([...found.values()].filter((product) => !products.has(product.sku)));
      part.forEach(({ sku, resolve }) => resolve(found.get(sku) || null));
    } catch (error) { part.forEach(({ reject }) => reject(error)); }
  }
}

// Whether there was anything to ask for.
export async function loadLabels(field, keys) {
  const unknown = keys.filter((key) => !labels.has(`${field} ${key}`));
  if (!unknown.length) return false;
  if (field === "sku") await Promise.all(unknown.filter((sku) => !products.has(sku)).map(loadFamily));
  else for (const part of chunks(unknown)) remember(field, (await ask(settings.urls.choices, { field, key: part })).choices);
  const name = (key) => (field === "sku" && products.has(key) ? `${products.get(key).title} · ${key}` : key);
  unknown.forEach((key) => labels.has(`${field} ${key}`) || labels.set(`${field} ${key}`, name(key)));
  return true;
}

function chunks(list) {
  return Array.from({ length: Math.ceil(list.length / MOST_ASKED) }, (_none, index) => list.slice(index * MOST_ASKED, (index + 1) * MOST_ASKED));
}
