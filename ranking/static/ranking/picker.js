// Chips with a text box: free words, or keys chosen from a list that is searched while typing.
import { debounce, el, icon, removeButton, say, settings, whileLeaving } from "./dom.js";
import { labelOf, loadLabels, remember, rememberProducts } from "./names.js";
import { ask } from "./requests.js";

// What other rules use is offered, and anything else may be typed.
const FREE = new Set(["segment", "market"]);
let serial = 0;

// `field`: "words" takes free text; brand, category, sku or an attribute key offers what the catalog has.
export function picker({ field, values: given, onChange, label, placeholder, hint }) {
  let values = given;
  const set = (next) => { values = next; onChange(next); };
  const isNamed = field !== "words" && !FREE.has(field);
  const chips = el("span", { className: "rule-chips" });
  const drawChips = () => chips.replaceChildren(...values.map((value, index) => chip(value, index)));
  function chip(value, index) {
    const text = isNamed ? labelOf(field, value) || value : value;
    const remove = () => set(values.filter((_value, other) => other !== index));
    return el("span", { className: "rule-chip" }, el("span", {}, text), removeButton(remove, `${say("Remove")} ${text}`));
  }
  const add = (...added) => {
    const fresh = [...new Set(added)].filter((value) => value && !values.includes(value));
    if (fresh.length) set([...values, ...fresh]);
  };
  const removeLast = () => { if (values.length) set(values.slice(0, -1)); };
  const box = field === "words" ? wordBox(add, removeLast, label, placeholder) : searchBox({ field, onPick: add, onBackspace: removeLast, label, placeholder });
  drawChips();
  if (isNamed && values.length) loadLabels(field, values).then((changed) => changed && drawChips()).catch(() => {});
  return el("span", { className: "rule-picker", role: "group", "aria-label": label, title: hint }, chips, box);
}

function wordBox(add, removeLast, label, placeholder) {
  const input = el("input", {
    type: "text", className: "rule-bare", "aria-label": label, placeholder: placeholder || say("word or phrase, then Enter"), autocomplete: "off",
    onkeydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" || event.key === "," || event.key === "，") { event.preventDefault(); commit(); }
      else if (event.key === "Backspace" && !input.value) removeLast();
    },
    onblur: () => whileLeaving(commit),
  });
  function commit() {
    const words = input.value.split(/[,，\n]/).map((word) => word.trim()).filter(Boolean);
    input.value = "";
    add(...words);
  }
  return input;
}

// A combobox as ARIA describes it: arrows move, Enter picks, Escape closes, Backspace in an empty box takes the last away.
export function searchBox({ field, onPick, onBackspace, label, placeholder }) {
  const id = `rule-list-${serial += 1}`;
  const list = el("div", { id, className: "rule-options", role: "listbox", "aria-label": say("To choose from"), hidden: true });
  const isFree = FREE.has(field);
  let options = [];
  let active = -1;
  const input = el("input", {
    type: "text", className: "rule-bare", role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list",
    "aria-label": label, placeholder: placeholder || say("type to search"), autocomplete: "off",
    oninput: () => lookUp(), onfocus: () => lookUp(),
    onblur: () => { close(); if (isFree) whileLeaving(commit); },
    onkeydown: (event) => !event.isComposing && onKey(event),
  });
  let asked = 0;
  const lookUp = debounce(async () => {
    const mine = asked += 1;
    try {
      const found = await search(field, input.value.trim());
      if (mine === asked && document.activeElement === input) open(found);
    } catch { close(); }
  }, 180);

  function onKey(event) {
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (isOpen) move(event.key === "ArrowDown" ? 1 : -1);
      else lookUp();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (isOpen && options[active]) pick(options[active]);
      else if (isFree) commit();
      else if (isOpen && options.length === 1) pick(options[0]);
    } else if (isFree && (event.key === "," || event.key === "，")) { event.preventDefault(); commit(); }
    else if (event.key === "Escape" && isOpen) { event.stopPropagation(); close(); }
    else if (event.key === "Backspace" && !input.value) onBackspace?.();
  }

  function open(found) {
    options = found;
    active = -1;
    const rows = options.map((option, index) => el("div", {
      id: `${id}-${index}`, className: "rule-option", role: "option", "aria-selected": "false",
      onmousedown: (event) => { event.preventDefault(); pick(option); },
    }, option.picture ? el("img", { src: option.picture, alt: "", width: 36, height: 36, loading: "lazy" }) : null,
      el("span", { className: "rule-option-text" }, el("span", {}, option.label), option.hint ? el("small", {}, option.hint) : null)));
    const nothing = isFree ? say("New: press Enter to use it") : say("Nothing found");
    list.replaceChildren(...(rows.length ? rows : [el("div", { className: "rule-option rule-muted", role: "option", "aria-disabled": "true", "aria-selected": "false" }, nothing)]));
    list.hidden = isFree && !rows.length && !input.value.trim();
    input.setAttribute("aria-expanded", String(!list.hidden));
  }
  function close() {
    asked += 1;
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function move(step) {
    if (!options.length) return;
    active = active < 0 && step < 0 ? options.length - 1 : (active + step + options.length) % options.length;
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === active)));
    input.setAttribute("aria-activedescendant", `${id}-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  }
  function pick(option) {
    input.value = "";
    close();
    onPick(option.key);
  }
  function commit() {
    const text = input.value.trim();
    if (text) pick({ key: text });
  }
  return el("span", { className: "rule-combobox" }, field === "sku" ? icon("search") : null, input, list);
}

async function search(field, words) {
  if (field === "sku") {
    const { products } = await ask(settings.urls.products, { q: words });
    rememberProducts(products);
    remember("sku", products.map((product) => ({ key: product.sku, label: `${product.title} · ${product.sku}` })));
    return products.map((product) => ({
      key: product.sku, label: product.title, picture: product.image,
      hint: [product.sku, product.price_text, product.in_stock ? "" : say("out of stock")].filter(Boolean).join(" · "),
    }));
  }
  const { choices } = await ask(settings.urls.choices, { field, q: words });
  remember(field, choices);
  return choices;
}
