// Small pieces every part of the rule page uses: elements, words, and what a change means for its row.
const page = JSON.parse(document.getElementById("rule-page").textContent);

export const settings = page;

export function say(word) {
  return page.words[word] || word;
}

// `one` where there is one, else `many` with the number in its place.
export function sayCount(number, one, many) {
  return number === 1 ? say(one) : say(many).replace("%d", number.toLocaleString(document.documentElement.lang || "en"));
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

// Stays open when its row is drawn again. `owner`: what it belongs to, the same before and after.
const opened = new Set();

export function details(owner, title, ...children) {
  const box = el("details", { className: "rule-details", open: opened.has(owner) },
    el("summary", { onclick: () => (box.open ? opened.delete(owner) : opened.add(owner)) }, title), ...children);
  return box;
}

export function debounce(action, wait) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), wait);
  };
}

// What is edited stays the same object, so that every control of its row goes on with what the others changed.
export function become(item, changed) {
  Object.keys(item).forEach((name) => delete item[name]);
  Object.assign(item, changed);
}

// What is typed is kept without drawing the row again, which would take the field, or the next one, away meanwhile.
export function tellTyped(node) {
  node.dispatchEvent(new CustomEvent("rule:typed", { bubbles: true }));
}

// A change that comes because a field loses the focus must not redraw what is being clicked.
let leaving = false;

export function whileLeaving(action) {
  leaving = true;
  try { action(); } finally { leaving = false; }
}

export function isLeaving() {
  return leaving;
}
