"""The text of a Querqy rules.txt (as SMUI writes it too) as rules: input, instructions and properties, line by line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from ranking.moving.foreign import Note, load_json

_INSTRUCTION = re.compile(
    r"(?P<name>SYNONYM|UP|DOWN|FILTER|DELETE|DECORATE)(?:\s*\((?P<argument>[^)]*)\))?(?:\s*:\s*(?P<rest>.*))?\s*\Z",
    re.IGNORECASE,
)
_PROPERTY = re.compile(r"@\"?(?P<name>[\w.-]+)\"?\s*:\s*(?P<value>.+)\Z")
# Properties may be JSON with keys that stand without quotes, and a comma behind the last.
_BARE_KEY = re.compile(r"([{,]\s*)([\w.-]+)\s*:")
_LAST_COMMA = re.compile(r",\s*([}\]])")


@dataclass(frozen=True, slots=True)
class Instruction:
    line: int
    name: str
    argument: str
    rest: str


@dataclass(slots=True)
class QuerqyRule:
    line: int
    source: str
    instructions: list[Instruction] = field(default_factory=list)
    properties: dict[str, Any] = field(default_factory=dict)


def read_lines(text: str) -> tuple[list[QuerqyRule], list[Note]]:
    """Rules in the order of the file; lines that are none of it become notes."""
    rules: list[QuerqyRule] = []
    notes: list[Note] = []
    for number, line in _join_blocks(text.splitlines()):
        if line.endswith("=>"):
            rules.append(QuerqyRule(number, line[:-2].strip()))
        elif not rules:
            notes.append(Note(_say_line(number), line, _("It stands before the first rule.")))
        elif line.startswith("@"):
            _add_properties(rules[-1], number, line, notes)
        elif match := _INSTRUCTION.match(line):
            instruction = Instruction(number, match["name"].upper(), match["argument"] or "", match["rest"] or "")
            rules[-1].instructions.append(instruction)
        else:
            notes.append(Note(_say_line(number), line, _("This is no instruction that is known here.")))
    return rules, notes


def _say_line(number: int) -> str:
    return _("line %d") % number


def _join_blocks(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Lines without comments; a block of properties from `@{` to `}@` as one."""
    block: list[str] = []
    start = 0
    for number, raw in enumerate(lines, start=1):
        line = raw.strip().removeprefix("\ufeff")
        if not line or line.startswith("#"):
            continue
        if block or line.startswith("@{"):
            start = start if block else number
            block.append(line)
            if line.endswith("}@"):
                yield start, " ".join(block)
                block = []
            continue
        yield number, line
    if block:
        yield start, " ".join(block)


def _add_properties(rule: QuerqyRule, number: int, line: str, notes: list[Note]) -> None:
    single = _PROPERTY.match(line)
    written = f'{{"{single["name"]}": {single["value"]}}}' if single else line[1:].removesuffix("@")
    loaded = _load(written)
    if loaded is None:
        notes.append(Note(_say_line(number), line, _("These properties are not JSON.")))
    else:
        rule.properties |= loaded


def _load(written: str) -> dict[str, Any] | None:
    for text in (written, _LAST_COMMA.sub(r"\1", _BARE_KEY.sub(r'\1"\2":', written))):
        try:
            loaded = load_json(text)
        except ValueError:
            continue
        return loaded if isinstance(loaded, dict) else None
    return None
