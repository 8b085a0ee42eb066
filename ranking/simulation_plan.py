"""Which queries a simulation asks: the most frequent ones of the query log, or those it was given."""

from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone

from ranking.merchandising.whatif_question import AskedQuery, SimulationQuestion
from ranking.models import QueryDay, SimulatedQuery, Simulation

ROWS_AT_ONCE = 1000


def plan_queries(simulation: Simulation, question: SimulationQuestion) -> int:
    """Writes the queries down, so that a run that is taken up again asks the same ones; how many there are."""
    chosen = question.queries or read_top_queries(question)
    SimulatedQuery.objects.filter(simulation=simulation).delete()
    SimulatedQuery.objects.bulk_create(
        (
            SimulatedQuery(simulation=simulation, place=place, **settle_place(asked, question))
            for place, asked in enumerate(chosen)
        ),
        batch_size=ROWS_AT_ONCE,
    )
    return len(chosen)


def settle_place(asked: AskedQuery, question: SimulationQuestion) -> dict[str, str | int]:
    """A query is asked where it was asked, unless the question names a place. A shop speaks English by default."""
    place = {"locale": question.locale or asked.locale or "en", "market": question.market or asked.market}
    return {**asked.model_dump(), **place}


def read_top_queries(question: SimulationQuestion) -> tuple[AskedQuery, ...]:
    """Summed over the days; when every query is asked in one place, over the places it comes from, too."""
    rows = QueryDay.objects.filter(day__gt=timezone.localdate() - timedelta(days=question.days))
    columns = ["query", "category"]
    for name in ("locale", "market"):
        wanted = getattr(question, name)
        if not wanted:
            columns.append(name)
        elif not question.other_places:
            rows = rows.filter(**{name: wanted})
    summed = rows.values(*columns).annotate(times=Sum("searches")).filter(times__gt=0).order_by("-times", *columns)
    return tuple(
        AskedQuery.model_construct(searches=row.pop("times"), **{"locale": "", "market": "", **row})
        for row in summed[: question.limit].iterator(chunk_size=ROWS_AT_ONCE)
    )
