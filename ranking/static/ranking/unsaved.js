// Leaving a page with changes asks first; saving does not.
export function warnUnsaved(form, isChanged) {
  const written = () => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken" && !name.startsWith("layout-")));
  const saved = written();
  let isSaving = false;
  document.addEventListener("submit", (event) => {
    // What is sent to a tab of its own, or waits for a new session, is not saved.
    if (event.target === form && !event.defaultPrevented && event.submitter?.formTarget !== "_blank") isSaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (isSaving || (!isChanged && written() === saved)) return;
    event.preventDefault();
    event.returnValue = ""; // older browsers ask only then
  });
}
