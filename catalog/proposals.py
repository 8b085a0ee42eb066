"""What becomes of proposed values: decided by people or by thresholds, and settled into what search reads.

A decision of a person (or of a program with a key) has `decided_at`; it outlives every extractor version. An accepted
proposal without it is above its attribute's threshold and follows the evidence.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.contracts import TEXT_FIELDS, Scalar
from catalog.effective import value_key
from catalog.errors import NotFound
from catalog.models import Attribute, Evidence, ExtractorVersion, Product, Proposal
from catalog.review.edited_value import ValueRefused, fits_kind, read_value
from catalog.schema.merges import Merges, read_merges

Decision = Literal["accept", "reject", "reopen"]
Status = Proposal.Status
# One bulk acceptance in one transaction: 20,000 took 9.6 s on two busy cores. What is left is told, and can be accepted
# again.
MOST_AT_ONCE = 10_000
CHUNK = 500

_TEXT_SQL = "CASE r.field " + " ".join(f"WHEN '{name}' THEN p.{name}" for name in TEXT_FIELDS) + " ELSE '' END"
_USABLE = f"""
SELECT r.product_id, r.attribute, coalesce(nullif(r.edited_value, 'null'::jsonb), r.value),
       CASE WHEN r.is_stated THEN r.field ELSE '' END, r.quote
FROM catalog_proposal r JOIN catalog_product p ON p.id = r.product_id
WHERE r.product_id = ANY(%s) AND r.status = 'accepted' AND CASE
    WHEN r.is_stated THEN r.quote <> '' AND strpos({_TEXT_SQL}, r.quote) > 0
    ELSE r.decided_at IS NOT NULL END
ORDER BY r.product_id, r.attribute, r.is_stated DESC, r.value_key
"""  # noqa: S608 - constants
_STORE = """
UPDATE catalog_product p SET extracted = n.extracted
FROM (SELECT * FROM unnest(%s::bigint[], %s::text[]::jsonb[]) AS n(id, extracted)) n
WHERE p.id = n.id AND p.extracted IS DISTINCT FROM n.extracted RETURNING p.id
"""
_TRUSTED = """r.is_stated AND NOT r.contradicts AND EXISTS (
    SELECT 1 FROM catalog_attribute a WHERE a.key = r.attribute
    AND coalesce(a.accept_above, %(threshold)s) < 1 AND r.confidence >= coalesce(a.accept_above, %(threshold)s))"""
_APPLY_THRESHOLDS = f"""
UPDATE catalog_proposal r SET status = CASE r.status WHEN 'open' THEN 'accepted' ELSE 'open' END
WHERE r.product_id = ANY(%(ids)s) AND r.decided_at IS NULL
AND ((r.status = 'open' AND {_TRUSTED}) OR (r.status = 'accepted' AND NOT ({_TRUSTED})))
RETURNING r.product_id
"""  # noqa: S608 - constants
_SUPPORTED = """EXISTS (
    SELECT 1 FROM catalog_evidence e JOIN catalog_extractorversion v ON v.id = e.version_id AND v.status = 'live'
    WHERE e.product_id = r.product_id AND e.attribute = r.attribute AND e.value_key = r.value_key)"""
_WITHDRAW = f"""
UPDATE catalog_proposal r SET status = CASE r.status WHEN 'withdrawn' THEN 'open' ELSE 'withdrawn' END
WHERE r.product_id = ANY(%(ids)s) AND r.decided_at IS NULL
AND ((r.status = 'withdrawn' AND {_SUPPORTED}) OR (r.status IN ('open', 'accepted') AND NOT {_SUPPORTED}))
RETURNING r.product_id
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Decided:
    """How many proposals a call decided, the products whose attributes changed by it (to be indexed), and whether more
    were left for a second call.
    """

    proposals: int
    product_ids: tuple[int, ...] = ()
    more: bool = False


def decide(proposal_ids: Sequence[int], *, decision: Decision, user: Any) -> Decided:
    """One decision for these proposals. "reopen" takes a decision back: what the machines say counts again.

    `user` is None, or anonymous, for a program with a key. Ids that do not exist, and proposals already decided so, are
    left alone and not counted.
    """
    with transaction.atomic():
        chosen = Proposal.objects.filter(pk__in=list(proposal_ids))
        products = lock_products(chosen.values_list("product_id", flat=True))
        if decision == "reopen":
            count = chosen.filter(decided_at__isnull=False).update(
                status=Status.OPEN, edited_value=None, decided_by=None, decided_at=None
            )
            withdraw_unsupported(products)
            apply_thresholds(products)
        else:
            status = Status.ACCEPTED if decision == "accept" else Status.REJECTED
            held = Q(status=status, decided_at__isnull=False, edited_value__isnull=True)
            count = chosen.exclude(held).update(status=status, edited_value=None, **_signed(user))
        return Decided(count, tuple(settle(products)))


