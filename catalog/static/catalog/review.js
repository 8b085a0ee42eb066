// The review queue by keyboard: J/K or arrows move, A accepts, E corrects, R rejects, U takes the last decision back.
const list = document.getElementById("rv-rows");
const alertLine = document.getElementById("rv-alert");
const next = document.getElementById("rv-next");
const decided = []; // ids of rows in the order they were decided
const undoOnArrival = new Set();
let current = null; // id of the row that keys act on

const rows = () => [...list.querySelectorAll("[data-row]")];
const rowOf = (id) => (id ? document.getElementById(id) : null);
const isOpen = (row) => !row.classList.contains("is-decided") && !row.classList.contains("is-sent");

function choose(row, { focus = true } = {}) {
  if (!row) return;
  rowOf(current)?.classList.remove("is-current");
  current = row.id;
  row.classList.add("is-current");
  if (focus) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by, onlyOpen) {
  const all = rows();
  let at = all.findIndex((row) => row.id === current);
  do at += by; while (onlyOpen && all[at] && !isOpen(all[at]));
  if (all[at]) choose(all[at]);
  else if (by > 0 && next) next.focus();
}

const actions = {
  a: () => press("a"),
  r: () => press("r"),
  e: () => edit(rowOf(current)),
  j: () => step(1, false),
  k: () => step(-1, false),
  u: undo,
};
actions.arrowdown = actions.j;
actions.arrowup = actions.k;

function press(key) {
  rowOf(current)?.querySelector(`button[data-key="${key}"]`)?.click();
}

function edit(row) {
  const details = row?.querySelector(".rv-edit");
  if (!details) return;
  details.open = true;
  details.querySelector("[name=value]").select();
}

function undo() {
  const own = rowOf(current)?.classList.contains("is-decided") ? current : decided.findLast(rowOf);
  const row = rowOf(own);
  if (!row) return;
  choose(row);
  // Its decision may still be on the way: then it is taken back as soon as it has arrived.
  if (row.classList.contains("is-sent")) undoOnArrival.add(own);
  else press("u");
}

function forget(id) {
  undoOnArrival.delete(id);
  while (decided.includes(id)) decided.splice(decided.lastIndexOf(id), 1);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !list) return;
  const field = event.target.closest("input, select, textarea");
  if (event.key === "Escape" && field?.closest(".rv-edit")) {
    field.closest(".rv-edit").open = false;
    choose(rowOf(current));
    return;
  }
  const action = field ? undefined : actions[event.key.toLowerCase()];
  if (!action || event.repeat && !"jkarrowdownarrowup".includes(event.key.toLowerCase())) return;
  event.preventDefault();
  action();
});

list?.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && row.id !== current) choose(row, { focus: false });
});
list?.addEventListener("toggle", (event) => {
  if (event.target.open) event.target.querySelector("[name=value]").focus();
}, true);

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const row = event.detail.elt.closest("[data-row]");
  if (!row) return;
  if (row.classList.contains("is-sent")) { event.preventDefault(); return; } // a second click on the way
  alertLine.hidden = true;
  const decision = new FormData(event.detail.elt, event.detail.requestConfig.triggeringEvent?.submitter).get("decision");
  row.classList.add("is-sent");
  if (decision === "accept" || decision === "reject") {
    decided.push(row.id);
    // Moving on does not wait for the answer.
    step(1, true);
  } else if (decision === "edit") {
    decided.push(row.id);
  } else {
    forget(row.id);
  }
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
  // A session that has ended answers with the sign-in page: that belongs into the whole window.
  const { xhr, requestConfig } = event.detail;
  if (!event.detail.target.closest("#rv-rows")) return;
  if (new URL(xhr.responseURL).pathname !== requestConfig.path) {
    event.detail.shouldSwap = false;
    window.location.reload();
  }
});
// Only settled: until then htmx keeps the old classes on the new row, and takes them away again.
document.body.addEventListener("htmx:afterSettle", (event) => {
  const id = event.detail.target.id;
  const isDecided = rowOf(id)?.classList.contains("is-decided");
  if (isDecided && undoOnArrival.has(id)) {
    choose(rowOf(id));
    press("u");
    return;
  }
  if (!isDecided) forget(id);
  if (id !== current) {
    if (rowOf(id)?.querySelector(".rv-error")) choose(rowOf(id), { focus: false });
    return;
  }
  const row = rowOf(id);
  choose(row);
  if (row.querySelector(".rv-error")) row.querySelector("[name=value]")?.select();
  else if (isDecided) step(1, true);
});
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.body.addEventListener(name, (event) => {
    const row = event.detail.elt.closest("[data-row]");
    if (!row) return;
    row.classList.remove("is-sent");
    forget(row.id);
    alertLine.textContent = alertLine.dataset.failed;
    alertLine.hidden = false;
    choose(row);
  });
}

if (list) choose(rows().find(isOpen) ?? rows()[0], { focus: true });
