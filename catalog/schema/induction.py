"""Schema induction: which attributes matter in each category, computed anew from what the products say."""

from collections.abc import Iterable, Mapping

from django.db import transaction

from catalog.locks import hold_lock
from catalog.models import Category, CategoryAttribute, Product
from catalog.schema.counts import WHOLE_SHOP, AttributeCount, count_attributes
from catalog.schema.merges import read_merges
from catalog.schema.usefulness import measure_usefulness

# Where a category has this many products, an attribute that one alone has is an accident.
LARGE_CATEGORY = 20
_BATCH = 2_000
GROWTH = 1.2

# (category key, attribute key) → share of the category's logged queries that name a value of the attribute, 0 to 1;
# the category key "" stands for the whole shop.
Demand = Mapping[tuple[str, str], float]


def refresh_schemas(*, demand: Demand | None = None) -> int:
    """Every category's attributes (subcategories included) and the whole shop's, the most useful of each category with
    the lowest id. Returns the number of rows; 0 while another process is at it.

    The rows are swapped in one transaction, so nobody reads half a schema. The catalog does not know the query log:
    whoever does hands in `demand`.
    """
    with hold_lock("schema_induction") as free:
        return _swap_rows(demand or {}) if free else 0


def schemas_are_due() -> bool:
    """Whether the catalog has grown by a fifth since its schemas were counted: extractors would read a new catalog
    without knowing its attributes.
    """
    whole = CategoryAttribute.objects.filter(category=None, coverage__gt=0).order_by("id").first()
    counted = round(whole.products / whole.coverage) if whole else 0
    return Product.objects.filter(status=Product.Status.ACTIVE).count() > counted * GROWTH


@transaction.atomic
def _swap_rows(demand: Demand) -> int:
    keys = dict(Category.objects.values_list("id", "key"))
    CategoryAttribute.objects.all().delete()
    written = 0
    for counts in count_attributes(*read_merges()):
        category_id = counts[0].category_id
        rows = _rank_rows(counts, demand, category_key=keys.get(category_id, ""))
        CategoryAttribute.objects.bulk_create(rows, batch_size=_BATCH)
        written += len(rows)
    return written


def _rank_rows(counts: Iterable[AttributeCount], demand: Demand, *, category_key: str) -> list[CategoryAttribute]:
    ranked = []
    for count in counts:
        if count.size >= LARGE_CATEGORY and count.products < 2:
            continue
        row = _make_row(count, demand=demand.get((category_key, count.key), 0.0))
        useful = measure_usefulness(
            kind=count.kind,
            coverage=row.coverage,
            entropy=row.entropy,
            products=row.products,
            values=count.values,
            unit=count.unit,
            demand=row.demand,
        )
        ranked.append((-useful, -count.products, count.attribute_id, row))
    return [row for *_, row in sorted(ranked, key=lambda entry: entry[:3])]


def _make_row(count: AttributeCount, *, demand: float) -> CategoryAttribute:
    return CategoryAttribute(
        category_id=None if count.category_id == WHOLE_SHOP else count.category_id,
        attribute_id=count.attribute_id,
        products=count.products,
        coverage=count.products / count.size,
        entropy=count.entropy,
        demand=demand,
        low=count.low,
        high=count.high,
        values=[[value, number] for value, number in count.values],
    )