def edit(proposal_id: int, value: Any, *, user: Any) -> Decided:
    """Accept, with another value than the proposed one. Raises `NotFound` and `ValueRefused`."""
    with transaction.atomic():
        chosen = Proposal.objects.filter(pk=proposal_id)
        products = lock_products(chosen.values_list("product_id", flat=True))
        proposal = chosen.first()
        if proposal is None:
            raise NotFound(_("This proposed value does not exist any more."))
        attribute = Attribute.objects.filter(key=proposal.attribute).first()
        if attribute is None:
            told = _("The shop has no attribute “%(key)s”. Create it first, then edit the value.")
            raise ValueRefused(told % {"key": proposal.attribute}, field="attribute")
        written = read_value(attribute, value)
        same = fits_kind(attribute.kind, proposal.value) and value_key(written) == proposal.value_key
        chosen.update(status=Status.ACCEPTED, edited_value=None if same else written, **_signed(user))
        return Decided(1, tuple(settle(products)))


def open_above(attribute: str, threshold: float) -> QuerySet[Proposal]:
    """What a bulk acceptance takes: open, stated in the text, not against the catalog, at least so certain."""
    return Proposal.objects.filter(
        attribute=attribute, status=Status.OPEN, is_stated=True, contradicts=False, confidence__gte=threshold
    )


def accept_above(attribute: str, threshold: float, *, user: Any, limit: int = MOST_AT_ONCE) -> Decided:
    """Accept every open value of this attribute that is at least so certain (see `open_above`), `limit` at once."""
    if not (math.isfinite(threshold) and 0 <= threshold <= 1):
        raise ValueRefused(_("The threshold is a number from 0 to 1."), field="threshold")
    with transaction.atomic():
        found = list(
            open_above(attribute, threshold).order_by("product_id").values_list("pk", "product_id")[: limit + 1]
        )
        products = lock_products(product_id for _pk, product_id in found[:limit])
        # Again the whole condition: since the list was made somebody may have decided otherwise.
        chosen = open_above(attribute, threshold).filter(pk__in=[pk for pk, _product in found[:limit]])
        count = chosen.update(status=Status.ACCEPTED, edited_value=None, **_signed(user))
        changed = [id_ for chunk in _in_chunks(products) for id_ in settle(chunk)]
    return Decided(count, tuple(changed), more=len(found) > limit)


def decided_singly() -> QuerySet[Proposal]:
    """Proposals that a person looked at one by one. All rows of a bulk acceptance have one `decided_at`: nobody saw
    each of them, so they say nothing about how often machines are right.
    """
    decided = Proposal.objects.filter(decided_at__isnull=False, status__in=[Status.ACCEPTED, Status.REJECTED])
    at_once = Proposal.objects.filter(attribute=OuterRef("attribute"), decided_at=OuterRef("decided_at"))
    return decided.filter(~Exists(at_once.exclude(pk=OuterRef("pk"))))


def apply_thresholds(product_ids: Sequence[int]) -> list[int]:
    """Open values that are certain enough become accepted; accepted ones no longer certain enough, open again.

    Only what no person decided. Returns the ids of products with a change; `settle` them.
    """
    threshold = settings.EXTRACTION_ACCEPT_ABOVE
    return _update(_APPLY_THRESHOLDS, {"ids": list(product_ids), "threshold": threshold})


def withdraw_unsupported(product_ids: Sequence[int]) -> list[int]:
    """Values that no live extractor version finds any more are withdrawn, those found again are open again.

    Only what no person decided. Returns the ids of products with a change; `settle` them.
    """
    return _update(_WITHDRAW, {"ids": list(product_ids)})


def settle(product_ids: Iterable[int]) -> list[int]:
    """Write what search reads of these products (`Product.extracted`, see catalog/effective.py) from what is accepted:
    proposals and merges. Returns the ids of those that changed; the others are not written.
    """
    with transaction.atomic():
        ids = lock_products(product_ids)
        merges = read_merges()
        found = _read_usable(ids)
        kinds = _read_kinds(found, merges[1])
        rows = [
            (id_, json.dumps(build_extracted(attributes, found.get(id_, ()), merges, kinds)))
            for id_, attributes in Product.objects.filter(pk__in=ids).values_list("pk", "attributes")
        ]
        with connection.cursor() as cursor:
            cursor.execute(_STORE, [[id_ for id_, _extracted in rows], [extracted for _id, extracted in rows]])
            return sorted(row[0] for row in cursor.fetchall())


