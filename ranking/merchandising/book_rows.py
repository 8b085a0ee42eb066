"""The live rules' rows since a process last read them: the database tells which parts of the table differ, and only
their rows are sent.

A row's stamp is the transaction that wrote it and its place: another one for every version of a row, whoever wrote it
and however. Rows fall into BUCKETS by the end of their id, and a bucket's digest is the exclusive or of its rows'
stamps: inserts, updates, deletes, TRUNCATE and plain SQL all show, and what was rolled back does not.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, IntegerField
from django.db.models.expressions import RawSQL

from ranking.models import Rule

BUCKETS = 1024  # a power of two; 50,000 rules are 50 a bucket
_BUCKET = f"('x' || right(ranking_rule.id::text, 3))::bit(12)::int & {BUCKETS - 1}"
_STAMP = "hashtextextended(concat(ranking_rule.id, ranking_rule.xmin, ranking_rule.ctid), 0)"
_DIGESTS = f"""
SELECT {_BUCKET}, bit_xor({_STAMP}), count(*) FROM ranking_rule WHERE status = 'live' GROUP BY 1
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class BookSource:
    """Which versions of which rows a book holds: digests by bucket, and the stamps of the rows in it by rule's id."""

    digests: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    stamps: Mapping[int, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """`rows` are new or changed; `gone` are the ids whose rules no longer hold: those of changed rows too."""

    source: BookSource
    rows: list[tuple[Any, ...]]
    gone: frozenset[str]


def read_changed(known: BookSource, *, columns: Collection[str]) -> ChangedRows:
    """Digests come first: a row that changes between the two reads makes its bucket differ again the next time."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS)
        digests = {bucket: (digest, count) for bucket, digest, count in cursor.fetchall()}
    buckets = {bucket for bucket in {*known.digests, *digests} if known.digests.get(bucket) != digests.get(bucket)}
    before = {key: stamp for bucket in buckets for key, stamp in known.stamps.get(bucket, {}).items()}
    rows: list[tuple[Any, ...]] = []
    stamps: dict[int, dict[str, int]] = {bucket: {} for bucket in buckets}
    for bucket, stamp, *row in _read_rows(buckets, columns):
        key = str(row[0])
        stamps[bucket][key] = stamp
        if before.get(key) == stamp:
            del before[key]
        else:
            rows.append(tuple(row))
    return ChangedRows(BookSource(digests, {**known.stamps, **stamps}), rows, frozenset(before))


def _read_rows(buckets: Collection[int], columns: Collection[str]) -> Iterable[tuple[Any, ...]]:
    """(bucket, stamp, *columns) of the live rows in these buckets; the first column is the id."""
    if not buckets:
        return ()
    rows = Rule.objects.filter(status=Rule.Status.LIVE).order_by()
    rows = rows.annotate(bucket=RawSQL(_BUCKET, (), IntegerField()), stamp=RawSQL(_STAMP, (), BigIntegerField()))
    if len(buckets) < BUCKETS:
        rows = rows.filter(bucket__in=buckets)
    return rows.values_list("bucket", "stamp", *columns)
