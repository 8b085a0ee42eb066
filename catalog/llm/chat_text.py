"""Conversations as token ids: the model's own chat template around contents that can never become chat markup."""

import re
from collections.abc import Sequence
from typing import Any

from jinja2 import TemplateError

from catalog.llm.interface import Message

_MARK = re.compile(r"§content (\d+) here§")


def encode_chat(tokenizer: Any, messages: Sequence[Message]) -> list[int]:
    """Template and contents are tokenised apart: only the template's own words may be control tokens, so "<|im_end|>"
    in a content is letters like any others. A model without a template (a base model) gets plain paragraphs.
    """
    for turns in (list(messages), _without_system(messages)):
        text = _render(tokenizer, turns)
        if text is not None:
            return _encode_parts(tokenizer, text, [turn.content for turn in turns])
    plain = "".join(f"§content {position} here§\n\n" for position in range(len(messages)))
    return _encode_parts(tokenizer, plain, [message.content for message in messages])


def _render(tokenizer: Any, turns: Sequence[Message]) -> str | None:
    """None where the template knows no such roles, or drops a content."""
    if not tokenizer.chat_template:
        return None
    marked = [{"role": turn.role, "content": f"§content {position} here§"} for position, turn in enumerate(turns)]
    try:
        text = tokenizer.apply_chat_template(marked, tokenize=False, add_generation_prompt=True, enable_thinking=False)
    except TemplateError:
        return None
    named = [int(number) for number in _MARK.findall(text)]
    return text if named == list(range(len(turns))) else None


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """Some templates know only the two sides: what the system says then opens the first turn."""
    if messages[0].role != "system" or len(messages) < 2:
        return list(messages)
    first = Message(messages[1].role, f"{messages[0].content}\n\n{messages[1].content}")
    return [first, *messages[2:]]


def _encode_parts(tokenizer: Any, text: str, contents: Sequence[str]) -> list[int]:
    ids: list[int] = []
    for position, part in enumerate(_MARK.split(text)):
        if position % 2:
            part = contents[int(part)]
        if part:
            ids += tokenizer(part, add_special_tokens=False, split_special_tokens=bool(position % 2))["input_ids"]
    return ids
