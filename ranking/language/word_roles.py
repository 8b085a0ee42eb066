"""What words are to a query: sentence glue, praise, audience, prepositions; the lists are in data/word_roles.toml."""

import tomllib
from pathlib import Path

_LISTS: dict[str, str] = tomllib.loads((Path(__file__).parent / "data" / "word_roles.toml").read_text(encoding="utf-8"))

STOP_WORDS = frozenset(_LISTS["stop_words"].split())
MODIFIERS = frozenset(_LISTS["modifiers"].split())
AUDIENCES = frozenset(_LISTS["audiences"].split())
LACKS = frozenset(_LISTS["lacks"].split())
PREPOSITIONS = frozenset(_LISTS["prepositions"].split())
NAMING = frozenset(_LISTS["naming"].split())
WISHES = frozenset(_LISTS["wishes"].split())
RECIPIENTS = frozenset(_LISTS["recipients"].split())
RECIPIENT_OWNERS = frozenset(_LISTS["recipient_owners"].split())
RECIPIENT_SIGNS = frozenset(_LISTS["recipient_signs"].split())
