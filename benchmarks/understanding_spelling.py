"""Spelling: slips put right and right queries touched, English and Chinese, beside symspellpy.

The held-out half of published home-improvement pairs, single random edits in words of the judged catalog with its
judged queries as clean ones, and a Chinese set of our own (tests/data/spelling_zh.tsv, written over the demo catalog
while the speller was made, so it says what works rather than how well it carries over).
"""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from benchmarks import chorus
from benchmarks.harness import report, setup_django, write_result
from benchmarks.spelling_data import (
    PAIRS,
    Case,
    judged_queries,
    make_chorus_dictionary,
    make_demo_dictionary,
    make_home_dictionary,
    misspell_words,
    read_chinese,
    read_home_pairs,
    right_queries,
)

if TYPE_CHECKING:
    from ranking.language.words import Dictionary

DATA = {
    "pairs": "home-improvement queries, 3,364 pairs; half trains the dictionary, half is held out",
    "accuracy": "correction as meant, applied or offered; applied_accuracy: searched unasked",
    "false_corrections": "right queries that are changed unasked; false_offers: those that only get a did-you-mean",
}
Speller = Callable[[str], str]


def main() -> None:
    setup_django()
    write_result("understanding_spelling", figures=measure(), data=DATA)


def measure() -> dict[str, float]:
    """Figures by flat key; those whose data are absent are left out."""
    times = _Times()
    figures = _measure_chinese(times)
    if PAIRS.exists():
        figures |= _measure_home(times)
    else:
        sys.stdout.write("Left out: the spelling pairs are not at ../shared/data/spelling beside the project.\n")
    if (chorus.FOLDER / "products.jsonl.gz").exists():
        figures |= _measure_chorus(times)
    else:
        sys.stdout.write("Left out: the Chorus data is not at ../shared/data/chorus_icecat beside the project.\n")
    return figures | times.summarise()


class _Times:
    """CPU milliseconds a query, right and misspelt ones apart: the clock on the wall measures the neighbours too."""

    def __init__(self) -> None:
        self.clean: list[float] = []
        self.misspelt: list[float] = []

    def summarise(self) -> dict[str, float]:
        clean, misspelt = sorted(self.clean), sorted(self.misspelt)
        return {
            "spelling_ms_p50": clean[len(clean) // 2],
            "spelling_clean_ms_p95": clean[int(len(clean) * 0.95)],
            "spelling_misspelt_ms_p50": misspelt[len(misspelt) // 2],
            "spelling_ms_p95": misspelt[int(len(misspelt) * 0.95)],
        }


def _judge(cases: Iterable[Case], dictionary: "Dictionary", times: _Times, *, locale: str = "en") -> dict[str, float]:
    """Shares over the cases that are misspelt, and over those that are right."""
    from ranking.language.spelling import correct

    dictionary.warm_up()
    counts = dict.fromkeys(("misspelt", "right", "applied", "clean", "false", "offered"), 0)
    for case in cases:
        started = time.process_time()
        correction = correct(case.typed, dictionary, locale=locale)
        (times.clean if case.is_clean else times.misspelt).append((time.process_time() - started) * 1000)
        applied = correction is not None and correction.applied
        if case.is_clean:
            counts["clean"] += 1
            counts["false"] += applied
            counts["offered"] += correction is not None and not applied
        else:
            is_right = correction is not None and correction.corrected == case.meant
            counts["misspelt"] += 1
            counts["right"] += is_right
            counts["applied"] += is_right and applied
    misspelt, clean = max(counts["misspelt"], 1), max(counts["clean"], 1)
    return {
        "accuracy": counts["right"] / misspelt,
        "applied_accuracy": counts["applied"] / misspelt,
        "false_corrections": counts["false"] / clean,
        "false_offers": counts["offered"] / clean,
    }


def _measure_home(times: _Times) -> dict[str, float]:
    train, held_out = read_home_pairs()
    queries = [case.meant for case in train]
    cases = [*held_out, *right_queries(held_out)]
    dictionary = make_home_dictionary(queries)
    figures = {f"spelling_{key}": value for key, value in _judge(cases, dictionary, times).items()}
    known = [case for case in cases if all(word in dictionary for word in case.meant.split() if word.isalpha())]
    report(f"{len(known) / len(cases):.1%} of the held-out queries mean only words that the dictionary has")
    figures |= {f"spelling_{key}_known_words": value for key, value in _judge(known, dictionary, times).items()}
    # A shop's catalog has the words its shoppers mean, the home-improvement catalog is not published: the words alone.
    catalog = make_home_dictionary([*queries, *(case.meant for case in held_out)])
    figures |= {f"spelling_{key}_all_words": value for key, value in _judge(cases, catalog, times).items()}
    return figures | _measure_peer(cases, queries)


def _measure_peer(cases: Sequence[Case], queries: Sequence[str]) -> dict[str, float]:
    """symspellpy's compound look-up with its English lists, then with the words of the training half on top."""
    from benchmarks.peers.symspell import make_symspell

    figures = {}
    for name, words in (("peer", ()), ("peer_trained", [word for query in queries for word in query.split()])):
        speller = make_symspell(words)
        wrong = [case for case in cases if not case.is_clean]
        clean = [case for case in cases if case.is_clean]
        figures[f"spelling_{name}_accuracy"] = _share_right(wrong, speller)
        figures[f"spelling_{name}_false_corrections"] = 1 - _share_right(clean, speller)
    return figures


def _share_right(cases: Sequence[Case], speller: Speller) -> float:
    return sum(speller(case.typed) == case.meant for case in cases) / max(len(cases), 1)


def _measure_chorus(times: _Times) -> dict[str, float]:
    dictionary = make_chorus_dictionary()
    cases = [*misspell_words(dictionary), *judged_queries()]
    return {f"spelling_chorus_{key}": value for key, value in _judge(cases, dictionary, times).items()}


def _measure_chinese(times: _Times) -> dict[str, float]:
    cases = read_chinese()
    figures = _judge(cases, make_demo_dictionary(), times, locale="zh")
    return {f"spelling_{key}_zh": value for key, value in figures.items()}


if __name__ == "__main__":
    main()
