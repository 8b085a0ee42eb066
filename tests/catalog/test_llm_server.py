"""The OpenAI-compatible back-end against a real server that answers well, badly, slowly or not at all."""

import json
import socket
import time

import pytest

from catalog.contracts import ExtractionFault
from catalog.extractors.llm_shape import make_schema, read_answer
from catalog.llm.interface import Completion, Message, Prompt
from catalog.llm.model import Answer, LanguageModel
from catalog.llm.server import GIVE_UP_AFTER, ChatServer, ServerOptions
from catalog.llm.transport import MAX_REPLY_BYTES
from tests.catalog.chat_server import Handler, completion_body, serve

NAMES = frozenset({"color", "颜色"})
GOOD = json.dumps({"values": [{"attribute": "颜色", "quote": "黑色", "value": "黑色"}]}, ensure_ascii=False)


def make_prompt(text: str = "黑色电视") -> Prompt:
    return Prompt((Message("user", text),), make_schema(sorted(NAMES)), lambda said: read_answer(said, NAMES))


def make_server(url: str, **options) -> ChatServer:
    options = {"timeout": 5.0, "attempts": 3} | options
    return ChatServer(url, "test-model", ServerOptions(**options), sleep=lambda seconds: None)


def ask(url: str, *, count: int = 1, **options) -> list[Answer | ExtractionFault]:
    return LanguageModel(make_server(url, **options)).ask([make_prompt(f"黑色电视 {n}") for n in range(count)])


def code_of(outcome: Answer | ExtractionFault) -> str:
    return outcome.code if isinstance(outcome, ExtractionFault) else "answered"


class TestWell:
    def test_the_answer_its_tokens_and_its_log_probabilities_come_back(self):
        pieces = [GOOD[:10], GOOD[10:]]
        logprobs = {"content": [{"token": piece, "logprob": -0.5, "bytes": list(piece.encode())} for piece in pieces]}
        with serve(lambda handler, body: handler.reply(completion_body(GOOD, logprobs=logprobs))) as served:
            (completion,) = make_server(served.url).complete([make_prompt()])
        assert completion == Completion(GOOD, 100, 20, logprobs=((0, -0.5), (10, -0.5)))

    def test_the_request_asks_for_the_shape_greedily_and_carries_the_key(self):
        with serve(lambda handler, body: handler.reply(completion_body(GOOD))) as served:
            ask(served.url, api_key="s3cret", options={"chat_template_kwargs": {"enable_thinking": False}})
        body = served.requests[0]
        assert served.paths == ["/v1/chat/completions"]
        assert served.headers[0]["Authorization"] == "Bearer s3cret"
        assert (body["model"], body["temperature"], body["logprobs"]) == ("test-model", 0, True)
        assert body["response_format"]["json_schema"]["schema"] == make_schema(sorted(NAMES))
        assert body["chat_template_kwargs"] == {"enable_thinking": False}

    def test_no_more_requests_at_once_than_allowed(self):
        running: list[int] = []
        most: list[int] = []

        def answer(handler: Handler, body: dict) -> None:
            running.append(1)
            most.append(len(running))
            time.sleep(0.05)
            running.pop()
            handler.reply(completion_body(GOOD))

        with serve(answer) as served:
            outcomes = ask(served.url, count=8, concurrency=2)
        assert {code_of(outcome) for outcome in outcomes} == {"answered"}
        assert max(most) == 2

    @pytest.mark.parametrize(
        ("accepts", "asked"),
        [
            ("guided_json", ["response_format", "guided_json", "guided_json"]),
            ("", ["response_format", "guided_json", "response_format", "", ""]),
        ],
        ids=["older-vllm", "no-constraint"],
    )
    def test_a_server_that_knows_no_response_format_is_asked_as_it_can(self, accepts, asked):
        def way_of(body: dict) -> str:
            return next((name for name in ("response_format", "guided_json") if name in body), "")

        def answer(handler: Handler, body: dict) -> None:
            if way_of(body) == accepts:
                handler.reply(completion_body(GOOD))
            else:
                handler.reply({"error": "unknown field"}, status=400)

        with serve(answer) as served:
            server = make_server(served.url)
            outcomes = [server.complete([make_prompt()])[0] for _ in range(2)]
        assert [way_of(body) for body in served.requests] == asked
        assert all(isinstance(outcome, Completion) for outcome in outcomes)

    def test_one_refused_text_does_not_cost_the_others_their_shape(self):
        def answer(handler: Handler, body: dict) -> None:
            is_long = body["messages"][0]["content"] == "long" and "response_format" in body
            handler.reply({"error": "context"} if is_long else completion_body(GOOD), status=400 if is_long else 200)

        with serve(answer) as served:
            server = make_server(served.url)
            for text in ("short", "long", "short"):
                server.complete([make_prompt(text)])
        assert "response_format" in served.requests[0]
        assert "response_format" in served.requests[-1]


