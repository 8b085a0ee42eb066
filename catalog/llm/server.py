"""Any OpenAI-compatible server (vLLM and the like) as a back-end: one chat completion a prompt, several at a time."""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from catalog.contracts import ExtractionFault
from catalog.llm.interface import Completion, Prompt
from catalog.llm.transport import Reply, TransportFault, post_json, split_address
from catalog.llm.wire import MODES, read_completion, write_request

# Full jitter (AWS Architecture Blog, "Exponential backoff and jitter", 2015), in seconds.
FIRST_WAIT = 0.5
LONGEST_WAIT = 20.0
# After so many prompts in a row went unanswered the rest of the batch is not sent: a thousand products would each wait
# for every timeout. They stay to be tried again.
GIVE_UP_AFTER = 5
_SILENT = frozenset({"timeout", "unreachable", "server_error", "rate_limited"})
_TRY_AGAIN = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """`timeout` in seconds a request; `attempts` counts the first one; `options` are merged into every request body
    (for instance {"chat_template_kwargs": {"enable_thinking": false}}).
    """

    api_key: str = ""
    timeout: float = 60.0
    attempts: int = 3
    concurrency: int = 8
    max_tokens: int = 1024
    options: Mapping[str, Any] = field(default_factory=dict)


class ChatServer:
    """Asks for JSON of the prompt's schema by `response_format`, then by vLLM's older `guided_json`, then without
    either, as the server accepts; whatever comes back is checked by the caller all the same.

    Raises ValueError for an address that is none.
    """

    def __init__(
        self,
        url: str,
        model: str,
        options: ServerOptions | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._address = split_address(url.strip())
        self._options = options or ServerOptions()
        self._mode = 0
        self._is_understood = False
        self._sleep = sleep
        self.name = model

    @property
    def fingerprint(self) -> str:
        """The address is not in it: the same model on another machine gives the same answers."""
        settled = json.dumps(dict(self._options.options), sort_keys=True)
        return f"server {self.name} {self._options.max_tokens} {settled}"

    def complete(self, prompts: Sequence[Prompt]) -> list[Completion | ExtractionFault]:
        if not prompts:
            return []
        patience = _Patience()
        with ThreadPoolExecutor(min(self._options.concurrency, len(prompts))) as pool:
            return list(pool.map(lambda prompt: self._ask_patiently(prompt, patience), prompts))

    def _ask_patiently(self, prompt: Prompt, patience: "_Patience") -> Completion | ExtractionFault:
        if patience.is_out():
            return ExtractionFault("server_down", "The server stopped answering; this text was not sent.")
        outcome = self._ask(prompt)
        is_silent = isinstance(outcome, ExtractionFault) and outcome.code in _SILENT
        patience.note(silent=is_silent)
        return outcome

    def _ask(self, prompt: Prompt) -> Completion | ExtractionFault:
        outcome: Completion | ExtractionFault = ExtractionFault("unreachable", "No attempt is allowed.")
        for attempt in range(self._options.attempts):
            reply = self._send(prompt)
            outcome = reply if isinstance(reply, ExtractionFault) else read_completion(reply)
            wait = _wait_before_next(reply, outcome, attempt)
            if wait is None:
                break
            if attempt + 1 < self._options.attempts:
                self._sleep(wait)
        return outcome

    def _send(self, prompt: Prompt) -> Reply | ExtractionFault:
        """Walks down the ways to ask while the server calls the request wrong, and stays where it was understood."""
        key = self._options.api_key.strip()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        reply = Reply(400, b"")
        for mode in range(self._mode, len(MODES)):
            request = write_request(self.name, prompt, MODES[mode], self._options.max_tokens, self._options.options)
            try:
                reply = post_json(
                    self._address, "/chat/completions", request, headers=headers, timeout=self._options.timeout
                )
            except TransportFault as fault:
                return ExtractionFault(fault.code, str(fault))
            if reply.status not in (400, 422):
                if reply.status == 200 and not self._is_understood:
                    # Once only: a later text that is refused for its length must not cost the others their shape.
                    self._mode, self._is_understood = mode, True
                break
        return reply


class _Patience:
    """Counts prompts in a row that the server left unanswered, over the threads of one batch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silent = 0

    def note(self, *, silent: bool) -> None:
        with self._lock:
            self._silent = self._silent + 1 if silent else 0

    def is_out(self) -> bool:
        return self._silent >= GIVE_UP_AFTER


def _wait_before_next(
    reply: Reply | ExtractionFault, outcome: Completion | ExtractionFault, attempt: int
) -> float | None:
    """Seconds to wait, or None where another attempt would only cost."""
    if isinstance(outcome, Completion):
        return None
    if isinstance(reply, Reply) and reply.status not in _TRY_AGAIN:
        return None
    if isinstance(reply, ExtractionFault) and reply.code == "too_large":
        return None
    asked = reply.retry_after if isinstance(reply, Reply) else None
    wait = random.uniform(0, FIRST_WAIT * 2**attempt)  # noqa: S311 - spreads load, hides nothing
    return min(max(wait, asked or 0.0), LONGEST_WAIT)
