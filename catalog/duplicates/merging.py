"""Merging two listings of one product, and taking it back: only on a person's word, each in one transaction.

Merging archives the second product and moves its variants (with their prices and stock) and its reviews to the first.
`DuplicateSuggestion.undo` keeps what was moved; taking it back moves exactly that, and leaves what was edited since.
The caller refreshes the offers of the products returned (`catalog.pipeline.product_changed`) in the same transaction.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.errors import NotFound, ShopError
from catalog.locks import take_turn
from catalog.models import DuplicateSuggestion, Product, Review, Variant
from catalog.storing.plan import options_by_key

Status = DuplicateSuggestion.Status


class DuplicateRefused(ShopError):
    """The pair cannot be merged, or the merge cannot be taken back, as things stand."""

    code = "duplicate_refused"
    status = 409


@transaction.atomic
def merge(suggestion_id: int, *, user: Any) -> list[int]:
    """Make one product of a pair; returns the ids of both, whose offers changed.

    Raises NotFound, or DuplicateRefused where the pair was decided already or one of the two is no longer on sale.
    """
    held = _hold(suggestion_id)
    if held.status == Status.MERGED:
        raise DuplicateRefused(_("These two are merged already."))
    first, second = _hold_products(held)
    if {first.status, second.status} != {Product.Status.ACTIVE}:
        raise DuplicateRefused(
            _("One of the two products is not on sale. Put it on sale first, or leave the pair alone.")
        )
    held.undo = _move(first, second)
    _decide(held, Status.MERGED, user)
    return [first.pk, second.pk]


@transaction.atomic
def unmerge(suggestion_id: int, *, user: Any) -> list[int]:
    """Take a merge back; the pair waits for review again. Returns the ids of both products.

    What moved goes back, and so do attributes, ratings and status where nobody changed them since. Raises NotFound, or
    DuplicateRefused where the pair is not merged, or the first product was merged into another meanwhile.
    """
    held = _hold(suggestion_id)
    if held.status != Status.MERGED:
        raise DuplicateRefused(_("These two are not merged, so there is nothing to take back."))
    later = DuplicateSuggestion.objects.filter(
        Q(second_id=held.first_id) | Q(first_id=held.first_id, decided_at__gt=held.decided_at), status=Status.MERGED
    ).exclude(pk=held.pk)
    if later.exists():
        raise DuplicateRefused(_("The product was merged again later. Take the later merge back first."))
    first, second = _hold_products(held)
    _move_back(held.undo, first, second)
    held.undo = {}
    _decide(held, Status.OPEN, user)
    return [first.pk, second.pk]


@transaction.atomic
def keep_apart(suggestion_ids: Sequence[int], *, user: Any) -> int:
    """Two products: they are not suggested again until one of their texts is edited. Returns how many were decided."""
    held = DuplicateSuggestion.objects.select_for_update().filter(pk__in=suggestion_ids, status=Status.OPEN)
    return _decide_all(held.order_by("pk"), Status.APART, user)


@transaction.atomic
def ask_again(suggestion_ids: Sequence[int], *, user: Any) -> int:
    """Take "two products" back; returns how many wait for review again."""
    held = DuplicateSuggestion.objects.select_for_update().filter(pk__in=suggestion_ids, status=Status.APART)
    return _decide_all(held.order_by("pk"), Status.OPEN, user)


def merged_into(product_skus: Sequence[str]) -> dict[str, str]:
    """Of these SKUs the products that were merged away, with the SKU of the product that stands for them now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE chain AS ("
            "SELECT s.sku AS gone, d.first_id AS held FROM catalog_duplicatesuggestion d "
            "JOIN catalog_product s ON s.id = d.second_id WHERE d.status = 'merged' AND s.sku = ANY(%s) "
            "UNION SELECT c.gone, d.first_id FROM chain c JOIN catalog_duplicatesuggestion d "
            "ON d.second_id = c.held AND d.status = 'merged') "
            "SELECT c.gone, p.sku FROM chain c JOIN catalog_product p ON p.id = c.held WHERE NOT EXISTS ("
            "SELECT 1 FROM catalog_duplicatesuggestion d WHERE d.second_id = c.held AND d.status = 'merged')",
            [list(product_skus)],
        )
        return dict(cursor.fetchall())


