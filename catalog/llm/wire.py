"""The chat completion format: request bodies, and replies read back as completions or as what went wrong."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from catalog.contracts import ExtractionFault
from catalog.llm.interface import Completion, Prompt, join_pieces
from catalog.llm.transport import Reply

# How the answer's shape is asked for, and whether log-probabilities are: the best first.
MODES = (("response_format", True), ("guided_json", True), ("response_format", False), ("", False))
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]+")
# What the operator mends (a key, a name, an address) is worth trying again afterwards; a refused text is not.
_NAMED = {
    401: ("unauthorised", True),
    403: ("unauthorised", True),
    404: ("no_such_model", True),
    408: ("timeout", True),
    413: ("refused", False),
    429: ("rate_limited", True),
}


def write_request(
    model: str, prompt: Prompt, mode: tuple[str, bool], max_tokens: int, options: Mapping[str, Any]
) -> bytes:
    """Greedy decoding, so that the same text gives the same answer."""
    shape, with_logprobs = mode
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in prompt.messages],
        "temperature": 0,
        "max_tokens": max_tokens,
    }
    if with_logprobs:
        body["logprobs"] = True
    if shape == "response_format":
        schema = {"name": "answer", "strict": True, "schema": dict(prompt.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif shape == "guided_json":
        body["guided_json"] = dict(prompt.schema)
    return json.dumps(body | dict(options), ensure_ascii=True).encode()


def read_completion(reply: Reply) -> Completion | ExtractionFault:
    """Only a reply of the promised form counts; a cut answer is a fault, never the part that arrived."""
    if reply.status != 200:
        return _name_status(reply)
    try:
        body = json.loads(reply.body)
        choice = body["choices"][0]
        text, reason = choice["message"]["content"], choice.get("finish_reason")
        usage = body.get("usage") or {}
        tokens = int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ExtractionFault("bad_reply", f"The server's reply is no chat completion: {_show(reply.body)}")
    if reason == "content_filter":
        return ExtractionFault("filtered", "The server's content filter refused this text.", retriable=False)
    if not isinstance(text, str):
        return ExtractionFault("bad_reply", "The server's reply has no text.")
    return Completion(text, *tokens, logprobs=_read_logprobs(choice, text), ended=reason != "length")


def _name_status(reply: Reply) -> ExtractionFault:
    if 300 <= reply.status < 400:
        return ExtractionFault("redirected", f"The server redirects ({reply.status}); name its final address.")
    if reply.status >= 500:
        return ExtractionFault("server_error", f"The server failed ({reply.status}): {_show(reply.body)}")
    code, retriable = _NAMED.get(reply.status, ("refused", False))
    return ExtractionFault(
        code, f"The server refused the request ({reply.status}): {_show(reply.body)}", retriable=retriable
    )


def _read_logprobs(choice: Mapping[str, Any], text: str) -> tuple[tuple[int, float], ...]:
    """Empty unless the tokens spell the text exactly: confidence must not rest on misplaced numbers."""
    try:
        entries = (choice.get("logprobs") or {}).get("content") or []
        pieces = [bytes(entry["bytes"]) if entry.get("bytes") else entry["token"].encode() for entry in entries]
        numbers = [float(entry["logprob"]) for entry in entries]
    except (ValueError, LookupError, TypeError, AttributeError):
        return ()
    spelled, marks = join_pieces(pieces, numbers)
    # An end-of-turn token may follow the text.
    if not spelled.startswith(text) or any(math.isnan(number) for number in numbers):
        return ()
    return tuple(mark for mark in marks if mark[0] < len(text))


def _show(body: bytes) -> str:
    return _UNPRINTABLE.sub(" ", body[:400].decode("utf-8", errors="replace"))[:200]
