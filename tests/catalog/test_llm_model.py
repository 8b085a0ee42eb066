"""The cache and the counters around a language model: nothing is paid twice, nothing garbled is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalog.contracts import ExtractionFault
from catalog.extractors.llm_shape import make_schema, read_answer
from catalog.llm.interface import Completion, Message, Prompt, join_pieces
from catalog.llm.model import Answer, LanguageModel, Prices, prompt_key
from catalog.llm.store import DatabaseStore, purge_answers, usage_between
from catalog.models import LanguageModelAnswer, LanguageModelUsage
from tests.catalog.scripted_model import ScriptedBackend, as_json

NAMES = frozenset({"color"})
GOOD = as_json(("color", "black", "black"))


def make_prompt(text: str) -> Prompt:
    return Prompt(
        (Message("user", text),), make_schema(["color"]), lambda said: read_answer(said, NAMES), "start: TEXT"
    )


def make_model(script=lambda prompt: GOOD, **options) -> tuple[LanguageModel, ScriptedBackend]:
    backend = ScriptedBackend(script, **options)
    return LanguageModel(backend, store=DatabaseStore(), prices=Prices(prompt=2.0, generated=10.0)), backend


@pytest.mark.django_db
class TestCache:
    @pytest.mark.parametrize("text", ["black tv", "黑色电视"])
    def test_the_same_text_is_asked_once(self, text):
        model, backend = make_model()
        (first,), (second,) = model.ask([make_prompt(text)]), model.ask([make_prompt(text)])
        assert len(backend.asked) == 1
        assert (first.from_cache, second.from_cache) == (False, True)
        assert first.content == second.content

    def test_equal_prompts_of_one_batch_are_asked_once(self):
        model, backend = make_model()
        answers = model.ask([make_prompt("a"), make_prompt("b"), make_prompt("a")])
        assert len(backend.asked) == 2
        assert all(isinstance(answer, Answer) for answer in answers)

    def test_log_probabilities_survive_the_cache(self):
        told = Completion(GOOD, 100, 20, logprobs=((0, -0.25), (5, -1.5)))
        model, _ = make_model(lambda prompt: told)
        model.ask([make_prompt("a")])
        (again,) = model.ask([make_prompt("a")])
        assert again.completion == told

    @pytest.mark.parametrize(
        "change",
        [
            lambda prompt: replace(prompt, messages=(Message("user", "other text"),)),
            lambda prompt: replace(prompt, schema=make_schema(["size"])),
            lambda prompt: replace(prompt, grammar="start: OTHER"),
        ],
        ids=["text", "schema", "grammar"],
    )
    def test_what_changes_the_answer_changes_the_key(self, change):
        prompt = make_prompt("a")
        assert prompt_key("m", prompt) != prompt_key("m", change(prompt))
        assert prompt_key("m", prompt) != prompt_key("m2", prompt)

    def test_another_model_is_asked_anew(self):
        make_model()[0].ask([make_prompt("a")])
        model, backend = make_model(fingerprint="scripted 2")
        model.ask([make_prompt("a")])
        assert len(backend.asked) == 1

    @pytest.mark.parametrize(
        "said",
        ["garbage", Completion(GOOD, 5, 5, ended=False), ExtractionFault("timeout", "slow")],
        ids=["garbage", "truncated", "fault"],
    )
    def test_only_good_answers_are_kept(self, said):
        model, _ = make_model(lambda prompt: said)
        (outcome,) = model.ask([make_prompt("a")])
        assert isinstance(outcome, ExtractionFault)
        assert not LanguageModelAnswer.objects.exists()

    def test_a_kept_answer_the_prompt_no_longer_accepts_is_asked_again(self):
        model, backend = make_model()
        prompt = make_prompt("a")
        model.ask([prompt])
        LanguageModelAnswer.objects.update(text="{}")
        (answer,) = model.ask([prompt])
        assert len(backend.asked) == 2
        assert isinstance(answer, Answer)

    def test_a_fault_leaves_the_rest_of_the_batch(self):
        model, _ = make_model(lambda prompt: "garbage" if prompt.messages[0].content == "b" else GOOD)
        outcomes = model.ask([make_prompt(text) for text in "abc"])
        assert [isinstance(outcome, Answer) for outcome in outcomes] == [True, False, True]


@pytest.mark.django_db
class TestPurge:
    def test_old_answers_go(self):
        model, _ = make_model()
        model.ask([make_prompt("old"), make_prompt("new")])
        old = LanguageModelAnswer.objects.get(key=prompt_key(model.fingerprint, make_prompt("old")))
        LanguageModelAnswer.objects.filter(key=old.key).update(created_at=datetime.now(UTC) - timedelta(days=40))
        assert purge_answers(days=30, rows=100) == 1
        assert not LanguageModelAnswer.objects.filter(key=old.key).exists()

    def test_the_table_is_bounded_oldest_first(self):
        model, _ = make_model()
        for number in range(5):
            model.ask([make_prompt(f"text {number}")])
        newest = LanguageModelAnswer.objects.order_by("-created_at").values_list("key", flat=True)[:2]
        kept = set(newest)
        assert purge_answers(days=30, rows=2) == 3
        assert set(LanguageModelAnswer.objects.values_list("key", flat=True)) == kept


@pytest.mark.django_db
class TestUsage:
    def test_every_call_is_counted_per_day_and_model(self):
        model, _ = make_model(lambda prompt: "garbage" if "bad" in prompt.messages[0].content else GOOD)
        model.ask([make_prompt("a"), make_prompt("bad")])
        model.ask([make_prompt("a"), make_prompt("b")])
        usage = LanguageModelUsage.objects.get()
        assert (usage.day, usage.model) == (datetime.now(UTC).date(), "scripted")
        assert (usage.calls, usage.cache_hits, usage.faults) == (3, 1, 1)
        assert (usage.prompt_tokens, usage.generated_tokens) == (300, 60)
        assert usage.cost == pytest.approx((300 * 2.0 + 60 * 10.0) / 1e6)
        assert usage.seconds >= 0
        assert usage_between(datetime.now(UTC), datetime.now(UTC)) == [usage]

    def test_nothing_asked_counts_nothing(self):
        model, _ = make_model()
        assert model.ask([]) == []
        assert not LanguageModelUsage.objects.exists()


@pytest.mark.parametrize(
    ("pieces", "text", "starts"),
    [
        ([b"ab", b"c"], "abc", [0, 2]),
        (["黑".encode()[:2], "黑".encode()[2:], "色".encode()], "黑色", [0, 1, 1]),
        ([], "", []),
    ],
    ids=["en", "zh-cut-inside-a-character", "nothing"],
)
def test_tokens_know_the_character_they_begin_in(pieces, text, starts):
    spelled, marks = join_pieces(pieces, [-1.0] * len(pieces))
    assert spelled == text
    assert [start for start, _ in marks] == starts