def reply_with(text: str, **options):
    return lambda handler, body: handler.reply(completion_body(text, **options))


FAULTS = {
    "garbage-instead-of-http-json": (lambda h, b: h.reply(b"<html>502 Bad Gateway</html>"), "bad_reply", True),
    "no-choices": (lambda h, b: h.reply({"object": "error"}), "bad_reply", True),
    "text-that-is-no-json": (reply_with("Sure! The colour is black."), "bad_json", True),
    "json-cut-off": (reply_with(GOOD[:30]), "bad_json", True),
    "token-limit-reached": (reply_with(GOOD[:30], reason="length"), "truncated", True),
    "token-limit-reached-at-valid-json": (reply_with(GOOD, reason="length"), "truncated", True),
    "another-shape": (reply_with('{"color": "black"}'), "wrong_shape", True),
    "extra-fields": (reply_with('{"values": [], "brand": "Evil"}'), "wrong_shape", True),
    "an-attribute-not-asked-for": (
        reply_with('{"values": [{"attribute": "price", "quote": "1", "value": "1"}]}'),
        "wrong_shape",
        True,
    ),
    "one-good-value-one-broken": (
        reply_with('{"values": [{"attribute": "color", "quote": "a", "value": "a"}, {"attribute": "color"}]}'),
        "wrong_shape",
        True,
    ),
    "nested-a-thousand-deep": (reply_with('{"values": ' + "[" * 1000), "bad_json", True),
    "far-too-many-values": (
        reply_with(json.dumps({"values": [{"attribute": "color", "quote": "a", "value": "a"}] * 500})),
        "wrong_shape",
        True,
    ),
    "huge-answer": (lambda h, b: h.reply(b"x" * (MAX_REPLY_BYTES + 10)), "too_large", True),
    "redirect": (
        lambda h, b: h.reply(b"", status=307, headers={"Location": "http://127.0.0.1:9/v1/chat/completions"}),
        "redirected",
        True,
    ),
    "wrong-key": (lambda h, b: h.reply({"error": "key"}, status=401), "unauthorised", True),
    "unknown-model": (lambda h, b: h.reply({"error": "no model"}, status=404), "no_such_model", True),
    "content-filter": (reply_with("", reason="content_filter"), "filtered", False),
    "text-too-long-for-the-model": (lambda h, b: h.reply({"error": "context"}, status=400), "refused", False),
    "always-busy": (lambda h, b: h.reply({}, status=429), "rate_limited", True),
    "broken": (lambda h, b: h.reply({"error": "CUDA"}, status=500), "server_error", True),
}


