"""What a query asks for: brands, categories, attributes, models, numbers, negations and the word that counts most.

Golden queries of our own over the demo catalog, half of them kept blind; predicted categories on the Chinese judged
queries; amounts in the furniture queries (WANDS) and written shopping goals, where these sets are present.
"""

import csv
import gzip
import json
import math
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT, setup_django, write_result

JUDGEMENTS = Path(__file__).resolve().parent / "judgements"
_DATA = ROOT.parent / "shared" / "data"
GOALS = _DATA / "goals" / "human_goals.json.gz"
WANDS = _DATA / "wands_queries" / "query.csv"
HALVES = ("seen", "blind")


@dataclass(frozen=True, slots=True)
class Golden:
    """One written query; `optional` expectations are right whether found or not."""

    query: str
    numbers: tuple[str, ...]
    names: frozenset[str]
    optional: frozenset[str]
    category: str
    category_optional: bool
    negated: str
    nice: str
    noun: str


def read_golden(half: str) -> list[Golden]:
    return [_parse_golden(query, needs) for query, needs in _read_lines(f"needs_{half}.tsv")]


def _parse_golden(query: str, needs: str) -> Golden:
    said: dict[str, list[str]] = {}
    for kind, value in re.findall(r"(\w+):(.+?)(?= \w+:|$)", needs):
        said.setdefault(kind, []).append(value.strip())
    names = [f"{kind}:{value}" for kind in ("b", "a", "m") for value in said.get(kind, ())]
    category = said.get("c", [""])[0]
    return Golden(
        query=query,
        numbers=tuple(said.get("n", ())),
        names=frozenset(name for name in names if not name.endswith("?")),
        optional=frozenset(name[:-1] for name in names if name.endswith("?")),
        category=category.rstrip("?"),
        category_optional=category.endswith("?"),
        negated=said.get("not", [""])[0],
        nice=said.get("nice", [""])[0],
        noun=said.get("head", [""])[0],
    )


@dataclass(frozen=True, slots=True)
class Read:
    """What was understood of one query, and the CPU milliseconds each part took."""

    needs: tuple[Any, ...]
    entities: tuple[Any, ...]
    categories: tuple[Any, ...]
    keywords: tuple[Any, ...]
    spent_ms: Mapping[str, float]


class Reader:
    """Runs the parts as the search pipeline does, over the demo catalog in memory."""

    def __init__(self) -> None:
        from benchmarks.demo_shop import build_demo_shop
        from ranking.language.lexicon import build_lexicon

        self.shop = build_demo_shop()
        self.lexicon = build_lexicon(self.shop.snapshot, self.shop.value_rows)

    def read(self, query: str) -> Read:
        from catalog.text import analyse, normalise
        from ranking.language import categories, entities, keywords, numbers, scopes
        from ranking.language.number_fields import link_numbers
        from ranking.retrieval.lexical import LexicalQuery, score_bm25

        text = normalise(query)
        clock = _Clock()
        reading = clock.time("numbers", numbers.read_numbers, text, self.lexicon)
        found = clock.time("scopes", scopes.find_scopes, reading.rest, self.lexicon)
        named = clock.time(
            "entities",
            entities.find_entities,
            reading.rest,
            self.lexicon,
            needs=reading.needs,
            document_frequency=self.count,
        )
        wanted, _ = scopes.split_entities(named, found)
        words = clock.time(
            "keywords",
            keywords.weigh_keywords,
            reading.rest,
            entities=named,
            needs=reading.needs,
            scopes=found,
            idf=self.idf,
        )
        terms = tuple(analyse(keywords.searched_text(reading.rest, found)))
        rows = [self.shop.postings[term] for term in set(terms) if term in self.shop.postings]
        matches = score_bm25(self.shop.snapshot, LexicalQuery(terms), rows, k1=1.2)
        known = keywords.known_share(words, matches.idf)
        predicted = clock.time(
            "categories",
            categories.predict_categories,
            matches.scores,
            self.shop.snapshot,
            entities=wanted,
            terms=terms,
            known_share=known,
        )
        needs = clock.time("link", link_numbers, reading.needs, predicted, self.lexicon)
        return Read(needs, wanted, predicted, words, clock.spent_ms)

    def count(self, term: str) -> int:
        row = self.shop.postings.get(term)
        return len(row[2]) // 4 if row else 0

    def idf(self, term: str) -> float:
        holding = self.count(term)
        return math.log1p((self.shop.snapshot.document_count - holding + 0.5) / (holding + 0.5))


class _Clock:
    """CPU milliseconds, which a busy machine does not stretch."""

    def __init__(self) -> None:
        self.spent_ms: dict[str, float] = {}

    def time(self, name: str, function: Any, *arguments: Any, **options: Any) -> Any:
        started = time.thread_time()
        result = function(*arguments, **options)
        self.spent_ms[name] = (time.thread_time() - started) * 1000
        return result