def build_extracted(
    attributes: Mapping[str, Sequence[Scalar]],
    found: Iterable[tuple[str, Scalar, str, str]],
    merges: Merges,
    kinds: Mapping[str, str],
) -> dict[str, Any]:
    """`Product.extracted` of one product. `found` are accepted values (attribute, value, text field, quote), `kinds`
    the kind of every attribute the shop has.
    """
    same_values, same_keys = merges
    stated = {same_keys.get(key, key) for key in attributes}
    values: dict[str, dict[str, list[Any]]] = {}
    for key, value, field, quote in found:
        shown_key = same_keys.get(key, key)
        if shown_key in stated or not fits_kind(kinds.get(shown_key, ""), value):
            continue
        shown = same_values.get(key, {}).get(value_key(value), value)
        values.setdefault(shown_key, {}).setdefault(value_key(shown), [shown, field, quote])
    same = {
        key: {name: same_values[key][name] for name in map(value_key, listed) if name in same_values[key]}
        for key, listed in attributes.items()
        if key in same_values
    }
    parts: dict[str, Any] = {
        "values": {key: [entry for _name, entry in sorted(entries.items())] for key, entries in values.items()},
        "same": {key: names for key, names in same.items() if names},
        "same_keys": {key: same_keys[key] for key in attributes if key in same_keys},
    }
    return {name: part for name, part in parts.items() if part}


def switch_version(version_id: int, *, recombine: Callable[[Sequence[int]], Any] | None = None) -> list[int]:
    """This extractor version counts from now on, the one of the same name that did is retired; going back is the same
    call. Returns the products with evidence of either. Raises `NotFound`.

    `recombine` makes the proposals of some products anew (catalog.evidence.recombine); with it all is done in this one
    transaction, without it the caller has to do it for the products returned.
    """
    with transaction.atomic():
        chosen = ExtractorVersion.objects.select_for_update().filter(pk=version_id).first()
        if chosen is None:
            raise NotFound(_("This extractor version does not exist any more."))
        siblings = ExtractorVersion.objects.select_for_update().filter(name=chosen.name).order_by("pk")
        before = [each.pk for each in siblings if each.status == ExtractorVersion.Status.LIVE]
        if chosen.pk in before:
            return []
        now = timezone.now()
        siblings.filter(pk__in=before).update(status=ExtractorVersion.Status.RETIRED, changed_at=now)
        siblings.filter(pk=chosen.pk).update(status=ExtractorVersion.Status.LIVE, changed_at=now)
        touched = Evidence.objects.filter(version_id__in=[*before, chosen.pk]).order_by("product_id")
        product_ids = list(touched.values_list("product_id", flat=True).distinct())
        if recombine is not None:
            for chunk in _in_chunks(lock_products(product_ids)):
                recombine(chunk)
        return product_ids


def lock_products(product_ids: Iterable[int]) -> list[int]:
    """Lock these products to the end of the transaction, in the order of their ids; returns the ids that exist.

    Everybody who changes proposals takes these locks first, so two of them wait for each other instead of undoing or
    blocking one another.
    """
    rows = Product.objects.select_for_update(no_key=True).filter(pk__in=list(product_ids)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _in_chunks(product_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (product_ids[start : start + CHUNK] for start in range(0, len(product_ids), CHUNK))


def _signed(user: Any) -> dict[str, Any]:
    known = user is not None and user.is_authenticated
    return {"decided_by": user if known else None, "decided_at": timezone.now()}


def _update(sql: str, parameters: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return sorted({row[0] for row in cursor.fetchall()})


def _read_usable(product_ids: Sequence[int]) -> dict[int, list[tuple[str, Scalar, str, str]]]:
    """Accepted values by product: those whose quote the text still holds, and implied ones that a person accepted."""
    found: dict[int, list[tuple[str, Scalar, str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_USABLE, [list(product_ids)])
        for product_id, attribute, value, field, quote in cursor.fetchall():
            read = json.loads(value) if isinstance(value, str) else value
            found.setdefault(product_id, []).append((attribute, read, field, quote))
    return found


def _read_kinds(
    found: Mapping[int, Sequence[tuple[str, Scalar, str, str]]], same_keys: Mapping[str, str]
) -> dict[str, str]:
    wanted = {same_keys.get(row[0], row[0]) for rows in found.values() for row in rows}
    return dict(Attribute.objects.filter(key__in=wanted).values_list("key", "kind"))
