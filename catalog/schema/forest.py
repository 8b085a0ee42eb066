"""Turns pairs that may mean the same into one suggestion a text: into what it would go."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalog.schema.pairs import Alike


@dataclass(frozen=True, slots=True)
class Suggested:
    """That `source` goes into `target`: how surely they are the same, and why."""

    source: str
    target: str
    score: float
    reason: str


def choose_targets(alikes: Iterable[Alike], counts: Mapping[str, int], *, merged: Mapping[str, str]) -> list[Suggested]:
    """The surest pairs that connect each cluster (Kruskal's maximum spanning forest), directed to its commonest text.

    So every text of a cluster but its commonest gets one suggestion, no circle can arise, and a text that resembles
    only a rare form still finds its way by a chain. `merged` are the accepted merges, chains resolved: a merged text is
    the one that it is shown as.
    """
    edges: dict[str, list[tuple[str, Alike]]] = defaultdict(list)
    roots: dict[str, str] = {}
    for alike in sorted(alikes, key=lambda pair: (-pair.score, pair.one, pair.other)):
        one, other = merged.get(alike.one, alike.one), merged.get(alike.other, alike.other)
        first, second = _find_root(one, roots), _find_root(other, roots)
        if first != second:
            roots[max(first, second, key=lambda key: _rank(key, counts))] = min(
                first, second, key=lambda key: _rank(key, counts)
            )
            edges[one].append((other, alike))
            edges[other].append((one, alike))
    commonest = {_find_root(key, roots) for key in edges}
    return [suggested for root in sorted(commonest) for suggested in _walk(root, edges)]


def _walk(root: str, edges: Mapping[str, list[tuple[str, Alike]]]) -> Iterator[Suggested]:
    seen, front = {root}, [root]
    while front:
        target = front.pop()
        for source, alike in edges[target]:
            if source not in seen:
                seen.add(source)
                front.append(source)
                yield Suggested(source, target, alike.score, alike.reason)


def _find_root(key: str, roots: dict[str, str]) -> str:
    while key in roots:
        roots[key] = roots.get(roots[key], roots[key])
        key = roots[key]
    return key


def _rank(key: str, counts: Mapping[str, int]) -> tuple[int, str]:
    """Lowest for the commonest."""
    return -counts.get(key, 0), key
