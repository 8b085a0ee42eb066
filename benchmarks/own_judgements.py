"""Our own grades of products that nobody had judged, kept in a file of their own beside the published ones."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.chorus import JudgedQuery
from benchmarks.harness import ROOT

CHORUS = ROOT / "benchmarks" / "judgements" / "chorus_own.tsv"
COLUMNS = ("query_id", "product_id", "pass1", "pass2", "final")
GRADES = range(4)


@dataclass(frozen=True, slots=True)
class OwnJudgements:
    """`final` by query and product; `pairs` are the grades of both passes where both are given."""

    final: Mapping[str, Mapping[int, int]]
    pairs: tuple[tuple[int, int], ...]

    @property
    def count(self) -> int:
        return sum(len(grades) for grades in self.final.values())


def read_own(path: Path = CHORUS) -> OwnJudgements:
    """Nothing where there is no file yet; a row without a final grade is not judged yet.

    Raises ValueError, naming the line, for a grade that is none.
    """
    if not path.exists():
        return OwnJudgements({}, ())
    final: dict[str, dict[int, int]] = {}
    pairs: list[tuple[int, int]] = []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t"), start=2):
            first, second, last = (_read_grade(row[name], path, number) for name in ("pass1", "pass2", "final"))
            if first is not None and second is not None:
                pairs.append((first, second))
            if last is not None:
                final.setdefault(row["query_id"], {})[int(row["product_id"])] = last
    return OwnJudgements(final, tuple(pairs))


def _read_grade(text: str | None, path: Path, number: int) -> int | None:
    if not text:
        return None
    grade = int(text) if text.isdigit() else -1
    if grade not in GRADES:
        raise ValueError(f"{path.name}, line {number}: a grade is 0 to 3 or empty, not {text!r}.")
    return grade


def weighted_kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Cohen's kappa with quadratic weights (1968): 1 is the same grades, 0 what chance gives; 0 without pairs."""
    if not pairs:
        return 0.0
    count = len(GRADES)
    seen = np.zeros((count, count))
    for first, second in pairs:
        seen[first, second] += 1
    seen /= len(pairs)
    chance = np.outer(seen.sum(axis=1), seen.sum(axis=0))
    cost = np.square(np.subtract.outer(np.arange(count), np.arange(count)))
    expected = float((cost * chance).sum())
    return 1.0 - float((cost * seen).sum()) / expected if expected else 1.0


def list_unjudged(
    rankings: Mapping[str, Sequence[Sequence[int]]],
    queries: Sequence[JudgedQuery],
    own: OwnJudgements,
    *,
    depth: int = 10,
) -> list[tuple[str, int]]:
    """(query, product) in the first `depth` of any of these runs that neither file grades, each once."""
    pairs: dict[tuple[str, int], None] = {}
    for ranked in rankings.values():
        for query, ranking in zip(queries, ranked, strict=True):
            known = query.judgements.keys() | own.final.get(query.query_id, {}).keys()
            pairs.update(((query.query_id, item), None) for item in ranking[:depth] if item not in known)
    return list(pairs)
