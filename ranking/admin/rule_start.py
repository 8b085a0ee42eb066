"""What a new rule's form starts with, from its address: a query, and what a report suggests to do about it."""

from collections.abc import Mapping
from typing import Any

MOST_CHARACTERS = 200


def read_start(asked: Mapping[str, str]) -> dict[str, Any]:
    """`?query=…` alone, or with `redirect=/a/page/` or `leave_out=word`. The form checks it like what is typed."""
    query = _read(asked, "query")
    if not query:
        return {}
    initial: dict[str, Any] = {
        "name": query,
        "conditions": [{"type": "query", "match": "is", "values": [query]}],
    }
    actions = _read_actions(asked)
    return {**initial, "actions": actions} if actions else initial


def _read_actions(asked: Mapping[str, str]) -> list[dict[str, Any]]:
    if url := _read(asked, "redirect", most=500):
        return [{"type": "redirect", "url": url}]
    if words := _read(asked, "leave_out"):
        return [{"type": "replace", "words": words.split(), "by": ""}]
    return []


def _read(asked: Mapping[str, str], name: str, *, most: int = MOST_CHARACTERS) -> str:
    return asked.get(name, "").replace("\0", "").strip()[:most]
