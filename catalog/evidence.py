"""Evidence becomes proposals: what all live extractor versions found in a product, combined, calibrated and settled."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db import connection, transaction

from catalog import proposals
from catalog.contracts import FoundAttribute, Span
from catalog.extractors.agreement import values_agree
from catalog.extractors.combination import CalibrationBook, Combined, Counts, combine, step_of
from catalog.models import Attribute, Calibration, Evidence, ExtractorVersion, Product, Proposal

_MOST_QUOTE = 500
# So many products tell a precision to half a percent, and are judged in some ten seconds.
MOST_JUDGED = 100_000
LEAST_PROPOSED, LEAST_AGAINST_CATALOG = 0.1, 0.5
_Judged = tuple[str, str, float, bool]
_SHOWN = ("value", "unit", "field", "quote", "is_stated", "contradicts", "confidence", "extractors", "impact")


def recombine(product_ids: Sequence[int]) -> list[int]:
    """Proposals of these products anew, then thresholds and settling; returns the products whose attributes changed.

    Must run in the transaction that changed the evidence.
    """
    with transaction.atomic():
        found = read_evidence(product_ids)
        book = read_calibration()
        products = Product.objects.filter(id__in=product_ids).only("id", "attributes", "popularity")
        known = set(Attribute.objects.values_list("key", flat=True))
        rows = [
            _propose(product, value, known=known)
            for product in products
            for value in combine(found.get(product.pk, ()), book)
        ]
        _drop_hopeless([row for row in rows if not _is_worth_a_look(row)])
        Proposal.objects.bulk_create(
            [row for row in rows if _is_worth_a_look(row)],
            batch_size=2000,
            update_conflicts=True,
            unique_fields=["product", "attribute", "value_key"],
            update_fields=_SHOWN,
        )
        proposals.withdraw_unsupported(product_ids)
        proposals.apply_thresholds(product_ids)
        return proposals.settle(product_ids)


def _is_worth_a_look(row: Proposal) -> bool:
    """What the catalog says already, what is hardly ever right, and what is likely wrong where the catalog says
    otherwise would only bury the queue.
    """
    if row.product.attributes.get(row.attribute) and not row.contradicts:
        return False
    return row.confidence >= (LEAST_AGAINST_CATALOG if row.contradicts else LEAST_PROPOSED)


def _drop_hopeless(rows: Sequence[Proposal]) -> None:
    """Proposed before, and no longer worth a look; what a person decided stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM catalog_proposal r USING unnest(%s::bigint[], %s::text[], %s::text[]) "
            "AS gone(product_id, attribute, value_key) WHERE r.product_id = gone.product_id "
            "AND r.attribute = gone.attribute AND r.value_key = gone.value_key AND r.decided_at IS NULL",
            [
                [row.product_id for row in rows],
                [row.attribute for row in rows],
                [row.value_key for row in rows],
            ],
        )


def _propose(product: Product, value: Combined, *, known: set[str]) -> Proposal:
    item = value.found
    said = product.attributes.get(item.name, [])
    return Proposal(
        product=product,
        attribute=item.name,
        value_key=value.value_key,
        value=item.value,
        unit=item.unit,
        field=item.span.field if item.span else "",
        quote=item.quote[:_MOST_QUOTE],
        is_stated=item.span is not None,
        contradicts=bool(said) and not any(values_agree(item.value, one) for one in said),
        confidence=value.confidence,
        extractors=list(value.extractors),
        # Views by what is missing: a facet the product lacks is worth as much as the product is looked at.
        impact=(1 + product.popularity) * (0.0 if said else 1.0) * (1.0 if item.name in known else 0.5),
    )


def read_evidence(product_ids: Sequence[int]) -> dict[int, list[FoundAttribute]]:
    """What the live versions found, by product id."""
    rows = Evidence.objects.filter(product_id__in=product_ids, version__status=ExtractorVersion.Status.LIVE)
    found: dict[int, list[FoundAttribute]] = defaultdict(list)
    for row in rows.select_related("version"):
        found[row.product_id].append(_read(row))
    return found


def _read(row: Evidence) -> FoundAttribute:
    stated = row.field and row.start is not None and row.end is not None
    return FoundAttribute(
        name=row.attribute,
        value=row.value,
        unit=row.unit,
        span=Span(row.field, row.start or 0, row.end or 0) if stated else None,  # type: ignore[arg-type]
        quote=row.quote,
        confidence=row.confidence,
        extractor=row.version.name,
        version=row.version.version,
    )


def read_calibration() -> CalibrationBook:
    return CalibrationBook(
        {
            (row.extractor, row.attribute, row.step): Counts(row.right, row.wrong)
            for row in Calibration.objects.all().iterator()
        }
    )


def refresh_calibration() -> int:
    """Count anew how often each extractor is right, where the catalog itself or a person says the truth.

    A shop's own attributes are the judge: what is found for an attribute that the catalog states is right when they
    agree. Returns how many findings were judged.
    """
    counts: dict[tuple[str, str, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    judged = 0
    for extractor, attribute, confidence, right in itertools.chain(_judge_by_catalog(), _judge_by_people()):
        judged += 1
        for name in ("", attribute):
            counts[extractor, name, step_of(confidence)][0 if right else 1] += 1
    rows = [
        Calibration(extractor=extractor, attribute=attribute, step=step, right=right, wrong=wrong)
        for (extractor, attribute, step), (right, wrong) in counts.items()
    ]
    with transaction.atomic():
        Calibration.objects.all().delete()
        Calibration.objects.bulk_create(rows, batch_size=2000)
    return judged


_JUDGED_BY_CATALOG = """
SELECT v.name, e.attribute, e.confidence, e.value, p.attributes -> e.attribute
FROM catalog_evidence e
JOIN catalog_extractorversion v ON v.id = e.version_id AND v.status = 'live'
JOIN catalog_product p ON p.id = e.product_id
WHERE p.attributes ? e.attribute AND e.product_id %% %s = 0
"""
_JUDGED_BY_PEOPLE = """
SELECT v.name, e.attribute, e.confidence, r.status = 'accepted' AND r.edited_value IS NULL
FROM catalog_proposal r
JOIN catalog_evidence e USING (product_id, attribute, value_key)
JOIN catalog_extractorversion v ON v.id = e.version_id AND v.status = 'live'
WHERE r.id = ANY(%s)
"""


def _judge_by_catalog() -> Iterator[_Judged]:
    """Findings of attributes that the catalog states itself; of a large catalog an even share of the products."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT product_id) FROM catalog_extraction")
        every = max(1, cursor.fetchone()[0] // MOST_JUDGED)
        cursor.execute(_JUDGED_BY_CATALOG, [every])
        while rows := cursor.fetchmany(5000):
            for extractor, attribute, confidence, value, said in rows:
                truth, own = json.loads(said), json.loads(value)
                yield extractor, attribute, confidence, any(values_agree(own, one) for one in truth)


def _judge_by_people() -> Iterator[_Judged]:
    with connection.cursor() as cursor:
        # Nobody saw each of those that were accepted in bulk: they prove nothing.
        cursor.execute(_JUDGED_BY_PEOPLE, [list(proposals.decided_singly().values_list("id", flat=True))])
        yield from cursor.fetchall()


def products_with_evidence(*, size: int = 1000) -> Iterator[list[int]]:
    """Ids of products that have evidence, in chunks, ascending."""
    after = 0
    while True:
        ids = list(
            Evidence.objects.filter(product_id__gt=after)
            .order_by("product_id")
            .values_list("product_id", flat=True)
            .distinct()[:size]
        )
        if not ids:
            return
        yield ids
        after = ids[-1]
