"""The table learning to rank is trained from: one judged product of one query a row, with the ledger's parts.

Tab-separated text (gzip by its name), columns in any order:

    query_id  product_id  label  bm25  dense  …

`label` is a grade 0, 1, 2, …; empty means nobody judged it. All other columns are parts by the names the ledger gives.
"""

import csv
import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ranking.contracts import Hit

KEYS = ("query_id", "product_id", "label")
UNJUDGED = -1
MOST_GRADE = 30  # LightGBM's gains end there


@dataclass(frozen=True, slots=True)
class RankTable:
    """Rows sorted by query and product. `labels` int64[n] (UNJUDGED: none), `columns` float32[n, features]."""

    features: tuple[str, ...]
    query_ids: tuple[str, ...]
    product_ids: tuple[str, ...]
    labels: NDArray[np.int64]
    columns: NDArray[np.float32]

    def choose(self, rows: NDArray[np.bool_]) -> "RankTable":
        at = np.flatnonzero(rows)
        queries, products = (tuple(ids[place] for place in at) for ids in (self.query_ids, self.product_ids))
        return RankTable(self.features, queries, products, self.labels[at], self.columns[at])


class BadTable(ValueError):
    """The table cannot be trained on; the message names the row or what is missing."""


def read_table(path: Path) -> RankTable:
    """Raises BadTable with the line of what is wrong."""
    with _open(path, "rt") as lines:
        reader = csv.DictReader(lines, delimiter="\t")
        names = list(reader.fieldnames or ())
        missing = [name for name in KEYS if name not in names]
        if missing or len(names) == len(KEYS):
            raise BadTable(f"The table needs {', '.join(KEYS)} and a column for each part; it has {', '.join(names)}.")
        features = tuple(name for name in names if name not in KEYS)
        rows = [_read_row(row, features, number) for number, row in enumerate(reader, start=2)]
    return _make_table(features, rows)


_Row = tuple[str, str, int, list[float]]


def _read_row(row: Mapping[str, str], features: Sequence[str], number: int) -> _Row:
    try:
        label = int(row["label"]) if row["label"] else UNJUDGED
        values = [float(row[name]) for name in features]
    except (TypeError, ValueError) as error:
        raise BadTable(f"Line {number} of the table: {error}.") from error
    if not UNJUDGED <= label <= MOST_GRADE or not np.isfinite(values).all():
        raise BadTable(f"Line {number} of the table: a label is 0 to {MOST_GRADE} or empty, a part is a finite number.")
    return row["query_id"], row["product_id"], label, values


def _make_table(features: tuple[str, ...], rows: list[_Row]) -> RankTable:
    rows.sort(key=lambda row: row[:2])
    return RankTable(
        features,
        tuple(row[0] for row in rows),
        tuple(row[1] for row in rows),
        np.array([row[2] for row in rows], np.int64),
        np.array([row[3] for row in rows], np.float32).reshape(len(rows), len(features)),
    )


def collect_table(pages: Iterable[tuple[str, Iterable[Hit], Mapping[int, int]]], features: Sequence[str]) -> RankTable:
    """From searches: (query id, its hits, grades by product id); parts a hit does not have are 0."""
    rows = [
        (query_id, str(hit.product_id), grades.get(hit.product_id, UNJUDGED), [hit.parts.get(n, 0.0) for n in features])
        for query_id, hits, grades in pages
        for hit in hits
    ]
    return _make_table(tuple(features), rows)


def write_table(table: RankTable, path: Path) -> None:
    with _open(path, "wt") as lines:
        writer = csv.writer(lines, delimiter="\t", lineterminator="\n")
        writer.writerow((*KEYS, *table.features))
        keys = zip(table.query_ids, table.product_ids, table.labels.tolist(), table.columns.tolist(), strict=True)
        for query_id, product_id, label, values in keys:
            writer.writerow((query_id, product_id, "" if label == UNJUDGED else label, *(f"{v:.6g}" for v in values)))


def _open(path: Path, mode: str) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, mode, encoding="utf-8", newline="")  # type: ignore[return-value]
    return path.open(mode, encoding="utf-8", newline="")
