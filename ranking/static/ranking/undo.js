// Steps back: a step is one change, or what is typed into one field without leaving it.
const MOST = 50;

export function startUndo({ button, read, restore }) {
  const earlier = [];
  let now = read();
  let typedIn = null;

  // `field`: the text field that is being typed into.
  function note(field = null) {
    const next = read();
    if (next === now) return;
    if (!field || field !== typedIn) earlier.push(now);
    if (earlier.length > MOST) earlier.shift();
    now = next;
    typedIn = field;
    button.disabled = !earlier.length;
  }

  button.addEventListener("click", () => {
    if (!earlier.length) return;
    now = earlier.pop();
    typedIn = null;
    button.disabled = !earlier.length;
    restore(now);
  });

  return { note };
}
