"""The shape of an answer: as JSON Schema for servers, as a grammar for models run here, and its strict reader."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from catalog.extractors.llm_text import ShownText
from catalog.llm.interface import AnswerRefused

MAX_QUOTE = 120
MAX_VALUE = 80
# Of one attribute in one product ("black / white / red").
VALUES_EACH = 3
# An unconstrained model that repeats itself is not believed.
MAX_ITEMS = 60


class Item(BaseModel):
    """One thing the model says the text states."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    attribute: str
    quote: str
    value: str | bool | int | float


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    values: list[Item]


def make_schema(names: Sequence[str]) -> dict[str, Any]:
    """JSON Schema of an answer about these attributes. The quote comes before the value, so that a model copies first
    and normalises what it copied. Only keywords that OpenAI's and vLLM's strict modes know.
    """
    item = {
        "type": "object",
        "properties": {
            "attribute": {"type": "string", "enum": list(names)},
            "quote": {"type": "string"},
            "value": {"type": "string"},
        },
        "required": ["attribute", "quote", "value"],
        "additionalProperties": False,
    }
    values = {"type": "array", "items": item, "maxItems": VALUES_EACH * len(names)}
    return {"type": "object", "properties": {"values": values}, "required": ["values"], "additionalProperties": False}


def make_grammar(names: Sequence[str], booleans: frozenset[str], texts: Sequence[ShownText]) -> str:
    """The same in llguidance's Lark, and more: a quote can only be a piece of one of the texts, attributes come in
    their order, each a few times at most, so that no answer runs on.
    """
    rules = [
        r'start: "{\"values\": [" first_0? "]}"',
        rf"VALUE: /[^\"\\\x00-\x1f\x7f]{{1,{MAX_VALUE}}}/",
        'TRUTH: "yes" | "no"',
    ]
    parts = [f"TEXT_{number}" for number in range(len(texts))]
    for part, shown in zip(parts, texts, strict=True):
        pieces = [json.dumps(character, ensure_ascii=False)[1:-1] for character in shown.text]
        rules.append(f"{part}: %regex {json.dumps({'substring_chunks': pieces}, ensure_ascii=False)}")
    rules.append(f"QUOTE: ({' | '.join(parts)}) & /(?s:.{{1,{MAX_QUOTE}}})/")
    last = len(names) - 1
    for number, name in enumerate(names):
        said = f'"{{\\"attribute\\": " {_literal(json.dumps(name, ensure_ascii=False))} ", \\"quote\\": \\"" QUOTE'
        value = "TRUTH" if name in booleans else "VALUE"
        rules.append(f'item_{number}: {said} "\\", \\"value\\": \\"" {value} "\\"}}"')
        repeated = f'(", " item_{number}){{0,{VALUES_EACH - 1}}}'
        later = f" later_{number + 1}" if number < last else ""
        rules.append(f"first_{number}: item_{number} {repeated}{later}" + (f" | first_{number + 1}" if later else ""))
        rules.append(f'later_{number}: (", " item_{number} {repeated})?{later}')
    return "\n".join(rules)


def read_answer(text: str, names: frozenset[str]) -> tuple[Item, ...]:
    """All items, or AnswerRefused: an answer is right as a whole or it is none."""
    try:
        answer = _Answer.model_validate_json(_unfence(text))
    except ValidationError as error:
        broken = any(found["type"] == "json_invalid" for found in error.errors(include_input=False, include_url=False))
        if broken:
            raise AnswerRefused("bad_json", "The model's answer is not JSON.") from error
        raise AnswerRefused("wrong_shape", "The model's answer has another shape than it was asked for.") from error
    if len(answer.values) > MAX_ITEMS:
        raise AnswerRefused("wrong_shape", f"The model named {len(answer.values)} values in one text.")
    strange = {item.attribute for item in answer.values} - names
    if strange:
        raise AnswerRefused("wrong_shape", "The model named an attribute it was not asked for.")
    return tuple(answer.values)


def _unfence(text: str) -> str:
    """Servers without a grammar often wrap JSON in a Markdown fence."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```") and "\n" in stripped:
        return stripped.partition("\n")[2].removesuffix("```")
    return stripped


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