def merged_variants(product_skus: Sequence[str]) -> set[str]:
    """SKUs of variants that merging moved to these products: a file that does not list them must not drop them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.sku FROM catalog_duplicatesuggestion d "
            "CROSS JOIN LATERAL jsonb_array_elements(d.undo -> 'variants') AS moved "
            "JOIN catalog_variant v ON v.id = (moved ->> 0)::bigint JOIN catalog_product p ON p.id = v.product_id "
            "WHERE d.status = 'merged' AND p.sku = ANY(%s)",
            [list(product_skus)],
        )
        return {row[0] for row in cursor.fetchall()}


def _hold(suggestion_id: int) -> DuplicateSuggestion:
    take_turn()
    held = DuplicateSuggestion.objects.select_for_update(of=("self",)).filter(pk=suggestion_id).first()
    if held is None:
        raise NotFound(_("This pair is no longer there: one of the two was changed or deleted."))
    return held


def _hold_products(held: DuplicateSuggestion) -> tuple[Product, Product]:
    products = Product.objects.select_for_update(of=("self",)).filter(pk__in=[held.first_id, held.second_id])
    by_id = {product.pk: product for product in products.order_by("pk")}
    return by_id[held.first_id], by_id[held.second_id]


def _move(first: Product, second: Product) -> dict[str, Any]:
    variants = list(Variant.objects.filter(product=second).order_by("position", "id").values_list("id", "position"))
    reviews = list(Review.objects.filter(product=second).order_by("id").values_list("id", flat=True))
    before = {"attributes": first.attributes, "rating": [first.rating_average, first.rating_count]}
    place = max(Variant.objects.filter(product=first).values_list("position", flat=True), default=-1)
    for number, (variant_id, _position) in enumerate(variants, start=place + 1):
        Variant.objects.filter(pk=variant_id).update(product=first, position=number)
    Review.objects.filter(pk__in=reviews).update(product=first)
    options = options_by_key(list(Variant.objects.filter(product=first).values_list("options", flat=True)))
    first.attributes = {**first.attributes, **options}
    first.rating_average, first.rating_count = _join_ratings(first, second)
    first.save(update_fields=["attributes", "rating_average", "rating_count", "updated_at"])
    status, second.status = second.status, Product.Status.ARCHIVED
    second.save(update_fields=["status", "updated_at"])
    after = {"attributes": first.attributes, "rating": [first.rating_average, first.rating_count]}
    return {"variants": variants, "reviews": reviews, "status": status, "before": before, "after": after}


def _join_ratings(first: Product, second: Product) -> tuple[float | None, int]:
    """Weighed by their numbers of ratings."""
    rated = [each for each in (first, second) if each.rating_average is not None and each.rating_count]
    count = sum(each.rating_count for each in rated)
    if not count:
        return first.rating_average, first.rating_count
    return sum((each.rating_average or 0.0) * each.rating_count for each in rated) / count, count


def _move_back(undo: dict[str, Any], first: Product, second: Product) -> None:
    """What was deleted meanwhile stays deleted; what moved on to other products stays there."""
    for variant_id, position in undo.get("variants", ()):
        Variant.objects.filter(pk=variant_id, product=first).update(product=second, position=position)
    Review.objects.filter(pk__in=undo.get("reviews", ()), product=first).update(product=second)
    before, after = undo.get("before", {}), undo.get("after", {})
    old, new = before.get("attributes", {}), after.get("attributes", {})
    attributes = dict(first.attributes)
    for key in new:
        if new[key] != old.get(key) and attributes.get(key) == new[key]:
            attributes.pop(key)
            attributes |= {key: old[key]} if key in old else {}
    first.attributes = attributes
    if [first.rating_average, first.rating_count] == after.get("rating"):
        first.rating_average, first.rating_count = before["rating"]
    first.save(update_fields=["attributes", "rating_average", "rating_count", "updated_at"])
    if second.status == Product.Status.ARCHIVED and "status" in undo:
        second.status = undo["status"]
        second.save(update_fields=["status", "updated_at"])


def _decide(held: DuplicateSuggestion, status: str, user: Any) -> None:
    held.status = status
    held.decided_by, held.decided_at = (None, None) if status == Status.OPEN else (user, timezone.now())
    held.save(update_fields=["status", "undo", "decided_by", "decided_at"])


def _decide_all(held: Any, status: str, user: Any) -> int:
    chosen = list(held)
    for each in chosen:
        _decide(each, status, user)
    return len(chosen)
