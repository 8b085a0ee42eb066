"""The formats rules are read from: the shop's own, pins in a spreadsheet, and those of other search systems."""

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from ranking.moving.algolia import read_algolia
from ranking.moving.foreign import Foreign
from ranking.moving.pins_csv import read_pins
from ranking.moving.querqy import read_querqy
from ranking.rules_file import read_rules

RuleFormat = Literal["searchsite", "pins", "querqy", "algolia"]
RULE_FORMATS: tuple[RuleFormat, ...] = get_args(RuleFormat)
_READERS: Mapping[str, Callable[..., Foreign]] = {"pins": read_pins, "querqy": read_querqy, "algolia": read_algolia}


def read_documents(text: str, format_: RuleFormat, *, status: str) -> Foreign:
    """`status` is what rules become that another system has in use; the shop's own file says it for each."""
    if format_ == "searchsite":
        return Foreign(tuple(read_rules(text)))
    return _READERS[format_](text, status=status)