class TestBadly:
    @pytest.mark.parametrize(("behaviour", "code", "retriable"), FAULTS.values(), ids=FAULTS.keys())
    def test_each_failure_is_a_fault_of_its_own_code(self, behaviour, code, retriable):
        with serve(behaviour) as served:
            (outcome,) = ask(served.url)
        assert isinstance(outcome, ExtractionFault)
        assert (outcome.code, outcome.retriable) == (code, retriable)
        assert outcome.message

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_passing_failure_is_tried_again_and_then_answered(self, status):
        def answer(handler: Handler, body: dict) -> None:
            if len(handler.server.served.requests) < 3:
                handler.reply({}, status=status)
            else:
                handler.reply(completion_body(GOOD))

        with serve(answer) as served:
            (outcome,) = ask(served.url)
        assert code_of(outcome) == "answered"
        assert len(served.requests) == 3

    def test_attempts_end(self):
        with serve(lambda handler, body: handler.reply({}, status=503)) as served:
            ask(served.url, attempts=4)
        assert len(served.requests) == 4

    @pytest.mark.parametrize("code", ["redirect", "wrong-key", "another-shape", "huge-answer"])
    def test_what_another_attempt_cannot_mend_is_asked_once(self, code):
        with serve(FAULTS[code][0]) as served:
            ask(served.url)
        assert len(served.requests) == 1

    def test_waits_grow_and_obey_the_server(self):
        waits: list[float] = []
        with serve(lambda handler, body: handler.reply({}, status=429, headers={"Retry-After": "7"})) as served:
            ChatServer(served.url, "m", ServerOptions(attempts=3), sleep=waits.append).complete([make_prompt()])
        assert waits == [7.0, 7.0]

    def test_one_bad_answer_does_not_lose_the_others(self):
        def answer(handler: Handler, body: dict) -> None:
            is_bad = body["messages"][0]["content"].endswith("2")
            handler.reply(completion_body("garbage" if is_bad else GOOD))

        with serve(answer) as served:
            outcomes = ask(served.url, count=5)
        assert [code_of(outcome) for outcome in outcomes] == [
            "answered",
            "answered",
            "bad_json",
            "answered",
            "answered",
        ]

    def test_log_probabilities_that_do_not_spell_the_text_are_not_used(self):
        logprobs = {"content": [{"token": "other", "logprob": -0.1}]}
        with serve(reply_with(GOOD, logprobs=logprobs)) as served:
            (completion,) = make_server(served.url).complete([make_prompt()])
        assert completion.logprobs == ()


class TestSlowlyOrNotAtAll:
    @pytest.mark.parametrize(
        "behaviour",
        [
            lambda handler, body: time.sleep(2),
            lambda handler, body: handler.drip(pause=0.05, count=40),
        ],
        ids=["silent", "dripping"],
    )
    def test_a_slow_server_costs_its_time_limit_and_no_more(self, behaviour):
        with serve(behaviour) as served:
            started = time.monotonic()
            (outcome,) = ask(served.url, timeout=0.3, attempts=1)
            took = time.monotonic() - started
        assert code_of(outcome) == "timeout"
        assert outcome.retriable
        assert took < 1.5

    def test_a_server_that_is_down_is_unreachable(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        (outcome,) = ask(url)
        assert (code_of(outcome), outcome.retriable) == ("unreachable", True)

    @pytest.mark.parametrize("status", [503, 429])
    def test_a_dead_server_does_not_hold_up_the_whole_batch(self, status):
        with serve(lambda handler, body: handler.reply({}, status=status)) as served:
            outcomes = ask(served.url, count=30, concurrency=1, attempts=1)
        assert len(served.requests) == GIVE_UP_AFTER
        assert {code_of(outcome) for outcome in outcomes[GIVE_UP_AFTER:]} == {"server_down"}
        assert all(outcome.retriable for outcome in outcomes)

    def test_an_unencrypted_reply_is_no_tls(self):
        with serve(lambda handler, body: handler.reply(completion_body(GOOD))) as served:
            (outcome,) = ask(served.url.replace("http://", "https://"), attempts=1)
        assert code_of(outcome) == "unreachable"
        assert served.requests == []


@pytest.mark.parametrize(
    "url", ["", "localhost:8000", "ftp://host/v1", "http://", "http://user:pass@host/v1", "http://host:99999/v1"]
)
def test_an_address_that_is_none_is_refused_at_once(url):
    with pytest.raises(ValueError):  # noqa: PT011 - any message that names the address
        ChatServer(url, "m")
