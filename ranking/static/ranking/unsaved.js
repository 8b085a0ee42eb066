// Leaving a page with changes asks first; saving does not.
export function warnUnsaved(form, isChanged) {
  const written = () => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken"));
  const saved = written();
  let isSaving = false;
  document.addEventListener("submit", (event) => { if (event.target === form) isSaving = true; });
  window.addEventListener("beforeunload", (event) => {
    if (isSaving || (!isChanged && written() === saved)) return;
    event.preventDefault();
    event.returnValue = ""; // older browsers ask only then
  });
}
