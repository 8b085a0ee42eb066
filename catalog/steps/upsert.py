"""Upsert: a batch of rows becomes products, variants and vocabulary; idempotent by SKU, in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import connection

from catalog.contracts import AttributeSpec, Outcome, ProductRow, Refusal, UpsertCounts, UpsertResult
from catalog.duplicates.merging import merged_into, merged_variants
from catalog.locks import take_turn
from catalog.row_fields import RowFault
from catalog.row_groups import group_rows
from catalog.seen_keys import SeenKeys
from catalog.storing.plan import (
    PlannedProduct,
    PlannedVariant,
    Surroundings,
    fingerprint_row,
    options_by_key,
    plan_product,
)
from catalog.storing.state import Owner, load_fingerprints, load_owners, load_products
from catalog.storing.vocabulary import Vocabulary
from catalog.storing.write import delete_products, write_products, write_variants
from catalog.text import detect_language, fold_key

# Archiving reads this many SKUs at a time.
_ARCHIVE_CHUNK = 10_000


class Upserter:
    """Upserts the batches of one upload. With `write=False` it tells what would happen and writes nothing.

    `reactivate` brings archived products back when the file lists them (mode "replace").
    """

    def __init__(self, *, write: bool = True, reactivate: bool = False) -> None:
        self._write = write
        self._reactivate = reactivate
        self._vocabulary = Vocabulary(write=write)
        self._would_exist = SeenKeys()

    def forget(self) -> None:
        """After a rolled-back batch: ids remembered from it may not exist."""
        self._vocabulary = Vocabulary(write=self._write)

    def upsert(self, rows: Sequence[ProductRow], specs: Mapping[str, AttributeSpec] | None = None) -> UpsertResult:
        """`specs` describes the attributes of rows that do not carry their own."""
        if self._write:
            take_turn()
        grouped = group_rows(rows)
        skus = {row.sku for row in grouped}
        merged = merged_into(sorted(skus))
        owners = load_owners({v.sku for row in grouped for v in row.variants or ()} | skus)
        known = load_fingerprints(skus | {owner.product_sku for owner in owners.values()} | set(merged.values()))
        grouped = group_rows(_redirect(_follow_merge(row, merged), owners, known) for row in grouped)
        gone = [row for row in grouped if row.deleted]
        said = [(row, fingerprint_row(row)) for row in grouped if not row.deleted]
        fresh = [(row, print_) for row, print_ in said if known.get(row.sku, (0, ""))[1] != print_]
        plans, refusals = self._plan(fresh, owners, known)
        changed = [plan for plan in plans if plan.id is None or plan.changed_fields]
        ids = self._store(changed, specs or {}) if self._write and changed else {}
        # Last, because deleting locks the index version, and whoever also needs the vocabulary's takes that one first.
        deleted = self._delete(gone, known)
        same = [row for row, print_ in said if known.get(row.sku, (0, ""))[1] == print_]
        outcomes = [
            *(Outcome(row.row_number, row.sku, "unchanged") for row in same),
            *(self._judge(plan) for plan in plans),
            *deleted,
        ]
        return UpsertResult(_count(outcomes, refusals), list(ids.values()), tuple(refusals), tuple(outcomes))

    def _plan(
        self,
        rows: Sequence[tuple[ProductRow, str]],
        owners: Mapping[str, Owner],
        known: Mapping[str, tuple[int, str]],
    ) -> tuple[list[PlannedProduct], list[Refusal]]:
        self._vocabulary.find_brands(row.brand for row, _print in rows if row.brand)
        self._vocabulary.find_categories(row.category for row, _print in rows if row.category)
        absorbable = _find_absorbable((row for row, _print in rows), owners)
        wanted = {known[row.sku][0] for row, _print in rows if row.sku in known} | set(absorbable.values())
        stored = load_products(sorted(wanted))
        absorbed = {sku: stored[sku] for sku in absorbable if sku in stored and sku in stored[sku].variants}
        guests = frozenset(merged_variants([row.sku for row, _print in rows if row.sku in stored]))
        among = Surroundings(stored, owners, absorbed, self._reactivate, guests)
        plans: list[PlannedProduct] = []
        refusals: list[Refusal] = []
        for row, print_ in rows:
            try:
                brand, category = self._vocabulary.brand_id(row.brand), self._vocabulary.category_id(row.category)
                plans.append(plan_product(row, among, fingerprint=print_, brand_id=brand, category_id=category))
            except RowFault as fault:
                refusals.append(Refusal(row.row_number, row.sku, fault.code, fault.message, fault.column, _said(row)))
        return plans, refusals

    def _judge(self, plan: PlannedProduct) -> Outcome:
        row = plan.row
        if plan.id is None and row.sku not in self._would_exist:
            if not self._write:
                self._would_exist.add(row.sku, row.row_number)
            return Outcome(row.row_number, row.sku, "created")
        if plan.changed_fields:
            return Outcome(row.row_number, row.sku, "changed", plan.changed_fields)
        return Outcome(row.row_number, row.sku, "unchanged")

    def _store(self, plans: Sequence[PlannedProduct], known: Mapping[str, AttributeSpec]) -> dict[str, int]:
        specs = _collect_specs(plans, known)
        self._vocabulary.add_attributes(specs.values())
        self._vocabulary.add_values((plan.values["attributes"] for plan in plans), specs)
        ids = write_products(plans)
        write_variants(plans, ids)
        absorbed = [id_ for plan in plans for id_ in plan.absorbed_product_ids]
        if absorbed:
            delete_products(absorbed)
        return ids

    def _delete(self, rows: Sequence[ProductRow], known: Mapping[str, tuple[int, str]]) -> list[Outcome]:
        """A row that deletes what is not there changes nothing, so a second run is harmless."""
        there = [row for row in rows if row.sku in known]
        if self._write and there:
            delete_products(known[row.sku][0] for row in there)
        gone = {row.sku for row in there}
        return [Outcome(row.row_number, row.sku, "deleted" if row.sku in gone else "unchanged") for row in rows]


def find_unlisted(listed: SeenKeys, *, started_at: datetime | None) -> tuple[list[int], int]:
    """Ids of active products the file does not list, and how many active products there are. Newer ones are spared."""
    missing: list[int] = []
    total, last = 0, 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, sku FROM catalog_product WHERE id > %s AND status = 'active' AND created_at <= %s "
                "ORDER BY id LIMIT %s",
                [last, started_at, _ARCHIVE_CHUNK],
            )
            rows = cursor.fetchall()
        if not rows:
            return missing, total
        total, last = total + len(rows), rows[-1][0]
        missing += [id_ for id_, sku in rows if sku not in listed]


def archive(ids: Sequence[int]) -> None:
    """Out of sale, not deleted. The fingerprint goes, so a file that lists the product again brings it back."""
    take_turn()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_product SET status = 'archived', content_fingerprint = '', updated_at = now() "
            "WHERE id = ANY(%s)",
            [list(ids)],
        )


def settle_edited(product_ids: Sequence[int]) -> None:
    """Products that people edited: options folded into attributes, values named, and no longer "as the file said"."""
    plans = [
        PlannedProduct(ProductRow(product.sku, 0), "", product.id, product.values,
                       [PlannedVariant(held.sku, held.values, held.id) for held in product.variants.values()])
        for product in load_products(list(product_ids)).values()
    ]  # fmt: skip
    vocabulary, specs = Vocabulary(write=True), _collect_specs(plans, {})
    for plan in plans:
        plan.values["attributes"] |= options_by_key([variant.values["options"] for variant in plan.variants])
    vocabulary.add_attributes(_describe_unknown(plans, specs))
    vocabulary.add_values((plan.values["attributes"] for plan in plans), specs)
    write_products(plans)


def _describe_unknown(plans: Iterable[PlannedProduct], specs: Mapping[str, AttributeSpec]) -> list[AttributeSpec]:
    """Attributes that people typed by key alone: kind by their first value; those the shop knows stay as they are."""
    found = dict(specs)
    for plan in plans:
        for key, values in plan.values["attributes"].items():
            if key not in found and values:
                first = values[0]
                kind = "boolean" if isinstance(first, bool) else "number" if isinstance(first, int | float) else "text"
                found[key] = AttributeSpec(key, {"en" if detect_language(key) == "en" else "zh": key}, kind)  # type: ignore[arg-type]
    return list(found.values())


def _redirect(row: ProductRow, owners: Mapping[str, Owner], known: Mapping[str, tuple[int, str]]) -> ProductRow:
    """A row whose SKU is a variant of another product updates that variant, not a product of the same number."""
    owner = owners.get(row.sku)
    if owner is None or owner.product_sku == row.sku or row.sku in known or row.complete or row.deleted:
        return row
    variants = row.variants or ()
    if len(variants) != 1 or variants[0].sku != row.sku:
        return row
    variant = variants[0]
    if row.images and variant.image is None:
        variant = replace(variant, image=row.images[0])
    return ProductRow(sku=owner.product_sku, row_number=row.row_number, variants=(variant,))


def _follow_merge(row: ProductRow, merged: Mapping[str, str]) -> ProductRow:
    """A product that was merged away stays away: its file's prices and stock go to its offers where they are now."""
    target = merged.get(row.sku)
    if target is None or row.deleted:
        return row
    return ProductRow(sku=target, row_number=row.row_number, variants=row.variants)


