"""Decides suggested merges: nothing is merged but on a merchandiser's word, and every merge can be taken back exactly.

A decision is one row's status. What products show follows from all accepted rows together (catalog.proposals.settle),
so taking one back leaves what was before, and a job that was stopped half-way is just started again.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.effective import value_key
from catalog.errors import NotFound, ShopError
from catalog.models import Attribute, Proposal, SchemaSuggestion
from catalog.proposals import settle

BATCH = 500
_READ = 2_000
_LOCK = (0x5353, 0x6D65)  # one accepted merge at a time, or two could close a circle

Kind = SchemaSuggestion.Kind
Status = SchemaSuggestion.Status

_PRODUCTS_SQL = """
    SELECT p.id, (SELECT jsonb_object_agg(key, p.attributes -> key) FROM unnest(%s::text[]) AS key
        WHERE jsonb_exists(p.attributes, key))
    FROM catalog_product p WHERE p.id > %s AND jsonb_exists_any(p.attributes, %s) ORDER BY p.id LIMIT %s
"""


class MergeRefused(ShopError):
    """The merge would go in a circle, or would mix what cannot be mixed."""

    code = "merge_refused"
    status = 409


@transaction.atomic
def accept_merge(suggestion_id: int, *, user: Any, target: str = "") -> SchemaSuggestion:
    """The source is shown as the target from now on; call `settle_merge` then. Raises MergeRefused.

    `target` is what the person saw: a suggestion that has changed since is refused.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)
    suggestion = _hold(suggestion_id)
    if target and target != suggestion.target:
        raise MergeRefused(_("This suggestion has changed meanwhile. Look at it again."))
    if suggestion.kind == Kind.SAME_ATTRIBUTE:
        _check_attributes(suggestion)
    _check_circle(suggestion)
    return _decide(suggestion, Status.ACCEPTED, user)


@transaction.atomic
def reject_merge(suggestion_id: int, *, user: Any) -> SchemaSuggestion:
    """Kept apart: this pair is not suggested again. Call `settle_merge` where it was accepted before."""
    return _decide(_hold(suggestion_id), Status.REJECTED, user)


@transaction.atomic
def undo_merge(suggestion_id: int, *, user: Any) -> SchemaSuggestion:
    """To review again, as if nobody had decided; call `settle_merge` then."""
    suggestion = _hold(suggestion_id)
    suggestion.status, suggestion.decided_by_id, suggestion.decided_at = Status.OPEN, None, None
    suggestion.save(update_fields=["status", "decided_by", "decided_at"])
    return suggestion


def settle_merge(suggestion_id: int) -> Iterator[list[int]]:
    """Settles the products that state what the suggestion merges, or anything that is shown as it; yields the ids that
    changed, a batch at a time, each in its own transaction. To be indexed by the caller. Repeating it does no harm.
    """
    suggestion = SchemaSuggestion.objects.select_related("attribute").filter(pk=suggestion_id).first()
    batch: list[int] = []
    for product_id in _find_products(suggestion) if suggestion else ():
        batch.append(product_id)
        if len(batch) == BATCH:
            yield settle(batch)
            batch = []
    if batch:
        yield settle(batch)


def _hold(suggestion_id: int) -> SchemaSuggestion:
    suggestion = SchemaSuggestion.objects.select_for_update().filter(pk=suggestion_id).first()
    if suggestion is None:
        raise NotFound(_("This suggestion is gone. Load the page again."))
    return suggestion


def _decide(suggestion: SchemaSuggestion, status: str, user: Any) -> SchemaSuggestion:
    suggestion.status, suggestion.decided_by_id, suggestion.decided_at = status, user.pk, timezone.now()
    suggestion.save(update_fields=["status", "decided_by", "decided_at"])
    return suggestion


def _check_attributes(suggestion: SchemaSuggestion) -> None:
    pair = Attribute.objects.filter(key__in=[suggestion.source, suggestion.target]).values_list("kind", "unit")
    if len(pair) < 2:
        raise MergeRefused(_("One of the two attributes is gone. Keep them apart."))
    if pair[0] != pair[1]:
        raise MergeRefused(_("The two attributes are of different kinds or units, so their values cannot be mixed."))


def _check_circle(suggestion: SchemaSuggestion) -> None:
    pairs = _accepted_pairs(suggestion.kind, suggestion.attribute_id)
    pairs.pop(suggestion.source, None)
    path = [suggestion.source, suggestion.target]
    while path[-1] in pairs and path[-1] != suggestion.source:
        path.append(pairs[path[-1]])
    if path[-1] == suggestion.source:
        told = _("This would go in a circle: %(path)s. Take one of the other merges back first.")
        raise MergeRefused(told % {"path": " → ".join(path)})


def _accepted_pairs(kind: str, attribute_id: int | None = None) -> dict[str, str]:
    rows = SchemaSuggestion.objects.filter(kind=kind, status=Status.ACCEPTED)
    if kind == Kind.SAME_VALUE and attribute_id is not None:
        rows = rows.filter(attribute_id=attribute_id)
    return dict(rows.values_list("source", "target"))


def _find_products(suggestion: SchemaSuggestion) -> Iterator[int]:
    """By the catalog's own statements, then by what was found in texts; a product may come twice."""
    keys = _with_sources({suggestion.source}, _accepted_pairs(Kind.SAME_ATTRIBUTE).items())
    values: set[str] = set()
    if suggestion.kind == Kind.SAME_VALUE:
        keys = _with_sources({suggestion.attribute.key}, _accepted_pairs(Kind.SAME_ATTRIBUTE).items())
        # An attribute that is shown as this one has merges of its own, which lead into this one's.
        of_keys = Attribute.objects.filter(key__in=keys).values_list("pk", flat=True)
        pairs = [pair for pk in of_keys for pair in _accepted_pairs(Kind.SAME_VALUE, pk).items()]
        values = _with_sources({suggestion.source}, pairs)
    found = Proposal.objects.filter(attribute__in=keys, status=Proposal.Status.ACCEPTED)
    ids = found.order_by("product_id").values_list("product_id", flat=True).distinct()
    return chain(_scan_products(sorted(keys), values), ids.iterator(chunk_size=_READ))


def _scan_products(keys: list[str], values: set[str]) -> Iterator[int]:
    """Products that state one of the attributes, and one of the values where any are given. Read by id in batches, so
    that a large shop is neither locked nor loaded.
    """
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_PRODUCTS_SQL, [keys, last, keys, _READ])
            rows = cursor.fetchall()
        for product_id, stated in rows:
            if not values or any(value_key(value) in values for value in _list_values(stated)):
                yield product_id
        if len(rows) < _READ:
            return
        last = rows[-1][0]


def _with_sources(ends: Iterable[str], pairs: Iterable[tuple[str, str]]) -> set[str]:
    """These, and all that is shown as one of them."""
    listed, found, grown = list(pairs), set(ends), True
    while grown:
        more = {source for source, target in listed if target in found} - found
        found |= more
        grown = bool(more)
    return found


def _list_values(stated: Any) -> list[Any]:
    """The values of these attributes; a JSON column comes as text from a cursor of our own."""
    return [value for listed in json.loads(stated).values() for value in listed]
