"""A back-end that answers what a test tells it to, and remembers what it was asked."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from catalog.contracts import ExtractionFault
from catalog.llm.interface import Completion, Prompt

Script = Callable[[Prompt], str | Completion | ExtractionFault]


def as_json(*items: tuple[str, str, Any]) -> str:
    """Items are (attribute, quote, value)."""
    values = [{"attribute": name, "quote": quote, "value": value} for name, quote, value in items]
    return json.dumps({"values": values}, ensure_ascii=False)


class ScriptedBackend:
    name = "scripted"

    def __init__(self, script: Script, *, fingerprint: str = "scripted 1") -> None:
        self.fingerprint = fingerprint
        self.asked: list[Prompt] = []
        self._script = script

    def complete(self, prompts: Sequence[Prompt]) -> list[Completion | ExtractionFault]:
        self.asked.extend(prompts)
        outcomes = map(self._script, prompts)
        return [Completion(said, 100, 20) if isinstance(said, str) else said for said in outcomes]