def _find_absorbable(rows: Iterable[ProductRow], owners: Mapping[str, Owner]) -> dict[str, int]:
    """Listed variants that so far are products of their own with nothing else to sell: they move into the group."""
    return {
        variant.sku: owner.product_id
        for row in rows
        for variant in row.variants or ()
        if variant.sku != row.sku
        and variant.options
        and (owner := owners.get(variant.sku)) is not None
        and owner.product_sku == variant.sku
        and owner.variant_count == 1
    }


def _collect_specs(plans: Iterable[PlannedProduct], known: Mapping[str, AttributeSpec]) -> dict[str, AttributeSpec]:
    """What the file says of the attributes in use, and a text attribute for each option it does not describe."""
    used = set().union(*(plan.values["attributes"] for plan in plans))
    specs = {key: spec for key, spec in known.items() if key in used}
    for plan in plans:
        for spec in plan.row.specs:
            held = specs.get(spec.key)
            if held is not None and spec.value_names:
                spec = replace(held, value_names={**held.value_names, **spec.value_names})
            specs[spec.key] = spec
        for variant in plan.variants:
            for name in variant.values["options"]:
                key = fold_key(name)[:120]
                if key and key not in specs:
                    specs[key] = AttributeSpec(key, {"en" if detect_language(name) == "en" else "zh": name}, "text")
    return specs


def _count(outcomes: Iterable[Outcome], refusals: Sequence[Refusal]) -> UpsertCounts:
    counts = {"created": 0, "changed": 0, "unchanged": 0, "deleted": 0}
    for outcome in outcomes:
        counts[outcome.kind] += 1
    return UpsertCounts(**counts, refused=len(refusals))


def _said(row: ProductRow) -> dict[str, str]:
    """A grouped row is no longer one line of the file; what tells it apart is kept."""
    return {"sku": row.sku, **{f"title.{locale}": title for locale, title in row.titles.items()}}
