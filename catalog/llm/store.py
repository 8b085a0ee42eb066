"""The answer cache and the usage counters in Postgres."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.db import connection

from catalog.llm.interface import Completion
from catalog.llm.model import Usage
from catalog.models import LanguageModelAnswer, LanguageModelUsage

# One statement adds: two workers that count at once lose nothing.
_COUNT = """
INSERT INTO catalog_languagemodelusage AS u
    (day, model, calls, cache_hits, faults, prompt_tokens, generated_tokens, seconds, cost)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (day, model) DO UPDATE SET
    calls = u.calls + excluded.calls, cache_hits = u.cache_hits + excluded.cache_hits,
    faults = u.faults + excluded.faults, prompt_tokens = u.prompt_tokens + excluded.prompt_tokens,
    generated_tokens = u.generated_tokens + excluded.generated_tokens,
    seconds = u.seconds + excluded.seconds, cost = u.cost + excluded.cost
"""
_MODEL_LENGTH = 200


class DatabaseStore:
    """What is written belongs to the caller's transaction, if there is one: a batch that is rolled back forgets its
    answers and its cost, so extraction runs outside of one.
    """

    def fetch(self, keys: Iterable[str]) -> Mapping[str, Completion]:
        rows = LanguageModelAnswer.objects.filter(key__in=list(keys))
        return {
            row.key: Completion(
                row.text,
                row.prompt_tokens,
                row.generated_tokens,
                logprobs=tuple((int(position), float(logprob)) for position, logprob in row.logprobs),
            )
            for row in rows
        }

    def keep(self, model: str, completions: Mapping[str, Completion]) -> None:
        LanguageModelAnswer.objects.bulk_create(
            [
                LanguageModelAnswer(
                    key=key,
                    model=model[:_MODEL_LENGTH],
                    text=completion.text,
                    # Four digits: confidence is calibrated in tenths.
                    logprobs=[[position, round(logprob, 4)] for position, logprob in completion.logprobs],
                    prompt_tokens=completion.prompt_tokens,
                    generated_tokens=completion.generated_tokens,
                )
                for key, completion in completions.items()
            ],
            ignore_conflicts=True,
        )

    def count(self, model: str, usage: Usage) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                _COUNT,
                [
                    datetime.now(UTC).date(),
                    model[:_MODEL_LENGTH],
                    usage.calls,
                    usage.cache_hits,
                    usage.faults,
                    usage.prompt_tokens,
                    usage.generated_tokens,
                    usage.seconds,
                    usage.cost,
                ],
            )


def purge_answers(*, days: int, rows: int) -> int:
    """Forgets answers older than `days` and, oldest first, what exceeds `rows`; how many went."""
    oldest = datetime.now(UTC) - timedelta(days=days)
    gone = LanguageModelAnswer.objects.filter(created_at__lt=oldest).delete()[0]
    # The first one too many, newest first: it and all before it go.
    extra = LanguageModelAnswer.objects.order_by("-created_at", "key").values_list("created_at", flat=True)[rows:][:1]
    for created_at in extra:
        gone += LanguageModelAnswer.objects.filter(created_at__lte=created_at).delete()[0]
    return gone


def usage_between(first: datetime, last: datetime) -> list[LanguageModelUsage]:
    """The days of both ends included, newest first."""
    return list(LanguageModelUsage.objects.filter(day__range=(first.date(), last.date())))
