"""The queries of a simulation as CSV, the most affected first."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import StreamingHttpResponse

from catalog.refused_csv import escape_formula
from ranking.models import SimulatedQuery, Simulation

COLUMNS = (
    "query", "locale", "market", "category", "searches", "impact", "overlap", "positions_changed", "total_before",
    "total_after", "zero_results", "entered", "left", "moved", "filters_added", "filters_removed", "redirect_before",
    "redirect_after", "rules", "revenue_before", "revenue_after", "ndcg_before", "ndcg_after", "judged_before",
    "judged_after", "error",
)  # fmt: skip
ROWS_AT_ONCE = 500


def stream_csv(simulation: Simulation) -> Iterator[str]:
    """Line by line, in constant memory; the byte order mark lets Excel read Chinese."""
    yield "\ufeff" + _write(COLUMNS)
    rows = simulation.queries.filter(row__isnull=False).order_by("-impact", "place")
    for asked in rows.iterator(chunk_size=ROWS_AT_ONCE):
        cells = make_cells(asked)
        yield _write([escape_formula(cells.get(name, "")) for name in COLUMNS])


def make_cells(asked: SimulatedQuery) -> dict[str, Any]:
    """By column; what a refused query does not have is left empty."""
    row: Mapping[str, Any] = asked.row or {}
    told = {name: getattr(asked, name) for name in ("query", "locale", "market", "category", "searches", "impact")}
    if row.get("error"):
        return {**told, "error": row["error"]}
    judged = row["judged"] or {}
    pairs = {
        "total": row["total"],
        "redirect": row["page"].get("redirect", ("", "")),
        "revenue": row["revenue"] or ("", ""),
        "ndcg": judged.get("ndcg", ("", "")),
        "judged": judged.get("judged", ("", "")),
    }
    sides = {f"{name}_{side}": pair[place] for name, pair in pairs.items() for place, side in enumerate(_SIDES)}
    return {
        **told,
        **sides,
        "overlap": row["overlap"],
        "positions_changed": row["differ"],
        "zero_results": row["zero"],
        "entered": " ".join(row["entered"]),
        "left": " ".join(row["left"]),
        "moved": " ".join(f"{sku}:{start}>{end}" for sku, start, end in row["moved"]),
        "filters_added": " ".join(row["facets"]["added"]),
        "filters_removed": " ".join(row["facets"]["removed"]),
        "rules": " ".join(row["held"]),
    }


_SIDES = ("before", "after")


def stream_download(simulation: Simulation) -> StreamingHttpResponse:
    response = StreamingHttpResponse(stream_csv(simulation), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="what-if-{simulation.pk}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def _write(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
