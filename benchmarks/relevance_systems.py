"""What is ranked: our pipeline under configurations made for this database, and the engines on the same texts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.chorus import ProductText
from benchmarks.relevance_figures import Degraded, Search

DEPTH = 100
# Weights a part that is off by default is tried at, beside the live ones.
TRIALS: Mapping[str, float] = {
    "pseudo_relevance": 0.1,
    "keyword_cosine": 0.1,
    "intent_attention": 0.1,
    "category": 0.1,
    "entity": 0.1,
    "number": 0.1,
    "head": 0.1,
    "title": 0.1,
    "stuffing": 0.1,
    "cross_encoder": 0.2,
    "ltr": 0.3,
}
# Retrieval parameters worth a row of their own: value when tried.
PARAMETER_TRIALS: Mapping[str, float] = {"diversity": 0.1}
# Alone they rank everything; no word must match and every neighbour may come in.
DENSE_ALONE: Mapping[str, float] = {"minimum_coverage": 2.0, "dense_margin": 2.0}
# A busy machine must not decide how many products are read.
UNHURRIED: Mapping[str, float] = {"rerank_budget_ms": 60_000}
BOOSTS: Mapping[str, float] = {"title": 1.0, "brand": 1.0, "category": 1.0, "description": 1.0, "attributes": 0.25}


@dataclass(frozen=True, slots=True)
class Variation:
    """A ranking to measure: weights and parameters whole, as a RankingConfig holds them; None is the live one."""

    weights: Mapping[str, float] | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    literal: bool = False


def list_variations(
    live: Mapping[str, float], registered: Sequence[str], parameters: Sequence[str]
) -> tuple[dict[str, Variation], dict[str, str]]:
    """By name: the legs alone, the live configuration, it without each part, it with each that is off; and what could
    not be tried, with the reason.
    """
    skipped: dict[str, str] = {}
    variations = {
        "bm25": Variation({"bm25": 1.0}),
        "dense": Variation({"dense": 1.0}, DENSE_ALONE),
        "hybrid": Variation({name: live.get(name, 0.0) for name in ("bm25", "dense")}),
        "full": Variation(),
        "full_without_understanding": Variation(literal=True),
    }
    on = {name: weight for name, weight in live.items() if weight and name in registered}
    for name in on:
        variations[f"full_without_{name}"] = Variation({**live, name: 0.0})
    for name, weight in TRIALS.items():
        if name in on:
            continue
        if name not in registered:
            skipped[f"full_with_{name}"] = "no such scorer is registered"
            continue
        variations[f"full_with_{name}"] = Variation({**live, name: weight}, UNHURRIED)
    for name, value in PARAMETER_TRIALS.items():
        if name in parameters:
            variations[f"full_with_{name}"] = Variation(live, {name: value})
        else:
            skipped[f"full_with_{name}"] = "no such parameter"
    return variations, skipped


def our_systems(
    *, locale: str = "en", identify: Callable[[str], int] = int, only: Sequence[str] = ()
) -> tuple[dict[str, Search], dict[str, str]]:
    """The live pipeline itself; `identify` numbers a SKU. Also what could not be made, with the reason."""
    from ranking.registry import DEFAULT_PARAMETERS, live_state
    from ranking.scorers.registry import SCORERS

    live = live_state().config
    variations, skipped = list_variations(live.weights, list(SCORERS), list(DEFAULT_PARAMETERS))
    systems = {
        name: make_search(name, variation, live.parameters, locale=locale, identify=identify)
        for name, variation in variations.items()
        if not only or name in only
    }
    return systems, skipped


def make_search(
    name: str,
    variation: Variation,
    parameters: Mapping[str, float],
    *,
    locale: str = "en",
    identify: Callable[[str], int] = int,
) -> Search:
    from ranking.contracts import NO_KNOWN_WORD, SearchRequest
    from ranking.pipeline import search

    config_id = save_config(name, variation, parameters)
    # Judges graded offers of one thing apart, so all of them are ranked.
    asked = SearchRequest(
        page_size=DEPTH,
        facets=(),
        locale=locale,
        config_id=config_id,
        literal=variation.literal,
        collapse=False,
    )

    def run(text: str) -> list[int]:
        page = search(replace(asked, query=text))
        # That nothing is shown for nonsense is an answer, not a degraded search.
        degraded = [note for note in page.notes if note != NO_KNOWN_WORD]
        if degraded:
            raise Degraded("; ".join(degraded))
        return [identify(hit.product.sku) for hit in page.hits]

    return run


def save_config(name: str, variation: Variation, parameters: Mapping[str, float]) -> int | None:
    from ranking.models import RankingConfig

    if variation.weights is None:
        return None
    row, _ = RankingConfig.objects.update_or_create(
        name=f"bench {name}",
        defaults={"weights": dict(variation.weights), "parameters": {**parameters, **variation.parameters}},
    )
    return row.pk


def lexical_peers(texts: Sequence[ProductText], folder: Path) -> dict[str, Callable[..., list[int]]]:
    """BM25 as others have it: over the fields apart, over one text, and without attributes."""
    from benchmarks.peers.bm25 import PlainBm25
    from benchmarks.peers.engine import TantivyEngine

    one_text = [
        replace(text, title=text.everything, brand="", category="", description="", attributes="") for text in texts
    ]
    four_fields = [replace(text, attributes="") for text in texts]
    engine = TantivyEngine.build(texts, folder / "fields")

    def boosted(query: str, *, limit: int = DEPTH) -> list[int]:
        return engine.search(query, limit=limit, boosts=BOOSTS)

    return {
        "engine_bm25": engine.search,
        "engine_boosted": boosted,
        "engine_one_text": TantivyEngine.build(one_text, folder / "one").search,
        "engine_four_fields": TantivyEngine.build(four_fields, folder / "four").search,
        "bm25s": PlainBm25(texts).search,
        "bm25s_four_fields": PlainBm25(four_fields).search,
    }


def peer_systems(texts: Sequence[ProductText], folder: Path) -> dict[str, Search]:
    """Every engine alone, MiniLM alone, and each BM25 with MiniLM by reciprocal rank fusion."""
    from benchmarks.peers import django_fts
    from benchmarks.peers.plain_hybrid import LEG_DEPTH, MiniLm, make_hybrid

    def ask_django(search: Callable[..., Any]) -> Search:
        return lambda text: [product.product_id for product in search(text, limit=DEPTH)]

    def deep(search: Callable[..., list[int]], depth: int = LEG_DEPTH) -> Search:
        return lambda text: search(text, limit=depth)

    lexical = lexical_peers(texts, folder)
    minilm = MiniLm(texts)
    systems: dict[str, Search] = {**lexical, "minilm": minilm.search}
    for name, search in lexical.items():
        systems[f"rrf_{name}_minilm"] = make_hybrid([deep(search), deep(minilm.search)])
    # As short lists this one orders the judged products best of all.
    systems["rrf_bm25s_four_fields_minilm_100"] = make_hybrid(
        [deep(lexical["bm25s_four_fields"], 100), deep(minilm.search, 100)]
    )
    django_fts.build_table(list(texts))
    return systems | {
        "django": ask_django(django_fts.search_every_word),
        "django_any_word": ask_django(django_fts.search_any_word),
        "django_naive": ask_django(django_fts.search_naive),
    }