def describe_number(need: Any) -> str:
    """A need as the golden files write it."""

    def shown(value: float) -> str:
        return f"{value:.6g}"

    unit = "" if need.dimension == "price" else need.unit
    if need.target is not None:
        sign = "~" if need.tolerance >= 0.05 and need.dimension != "price" else "="
        return f"{need.dimension}{sign}{shown(need.target)}{unit}"
    if need.minimum is not None and need.maximum is not None:
        return f"{need.dimension}={shown(need.minimum)}..{shown(need.maximum)}{unit}"
    return (
        f"{need.dimension}<={shown(need.maximum)}{unit}"
        if need.minimum is None
        else f"{need.dimension}>={shown(need.minimum)}{unit}"
    )


def _same_numbers(expected: Sequence[str], found: Sequence[Any]) -> bool:
    written = [describe_number(need) for need in found]
    return sorted(item.replace("price~", "price=") for item in expected) == sorted(written)


def names_found(read: Read, minimum: float) -> set[str]:
    """Brands, attribute values and models, the surest meaning of each span alone."""
    letters = {"brand": "b", "attribute": "a", "model": "m"}
    best: dict[tuple[int, int], Any] = {}
    for entity in read.entities:
        best.setdefault((entity.start, entity.end), entity)
    found = set()
    for entity in best.values():
        if entity.kind in letters and entity.confidence >= minimum:
            value = entity.key if entity.kind in ("brand", "model") else f"{entity.field}={entity.key}"
            found.add(f"{letters[entity.kind]}:{value}")
    return found


def _keyword_matches(expected: str, read: Read, role: str) -> bool:
    texts = [word.text for word in read.keywords if word.role == role]
    return (not expected and not texts) or any(expected and (expected in text or text in expected) for text in texts)


def top_word(read: Read) -> str:
    wanted = [word for word in read.keywords if word.role != "negated"]
    return max(wanted, key=lambda word: word.weight).text if wanted else ""


def judge(golden: Golden, read: Read) -> dict[str, Any]:
    names = names_found(read, 0.3)
    top = read.categories[0].key if read.categories else ""
    noun = top_word(read)
    return {
        "numbers": _same_numbers(golden.numbers, read.needs),
        "names_right": len(names & golden.names),
        "names_wrong": sorted(names - golden.names - golden.optional),
        "names_missed": sorted(golden.names - names),
        "category": None if golden.category_optional or not golden.category else top.endswith(golden.category),
        "negated": _keyword_matches(golden.negated, read, "negated"),
        "nice": _keyword_matches(golden.nice, read, "nice"),
        "noun": None if not golden.noun else bool(noun) and (golden.noun in noun or noun in golden.noun),
    }


def measure_golden(reader: Reader, half: str, *, show: bool = False) -> dict[str, float]:
    """Shares of queries that were read exactly right, part by part, in both languages."""
    judged: list[tuple[Golden, Read, dict[str, Any]]] = []
    for golden in read_golden(half):
        read = reader.read(golden.query)
        judged.append((golden, read, judge(golden, read)))
    figures: dict[str, float] = {}
    for language in ("en", "zh"):
        group = [verdict for golden, _, verdict in judged if _is_chinese(golden.query) == (language == "zh")]
        for key, value in _sum_up(group).items():
            figures[f"{half}_{key}_{language}"] = value
    if show:
        _show_failures(judged)
    return figures


