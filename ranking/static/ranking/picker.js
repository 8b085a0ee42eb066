// Chips with a text box: free words, or keys chosen from a list that is searched while typing.
import { ask, debounce, el, icon, labelOf, loadLabels, productOf, remember, rememberProducts, removeButton, say, settings } from "./dom.js";

let serial = 0;

// `field`: "words" takes free text; brand, category, sku or an attribute key offers what the catalog has.
export function picker({ field, values, onChange, label, placeholder, hint }) {
  const chips = el("span", { className: "rule-chips" });
  const drawChips = () => chips.replaceChildren(...values.map((value, index) => chip(value, index)));
  function chip(value, index) {
    const text = field === "words" ? value : labelOf(field, value) || value;
    const remove = () => { onChange(values.filter((_value, other) => other !== index)); };
    return el("span", { className: "rule-chip" }, el("span", {}, text), removeButton(remove, `${say("Remove")} ${text}`));
  }
  const add = (value) => { if (value && !values.includes(value)) onChange([...values, value]); };
  const box = field === "words" ? wordBox(add, label, placeholder) : searchBox({ field, onPick: add, label, placeholder });
  drawChips();
  if (field !== "words" && values.length) loadLabels(field, values).then((changed) => changed && drawChips()).catch(() => {});
  return el("span", { className: "rule-picker", role: "group", "aria-label": label, title: hint }, chips, box);
}

function wordBox(add, label, placeholder) {
  const input = el("input", {
    type: "text", className: "rule-bare", "aria-label": label, placeholder: placeholder || say("word or phrase, then Enter"), autocomplete: "off",
    onkeydown: (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter" || event.key === "," || event.key === "，") { event.preventDefault(); commit(); }
    },
    onblur: () => commit(),
  });
  function commit() {
    const words = input.value.split(/[,，\n]/).map((word) => word.trim()).filter(Boolean);
    input.value = "";
    words.forEach(add);
  }
  return input;
}

// A combobox as ARIA describes it: arrows move, Enter picks, Escape closes.
export function searchBox({ field, onPick, label, placeholder }) {
  const id = `rule-list-${serial += 1}`;
  const list = el("div", { id, className: "rule-options", role: "listbox", hidden: true });
  let options = [];
  let active = -1;
  const input = el("input", {
    type: "text", className: "rule-bare", role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list",
    "aria-label": label, placeholder: placeholder || say("type to search"), autocomplete: "off",
    oninput: () => lookUp(), onfocus: () => lookUp(), onblur: () => setTimeout(close, 150),
    onkeydown: (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); move(event.key === "ArrowDown" ? 1 : -1); }
      else if (event.key === "Enter") { event.preventDefault(); if (options[active]) pick(options[active]); else if (options.length === 1) pick(options[0]); }
      else if (event.key === "Escape") close();
    },
  });
  let asked = 0;
  const lookUp = debounce(async () => {
    const mine = asked += 1;
    try {
      const found = await search(field, input.value.trim());
      if (mine === asked && document.activeElement === input) open(found);
    } catch { close(); }
  }, 180);
  function open(found) {
    options = found;
    active = -1;
    const rows = options.map((option, index) => el("div", {
      id: `${id}-${index}`, className: "rule-option", role: "option", "aria-selected": "false",
      onmousedown: (event) => { event.preventDefault(); pick(option); },
    }, option.picture ? el("img", { src: option.picture, alt: "", width: 36, height: 36, loading: "lazy" }) : null,
      el("span", { className: "rule-option-text" }, el("span", {}, option.label), option.hint ? el("small", {}, option.hint) : null)));
    list.replaceChildren(...(rows.length ? rows : [el("div", { className: "rule-option rule-muted" }, say("Nothing found"))]));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function move(step) {
    if (list.hidden || !options.length) return;
    active = (active + step + options.length) % options.length;
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === active)));
    input.setAttribute("aria-activedescendant", `${id}-${active}`);
    list.children[active].scrollIntoView({ block: "nearest" });
  }
  function pick(option) {
    input.value = "";
    close();
    onPick(option.key);
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

export { productOf };
