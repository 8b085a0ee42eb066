"""How far stuffed and prompt-like products climb: mean rank lift by attack, before and after the mending.

The demo catalog in a database of its own. Each category is searched by its name; two products are attacked with it, one
of another category, which should not be found at all, and one from the middle of the results. Their texts are changed,
indexed and embedded as an import would, and the same search is asked again. Not found counts as one place below the
last result, so a stranger's lift is the number of honest products it passes.
"""

import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import numpy as np

from benchmarks.attack_texts import ATTACKS, Attack, Texts
from benchmarks.harness import bench_database, report, setup_django, write_result

if TYPE_CHECKING:
    from catalog.models import Product

DEPTH = 100
QUERIES, PRODUCTS = 20, 1200
LANGUAGES = ("en", "zh")
# The place in the results an attacker of the same category starts from, as a share of what is found.
MIDDLE = 0.6
FIRST_PAGE = 10
# Without the mending: words and vectors alone, and every repetition counted.
BEFORE: Mapping[str, float] = {"bm25": 0.8, "dense": 0.2, "in_stock": 0.02, "popularity": 0.02, "rating": 0.01}
UNCAPPED = 10_000


@dataclass(frozen=True, slots=True)
class Target:
    """One query and the two products that are attacked with it: SKU → its place before any attack."""

    language: str
    query: str
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Climb:
    """One attacked product: whether it belongs to the query's category, its place before and after the attack."""

    attack: str
    language: str
    belongs: bool
    start: int
    end: int

    @property
    def lift(self) -> int:
        return self.start - self.end


def main() -> None:
    setup_django()
    with open_demo_catalog():
        before, after = make_configs()
        with uncapped_fields():
            climbs = {"before": measure_attacks(before)}
        climbs["after"] = measure_attacks(after)
    figures: dict[str, float] = {}
    for state, listed in climbs.items():
        figures |= summarise(listed, state)
    data = {"set": "demo", "products": PRODUCTS, "queries_each_language": QUERIES, "attacked_each_query": 2}
    write_result("attacks", figures=figures, data={**data, "depth": DEPTH, "not_found": "one place below the last"})


def summarise(climbs: Sequence[Climb], state: str) -> dict[str, float]:
    def mean(chosen: Sequence[Climb]) -> float:
        return float(np.mean([climb.lift for climb in chosen])) if chosen else 0.0

    figures = {
        f"attack_mean_rank_lift_{state}": mean(climbs),
        f"attack_first_page_share_{state}": float(
            np.mean([climb.end <= FIRST_PAGE < climb.start for climb in climbs]) if climbs else 0.0
        ),
    }
    for belongs, name in ((False, "strangers"), (True, "neighbours")):
        figures[f"attack_{name}_rank_lift_{state}"] = mean([climb for climb in climbs if climb.belongs == belongs])
    for attack in ATTACKS:
        for language in LANGUAGES:
            own = [climb for climb in climbs if (climb.attack, climb.language) == (attack, language)]
            figures[f"attack_{attack}_{language}_rank_lift_{state}"] = mean(own)
    return figures


@contextmanager
def open_demo_catalog() -> Iterator[None]:
    from django.core.files.base import File

    from benchmarks.catalog_in_database import embed_catalog, import_catalog
    from catalog import pipeline
    from catalog.demo.writer import PRODUCTS_FILE, write_demo_catalog

    with bench_database(fresh=True), tempfile.TemporaryDirectory() as folder:
        write_demo_catalog(Path(folder), Path(folder) / "pictures", products=PRODUCTS)
        with (Path(folder) / PRODUCTS_FILE).open("rb") as lines:
            import_catalog(pipeline.receive_upload(File(lines), filename=PRODUCTS_FILE))
        pipeline.index_stale()
        embed_catalog()
        yield


@contextmanager
def uncapped_fields() -> Iterator[None]:
    """Postings as they were before repetitions were capped; everything is indexed again on the way in and out."""
    from catalog import postings

    with mock.patch.object(postings, "MAX_REPEATS", UNCAPPED):
        index_again()
        yield
    index_again()


def index_again() -> None:
    from catalog import pipeline
    from catalog.models import Product

    ids = list(Product.objects.values_list("pk", flat=True))
    for start in range(0, len(ids), 1000):
        pipeline.index_products(ids[start : start + 1000])


