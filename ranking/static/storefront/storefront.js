/* What plain links and forms cannot do: the suggestion list, the filter drawer, the gallery. All else works without. */
(() => {
  "use strict";
  document.documentElement.classList.add("has-script");

  // --- Suggestions: a combobox; the focus stays in the input, aria-activedescendant moves.
  const input = document.getElementById("search-input");
  const list = document.getElementById("suggestions");
  const options = () => [...list.querySelectorAll("[role=option]")];
  const active = () => list.querySelector("[aria-selected=true]");

  function openList(isOpen) {
    const shown = isOpen && options().length > 0;
    list.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    if (!shown) activate(null);
  }

  function activate(option) {
    options().forEach((other) => other.setAttribute("aria-selected", String(other === option)));
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  }

  function step(by) {
    const all = options();
    const at = all.indexOf(active()) + by;
    activate(at < 0 || at >= all.length ? null : all[at]);
  }

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options().length) return;
      event.preventDefault();
      if (list.hidden) openList(true);
      if (event.key === "ArrowUp" && !active()) activate(options().at(-1));
      else step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden && active()) {
      event.preventDefault();
      active().click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      openList(false);
    }
  });
  input.addEventListener("input", () => { if (!input.value.trim()) { list.replaceChildren(); openList(false); } });
  input.addEventListener("focus", () => openList(true));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  document.addEventListener("focusin", (event) => { if (!event.target.closest("[data-search]")) openList(false); });
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest("[data-search]")) openList(false); });

  // --- The filter drawer of narrow screens. Its state is on <body>, so that it survives an exchange of the results.
  const drawer = () => document.getElementById("filters");
  const isDrawer = () => drawer() && getComputedStyle(drawer()).position === "fixed";
  const drawerIsOpen = () => document.body.classList.contains("filters-open");
  function markDrawer() {
    const panel = drawer();
    if (!panel) return;
    if (drawerIsOpen() && isDrawer()) { panel.setAttribute("role", "dialog"); panel.setAttribute("aria-modal", "true"); }
    else { panel.removeAttribute("role"); panel.removeAttribute("aria-modal"); }
  }
  function openDrawer(isOpen) {
    if (drawerIsOpen() === isOpen) return;
    document.body.classList.toggle("filters-open", isOpen);
    markDrawer();
    if (isOpen) drawer()?.focus({ preventScroll: true });
    else document.querySelector("[data-open-filters]")?.focus({ preventScroll: true });
  }
  function keepFocusInside(event) {
    const stops = [...drawer().querySelectorAll("a[href], button, input:not([type=hidden]), summary")].filter((el) => el.offsetParent !== null);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement === edge || (event.shiftKey && document.activeElement === drawer())) {
      event.preventDefault();
      (event.shiftKey ? stops.at(-1) : stops[0]).focus();
    }
  }
  document.addEventListener("keydown", (event) => {
    if (!drawerIsOpen() || !isDrawer()) return;
    if (event.key === "Escape") openDrawer(false);
    if (event.key === "Tab") keepFocusInside(event);
  });

  // --- Clicks
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (target.closest("[data-open-filters]")) { event.preventDefault(); openDrawer(true); }
    else if (target.closest("[data-close-filters]")) { event.preventDefault(); openDrawer(false); }
    const thumb = target.closest("[data-gallery-thumb]");
    if (thumb && !event.metaKey && !event.ctrlKey) {
      event.preventDefault();
      document.getElementById("gallery-image").src = thumb.href;
      document.querySelectorAll("[data-gallery-thumb]").forEach((other) => other.removeAttribute("aria-current"));
      thumb.setAttribute("aria-current", "true");
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-submit-on-change]")) event.target.form.requestSubmit();
  });
  // An empty end of a range is no bound and has no place in the address.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".range")) return;
    event.target.querySelectorAll("input[type=number]").forEach((field) => { field.disabled = field.value === ""; });
    setTimeout(() => event.target.querySelectorAll("input[type=number]").forEach((field) => { field.disabled = false; }));
  }, true);
  // A picture that cannot be had becomes the placeholder, once.
  document.addEventListener("error", (event) => {
    const image = event.target;
    if (!(image instanceof HTMLImageElement) || image.dataset.failed) return;
    image.dataset.failed = "1";
    image.src = document.documentElement.dataset.noPicture;
  }, true);

  // --- After htmx has exchanged something
  let toTop = false;
  const openFacets = new Map();
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    toTop = Boolean(event.detail.elt.closest?.("[data-to-top], .sort, .subcategories, .breadcrumb"));
    document.querySelectorAll("[data-facet]").forEach((facet) => {
      openFacets.set(facet.dataset.facet, [facet.open, facet.querySelector(".facet__more")?.open]);
    });
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "suggestions") openList(document.activeElement === input);
  });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    const results = document.getElementById("results");
    if (!results || event.detail.target.id === "suggestions") return;
    document.title = results.dataset.title;
    document.getElementById("announcer").textContent = results.dataset.announce;
    document.querySelectorAll("[data-facet]").forEach((facet) => {
      const [open, more] = openFacets.get(facet.dataset.facet) ?? [facet.open, false];
      facet.open = open;
      const rest = facet.querySelector(".facet__more");
      if (rest && more) rest.open = true;
    });
    markDrawer();
    if (toTop) { window.scrollTo({ top: 0 }); }
  });
})();
