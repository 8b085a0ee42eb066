// The search preview: weights that are changed show as B, what is open stays open, one product lights up in both columns.
const form = document.getElementById("sp-form");
const results = document.getElementById("sp-results");
const panel = document.getElementById("sp-weights");
const second = form.elements.b;

form.addEventListener("input", (event) => {
  if (event.target.matches("[data-weight]")) {
    mark(event.target);
    second.value = "draft";
  } else if (event.target === second && second.value === "draft") {
    panel.open = true;
  }
});

form.addEventListener("click", (event) => {
  if (!event.target.closest("[data-reset-weights]")) return;
  for (const input of panel.querySelectorAll("[data-weight]")) {
    input.value = input.dataset.base;
    mark(input);
  }
  form.requestSubmit();
});

function mark(input) {
  input.closest(".sp-weight").classList.toggle("is-changed", Number(input.value) !== Number(input.dataset.base));
}

for (const name of ["pointerover", "focusin"]) {
  results.addEventListener(name, (event) => light(event.target.closest("[data-product]")?.dataset.product));
}
results.addEventListener("pointerleave", () => light(undefined));

function light(product) {
  for (const item of results.querySelectorAll("[data-product]")) {
    item.classList.toggle("is-lit", product !== undefined && item.dataset.product === product);
  }
}

let opened = new Map();
document.body.addEventListener("htmx:beforeSwap", (event) => {
  // A session that has ended answers with the sign-in page: that belongs into the whole window.
  if (new URL(event.detail.xhr.responseURL).pathname !== new URL(form.action).pathname) {
    event.detail.shouldSwap = false;
    window.location.reload();
    return;
  }
  opened = new Map([...results.querySelectorAll("details[id]")].map((item) => [item.id, item.open]));
});
document.body.addEventListener("htmx:afterSwap", () => {
  for (const item of results.querySelectorAll("details[id]")) {
    if (opened.has(item.id)) item.open = opened.get(item.id);
  }
});
for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.body.addEventListener(name, () => {
    const told = document.createElement("p");
    told.className = "sp-wrong";
    told.setAttribute("role", "alert");
    told.textContent = form.dataset.failed;
    results.prepend(told);
  });
}
