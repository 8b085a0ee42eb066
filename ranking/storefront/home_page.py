"""The home page: departments with pictures, what is popular, what is on sale; hits come through search alone."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db import connection

from ranking.contracts import Filter, Hit
from ranking.pipeline import search
from ranking.storefront.categories import CategoryLink, load_departments
from ranking.storefront.results_url import ResultsUrl
from ranking.storefront.shopper import Shopper

POPULAR_SHOWN = 12
OFFERS_SHOWN = 6
PICTURES_KEPT_S = 300
PICTURES_KEY = "storefront:department-pictures"
# The picture of a department is that of its most popular product in stock.
_PICTURES_SQL = """
    SELECT DISTINCT ON (split_part(c.key, '/', 1)) split_part(c.key, '/', 1), p.images->>0
    FROM catalog_product p JOIN catalog_category c ON c.id = p.category_id
    JOIN catalog_searchdocument d ON d.product_id = p.id
    WHERE d.live AND d.in_stock AND jsonb_array_length(p.images) > 0
    ORDER BY split_part(c.key, '/', 1), p.popularity DESC, p.id
"""


@dataclass(frozen=True, slots=True)
class Department:
    link: CategoryLink
    picture: str


@dataclass(frozen=True, slots=True)
class HomePage:
    departments: tuple[Department, ...]
    popular: tuple[Hit, ...]
    offers: tuple[Hit, ...]
    offers_href: str
    search_id: str


def load_home(shopper: Shopper) -> HomePage:
    popular = search(shopper.ask(ResultsUrl(sort="popularity"), page_size=POPULAR_SHOWN, facets=()))
    offers_url = ResultsUrl(filters=(Filter(field="on_sale", values=("true",)),), sort="popularity")
    offers = search(shopper.ask(offers_url, page_size=OFFERS_SHOWN, facets=()))
    pictures = _department_pictures()
    departments = load_departments(shopper.locale, with_children=True)
    return HomePage(
        departments=tuple(Department(link, pictures.get(link.key, "")) for link in departments),
        popular=popular.hits,
        offers=offers.hits,
        offers_href=str(offers_url),
        search_id=str(popular.search_id),
    )


def _department_pictures() -> dict[str, str]:
    """Kept a while; not while the shop is still empty, or its first products would stay without a picture."""
    pictures: dict[str, str] = cache.get(PICTURES_KEY) or _load_pictures()
    if pictures:
        cache.set(PICTURES_KEY, pictures, PICTURES_KEPT_S)
    return pictures


def _load_pictures() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_PICTURES_SQL)
        return dict(cursor.fetchall())
