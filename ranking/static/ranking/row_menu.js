// What can be done with one product of the page: by drag and drop, by a menu, and by Alt with the arrow keys.
import { el, icon, say } from "./dom.js";

const KIND = "application/x-searchsite-product";

// `entries`: [icon, text, action] each; a null is a line between groups. `pinAt` asks for a position.
export function menuButton(label, listEntries, pinAt) {
  const button = el("button", { type: "button", className: "rule-tool", "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false", title: say("What to do with it") }, icon("more_vert"));
  button.addEventListener("click", () => openMenu(button, label, listEntries(), pinAt));
  return button;
}

function openMenu(button, label, entries, pinAt) {
  const close = () => menu.hidePopover();
  const items = entries.map((entry) => (entry === null ? el("hr", { role: "separator" })
    : el("button", { type: "button", role: "menuitem", className: "rule-menu-item", tabindex: "-1", onclick: () => { close(); entry[2](); } }, icon(entry[0]), entry[1])));
  const menu = el("div", { className: "rule-menu", role: "menu", "aria-label": label, popover: "auto" }, items);
  if (pinAt) menu.append(positionItem(close, pinAt));
  button.after(menu);
  menu.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState === "closed") { const inside = menu.contains(document.activeElement); menu.remove(); if (inside) button.focus(); }
  });
  menu.addEventListener("keydown", (event) => moveFocus(event, menu));
  menu.showPopover();
  place(menu, button);
  menu.querySelector("[role=menuitem]").focus();
}

function positionItem(close, pinAt) {
  const item = el("button", { type: "button", role: "menuitem", className: "rule-menu-item", tabindex: "-1" }, icon("pin"), `${say("Pin at position")} …`);
  item.addEventListener("click", () => {
    const box = el("input", { type: "number", min: 1, max: 10000, className: "rule-input rule-position", "aria-label": say("Pin at position") });
    const set = () => { const position = Number(box.value); if (position >= 1) { close(); pinAt(position); } };
    box.addEventListener("keydown", (event) => { event.stopPropagation(); if (event.key === "Enter") { event.preventDefault(); set(); } else if (event.key === "Escape") close(); });
    item.replaceWith(el("span", { className: "rule-menu-item", role: "none" }, icon("pin"), say("Pin at position"), box,
      el("button", { type: "button", role: "menuitem", className: "rule-button", onclick: set }, say("Pin"))));
    box.focus();
  });
  return item;
}

function moveFocus(event, menu) {
  const items = [...menu.querySelectorAll("[role=menuitem]")];
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: (at + 1) % items.length, ArrowUp: (at - 1 + items.length) % items.length, Home: 0, End: items.length - 1 }[event.key];
  if (next !== undefined) { event.preventDefault(); items[next].focus(); }
  else if (event.key === "Tab") { event.preventDefault(); menu.hidePopover(); }
}

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = at.bottom + 4;
  menu.style.top = `${Math.max(8, below + size.height > innerHeight - 8 ? at.top - size.height - 4 : below)}px`;
  menu.style.left = `${Math.max(8, Math.min(at.right - size.width, innerWidth - size.width - 8))}px`;
}

export function makeDraggable(row, sku) {
  row.draggable = true;
  row.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData(KIND, sku);
    event.dataTransfer.setData("text/plain", sku);
    event.dataTransfer.effectAllowed = "move";
    // Chrome ends a drag whose page changes at once.
    setTimeout(() => { row.classList.add("rule-hit--dragged"); document.body.classList.add("rule-dragging"); });
  });
  row.addEventListener("dragend", () => { row.classList.remove("rule-hit--dragged"); document.body.classList.remove("rule-dragging"); });
}

export function acceptDrop(node, onDrop) {
  const leave = () => node.classList.remove("rule-target");
  node.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes(KIND)) { event.preventDefault(); event.dataTransfer.dropEffect = "move"; node.classList.add("rule-target"); } });
  node.addEventListener("dragleave", leave);
  node.addEventListener("drop", (event) => {
    const sku = event.dataTransfer.getData(KIND);
    if (!sku) return;
    event.preventDefault();
    leave();
    document.body.classList.remove("rule-dragging");
    onDrop(sku);
  });
}

export function dropZones(acts) {
  const zone = (name, text, action) => { const node = el("span", { className: "rule-drop" }, icon(name), text); acceptDrop(node, action); return node; };
  return el("div", { className: "rule-drops", "aria-hidden": "true" },
    zone("trending_up", say("Boost"), (sku) => acts.boost(sku, 1)), zone("trending_down", say("Bury"), (sku) => acts.boost(sku, -1)),
    zone("visibility_off", say("Hide"), (sku) => acts.hide(sku)));
}
