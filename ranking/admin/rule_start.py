"""What a new rule's form starts with, from its address: a page of results, and what a report suggests to do."""

from collections.abc import Mapping
from typing import Any

MOST_CHARACTERS = 200


def read_start(asked: Mapping[str, str]) -> dict[str, Any]:
    """`?query=…&category=…&market=…`, alone or with `redirect=/a/page/` or `leave_out=word`. The form checks it like
    what is typed.
    """
    query, category = _read(asked, "query"), _read(asked, "category", most=300)
    market = _read(asked, "market", most=16)
    conditions: list[dict[str, Any]] = []
    if query:
        conditions.append({"type": "query", "match": "is", "values": [query]})
    if category:
        conditions.append({"type": "category", "keys": [category]})
    initial: dict[str, Any] = {"markets": [market]} if market else {}
    if not conditions:
        return initial
    initial |= {"name": query or category, "conditions": conditions}
    actions = _read_actions(asked) if query else []
    return {**initial, "actions": actions} if actions else initial


def _read_actions(asked: Mapping[str, str]) -> list[dict[str, Any]]:
    if url := _read(asked, "redirect", most=500):
        return [{"type": "redirect", "url": url}]
    if words := _read(asked, "leave_out"):
        return [{"type": "replace", "words": words.split(), "by": ""}]
    return []


def _read(asked: Mapping[str, str], name: str, *, most: int = MOST_CHARACTERS) -> str:
    return asked.get(name, "").replace("\0", "").strip()[:most]