def _sum_up(group: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    def share(key: str) -> float:
        told = [bool(verdict[key]) for verdict in group if verdict[key] is not None]
        return statistics.mean(told) if told else math.nan

    right = sum(verdict["names_right"] for verdict in group)
    wrong = sum(len(verdict["names_wrong"]) for verdict in group)
    missed = sum(len(verdict["names_missed"]) for verdict in group)
    return {
        "queries": len(group),
        "numbers_exact": share("numbers"),
        "names_precision": right / max(right + wrong, 1),
        "names_recall": right / max(right + missed, 1),
        "category_top1": share("category"),
        "negation_exact": share("negated"),
        "wish_exact": share("nice"),
        "noun_weighs_most": share("noun"),
    }


def _show_failures(judged: Sequence[tuple[Golden, Read, dict[str, Any]]]) -> None:
    for golden, read, verdict in judged:
        bad = [key for key in ("numbers", "category", "negated", "nice", "noun") if verdict[key] is False]
        bad += [key for key in ("names_wrong", "names_missed") if verdict[key]]
        if bad:
            top = read.categories[0].key if read.categories else ""
            words = [(word.text, word.weight, word.role) for word in read.keywords]
            sys.stdout.write(
                f"{golden.query}\n   {bad} numbers {[describe_number(need) for need in read.needs]} category {top}"
                f"\n   wrong {verdict['names_wrong']} missed {verdict['names_missed']}\n   {words}\n"
            )


def _is_chinese(text: str) -> bool:
    return re.search("[\u4e00-\u9fff]", text) is not None


def measure_published() -> dict[str, float]:
    """Amounts in shopping goals and furniture queries of published sets, judged by hand; absent sets are left out."""
    from catalog.text import normalise
    from ranking.language.numbers import read_numbers

    figures: dict[str, float] = {}
    for name, texts in read_published().items():
        exact, right, wrong, missed = [], 0, 0, 0
        for text, expected in texts:
            found = Counter(describe_number(need) for need in read_numbers(normalise(text)).needs)
            wanted = Counter(expected.split())
            exact.append(found == wanted)
            right += (found & wanted).total()
            wrong += (found - wanted).total()
            missed += (wanted - found).total()
        figures[f"{name}_queries"] = len(exact)
        figures[f"{name}_amounts_exact"] = statistics.mean(exact)
        figures[f"{name}_amounts_precision"] = right / max(right + wrong, 1)
        figures[f"{name}_amounts_recall"] = right / max(right + missed, 1)
    return figures


def read_published() -> dict[str, list[tuple[str, str]]]:
    """(text, amounts) by set."""
    texts: dict[str, dict[str, str]] = {}
    if GOALS.exists():
        with gzip.open(GOALS, "rt", encoding="utf-8") as file:
            texts["goals"] = {str(row): goal for row, goal in enumerate(json.load(file))}
    if WANDS.exists():
        with WANDS.open(encoding="utf-8", newline="") as file:
            texts["wands"] = {row["query_id"]: row["query"] for row in csv.DictReader(file, delimiter="\t")}
    judged: dict[str, list[tuple[str, str]]] = {}
    for name, row, amounts in _read_lines("needs_published.tsv"):
        if name in texts:
            judged.setdefault(name, []).append((texts[name][row], amounts))
    return judged


def measure_categories(reader: Reader) -> dict[str, float]:
    """Predicted categories on the Chinese judged queries: those that hold the demo's products of the best grade."""
    place = {sku: ordinal for ordinal, sku in enumerate(reader.shop.skus)}
    good: dict[str, Counter[str]] = {}
    nodes, owners = reader.shop.snapshot.vocabulary.category_by_id, reader.shop.snapshot.category
    for query_id, sku, *_, grade in _read_lines("zh_qrels.tsv"):
        if grade == "3" and sku in place:
            good.setdefault(query_id, Counter())[nodes[int(owners[place[sku]])].key] += 1
    first, differences = [], []
    for query_id, query, _ in _read_lines("zh_queries.tsv"):
        truth = good.get(query_id, Counter())
        if truth.total() < 2:
            continue
        predicted = reader.read(query).categories
        first.append(bool(predicted) and predicted[0].key == truth.most_common(1)[0][0])
        if predicted:
            differences.append(predicted[0].confidence - truth[predicted[0].key] / truth.total())
    return {
        "categories_zh_queries": len(first),
        "categories_zh_top1": statistics.mean(first),
        "categories_zh_brier": statistics.mean(difference**2 for difference in differences),
        "categories_zh_overconfidence": statistics.mean(differences),
    }


def _read_lines(name: str) -> list[list[str]]:
    """Rows of a judgement file without comments and its header."""
    lines = (JUDGEMENTS / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")][1:]


def measure(*, show: bool = False, halves: Sequence[str] = HALVES) -> dict[str, float]:
    """All figures; sets that are absent are left out."""
    reader = Reader()
    figures: dict[str, float] = {}
    for half in halves:
        figures |= measure_golden(reader, half, show=show and half == "seen")
    return figures | measure_published() | measure_categories(reader) | measure_cost(reader)


def measure_cost(reader: Reader, *, rounds: int = 5) -> dict[str, float]:
    """Median and 95th percentile of each part in CPU milliseconds; nothing is remembered from round to round."""
    from ranking.language.pieces import split_pieces

    queries = [golden.query for half in HALVES for golden in read_golden(half)]
    spent: dict[str, list[float]] = {}
    for _ in range(rounds):
        split_pieces.cache_clear()
        for query in queries:
            for part, milliseconds in reader.read(query).spent_ms.items():
                spent.setdefault(part, []).append(milliseconds)
    figures: dict[str, float] = {}
    for part, values in spent.items():
        values.sort()
        figures[f"{part}_p50_ms"] = values[len(values) // 2]
        figures[f"{part}_p95_ms"] = values[int(len(values) * 0.95)]
    return figures


def main() -> None:
    setup_django()
    write_result("understanding_needs", figures=measure(), data={"set": "golden queries over the demo catalog"})


if __name__ == "__main__":
    main()