def make_configs() -> tuple[int, int]:
    """The ranking before the mending, and as shipped."""
    from ranking.models import RankingConfig
    from ranking.registry import DEFAULT_WEIGHTS

    made = [
        RankingConfig.objects.create(name=f"attacks {name}", weights=dict(weights), parameters={})
        for name, weights in (("before", BEFORE), ("after", DEFAULT_WEIGHTS))
    ]
    return made[0].pk, made[1].pk


def measure_attacks(config_id: int) -> list[Climb]:
    popular = {language: tuple(name for name, _ in list_queries(language)) for language in LANGUAGES}
    climbs = []
    for language in LANGUAGES:
        targets = choose_targets(config_id, language)
        for name, attack in ATTACKS.items():
            found = list(attack_all(name, attack, targets, config_id, popular[language]))
            report(f"{name} {language}: mean rank lift {np.mean([climb.lift for climb in found]):.1f}")
            climbs += found
    return climbs


def list_queries(language: str) -> list[tuple[str, str]]:
    """(name, key) of the lowest categories that have products, the same ones in both languages."""
    from django.db.models import Count

    from catalog.models import Category

    rows = Category.objects.annotate(held=Count("product")).filter(held__gte=10).order_by("key")
    if not rows:
        raise SystemExit("No category of the demo catalog has ten products: make more of them.")
    chosen = random.Random(5).sample(list(rows), min(QUERIES, len(rows)))
    return [(row.name_en if language == "en" else row.name_zh, row.key) for row in chosen]


def choose_targets(config_id: int, language: str) -> list[Target]:
    """A stranger and a product from the middle of the results for each query; nobody is attacked twice."""
    from catalog.models import Product

    chooser = random.Random(7)
    everybody = dict(Product.objects.order_by("sku").values_list("sku", "category__key"))
    taken: set[str] = set()
    targets = []
    for query, key in list_queries(language):
        ranking = ask(query, config_id, language)
        own = [sku for sku in ranking if (everybody[sku] or "").startswith(key) and sku not in taken]
        strangers = [sku for sku, at in everybody.items() if at and at != key and sku not in {*ranking, *taken}]
        chosen = [chooser.choice(strangers), *own[int(MIDDLE * len(own)) :][:1]]
        taken.update(chosen)
        targets.append(Target(language, query, {sku: place_of(sku, ranking) for sku in chosen}))
    return targets


def attack_all(
    name: str, attack: Attack, targets: Sequence[Target], config_id: int, popular: tuple[str, ...]
) -> Iterator[Climb]:
    """All targets at once, each with its own query; their texts are put back afterwards."""
    from catalog.models import Product

    attacked = {sku: target for target in targets for sku in target.places}
    products = list(Product.objects.filter(sku__in=attacked))
    kept = {
        product.pk: (product.title_en, product.title_zh, product.description_en, product.description_zh)
        for product in products
    }
    for product in products:
        target = attacked[product.sku]
        old = Texts(getattr(product, f"title_{target.language}"), getattr(product, f"description_{target.language}"))
        new = attack(old, target.query, popular, target.language)
        setattr(product, f"title_{target.language}", new.title[:500])
        setattr(product, f"description_{target.language}", new.description)
    store(products)
    for target in targets:
        ranking = ask(target.query, config_id, target.language)
        for place, (sku, start) in enumerate(target.places.items()):
            yield Climb(name, target.language, place > 0, start, place_of(sku, ranking))
    for product in products:
        product.title_en, product.title_zh, product.description_en, product.description_zh = kept[product.pk]
    store(products)


def store(products: "Sequence[Product]") -> None:
    from catalog import pipeline
    from catalog.models import Product

    Product.objects.bulk_update(products, ["title_en", "title_zh", "description_en", "description_zh"])
    pipeline.index_products([product.pk for product in products])
    pipeline.embed_stale()


def ask(query: str, config_id: int, language: str) -> list[str]:
    from ranking.contracts import SearchRequest
    from ranking.pipeline import search

    request = SearchRequest(query=query, page_size=DEPTH, facets=(), locale=language, config_id=config_id)
    return [hit.product.sku for hit in search(request).hits]


def place_of(sku: str, ranking: Sequence[str]) -> int:
    return ranking.index(sku) + 1 if sku in ranking else len(ranking) + 1


if __name__ == "__main__":
    main()
