// What arranging means for the rule's actions: plain functions from a list of actions to the next one.
const BOOST = 40;

function onlyNames(clauses) {
  return clauses.length === 1 && clauses[0].field === "sku" && !clauses[0].exclude;
}

export function pinOf(actions, hit) {
  const names = new Set([hit.sku, hit.pinned_sku, ...(hit.variants || []).map((variant) => variant.sku)]);
  return actions.find((action) => action.type === "pin" && names.has(action.sku));
}

export function nextPosition(actions) {
  const taken = new Set(actions.filter((action) => action.type === "pin").map((action) => action.position));
  let position = 1;
  while (taken.has(position)) position += 1;
  return position;
}

export function addPin(actions, sku, position) {
  const others = actions.filter((action) => !(action.type === "pin" && action.sku === sku));
  const moved = others.map((action) => ({ ...action }));
  // A pin put on a taken position pushes that pin and its neighbours back.
  let wanted = position;
  for (let holder = moved.find((action) => action.type === "pin" && action.position === wanted); holder;) {
    wanted += 1;
    const next = moved.find((action) => action !== holder && action.type === "pin" && action.position === wanted);
    holder.position = wanted;
    holder = next;
  }
  return [...moved, { type: "pin", sku, position }];
}

// A position typed beside a pin: who has it already takes the place that becomes free.
export function placePin(actions, sku, to) {
  const own = actions.find((action) => action.type === "pin" && action.sku === sku);
  return actions.map((action) => {
    if (action === own) return { ...action, position: to };
    return action.type === "pin" && action.position === to ? { ...action, position: own.position } : action;
  });
}

// A pin that moves takes its place in the list as a card does in a hand: those between close up or make room.
export function movePin(actions, sku, to) {
  const own = actions.find((action) => action.type === "pin" && action.sku === sku);
  if (!own) return addPin(actions, sku, to);
  const from = own.position;
  return actions.map((action) => {
    if (action.type !== "pin") return action;
    if (action === own) return { ...action, position: to };
    if (from < action.position && action.position <= to) return { ...action, position: action.position - 1 };
    if (to <= action.position && action.position < from) return { ...action, position: action.position + 1 };
    return action;
  });
}

export function removePin(actions, sku) {
  return actions.filter((action) => !(action.type === "pin" && action.sku === sku));
}

export function hideProduct(actions, sku) {
  return addToTarget(removePin(withoutBoost(actions, sku), sku), sku, (action) => action.type === "hide", { type: "hide" });
}

export function showAgain(actions, sku) {
  return takeFromTargets(actions, sku, (action) => action.type === "hide");
}

export function boostProduct(actions, sku, sign) {
  const same = (action) => action.type === "boost" && Math.sign(action.strength) === sign;
  return addToTarget(withoutBoost(actions, sku), sku, same, { type: "boost", strength: sign * BOOST });
}

function withoutBoost(actions, sku) {
  return takeFromTargets(actions, sku, (action) => action.type === "boost");
}

function addToTarget(actions, sku, isMeant, fresh) {
  const index = actions.findIndex((action) => isMeant(action) && onlyNames(action.target));
  if (index < 0) return [...actions, { ...fresh, target: [{ field: "sku", values: [sku] }] }];
  return actions.map((action, other) => (other === index ? withSkus(action, [...new Set([...action.target[0].values, sku])]) : action));
}

function takeFromTargets(actions, sku, isMeant) {
  return actions.map((action) => (isMeant(action) && onlyNames(action.target) ? withSkus(action, action.target[0].values.filter((value) => value !== sku)) : action))
    .filter((action) => !(isMeant(action) && onlyNames(action.target) && !action.target[0].values.length));
}

function withSkus(action, skus) {
  return { ...action, target: [{ ...action.target[0], values: skus }] };
}
