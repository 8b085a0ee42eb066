"""Understanding of queries, all of it: intent, spelling and needs, each from its own benchmark, in one result file."""

from collections.abc import Callable, Mapping

from benchmarks import understanding_intent, understanding_needs, understanding_spelling
from benchmarks.harness import report, setup_django, write_result

PARTS: Mapping[str, Callable[[], Mapping[str, float]]] = {
    "intent": understanding_intent.measure,
    "spelling": understanding_spelling.measure,
    "needs": understanding_needs.measure,
}


def measure() -> dict[str, float]:
    """The figures of every part that has its data; two parts may not use the same name."""
    figures: dict[str, float] = {}
    for name, measure_part in PARTS.items():
        found = measure_part()
        if not found:
            report(f"{name}: not measured")
        twice = figures.keys() & found.keys()
        if twice:
            raise ValueError(f"{name} measures {sorted(twice)} once more; rename them")
        figures.update(found)
    return figures


def main() -> None:
    setup_django()
    figures = measure()
    data = {"parts": list(PARTS)} | (understanding_intent.describe_data() if "intent_ece" in figures else {})
    write_result("understanding", figures=figures, data=data)


if __name__ == "__main__":
    main()
