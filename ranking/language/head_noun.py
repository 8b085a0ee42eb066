"""Which word of a query names the thing itself, and the other ways to say it: "laptop" of "light laptop for travel".

The head of a noun compound is its last word, in English and Chinese alike; what follows a preposition or a comma tells
of it. The same is read from titles in ranking/language/title_head.py.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog.text import HAN, normalise
from ranking.contracts import Keyword, Understanding
from ranking.language.pieces import split_pieces, terms_of
from ranking.language.word_roles import AUDIENCES, MODIFIERS, PREPOSITIONS, STOP_WORDS, WISHES

# From this weight on another way to say it names the same thing (laptop, notebook); lighter ones are only near.
SAME = 0.7
# Alternatives beyond these are rare words, and each costs time in every title.
MOST_NAMES = 12
NamesThing = Callable[[str], bool]
_HAN = re.compile(f"[{HAN}]")
_BORDER = re.compile(r"[,;]")
_NO_NOUNS = AUDIENCES | MODIFIERS | WISHES | STOP_WORDS
# The stemmer takes these endings off; which word it was is asked of the stemmer itself.
_ENDING = "[a-z']{0,4}"


@dataclass(frozen=True, slots=True)
class Name:
    """One way to say the noun: index terms as they stand side by side, or Chinese as written; `worth` is 0..1."""

    written: str
    terms: tuple[str, ...]
    worth: float


@dataclass(frozen=True, slots=True)
class HeadNoun:
    """`names` begins with the shopper's own; `pattern` finds any of them, group i + 1 is `ordered[i]`, longest first.

    A text without any of `parts` has none of them, which is quicker to see.
    """

    names: tuple[Name, ...]
    ordered: tuple[Name, ...]
    pattern: re.Pattern[str]
    parts: tuple[str, ...]


def find_head_noun(understanding: Understanding, *, names_thing: NamesThing | None = None) -> HeadNoun | None:
    """The noun of the query with its alternatives; None where it has no noun (a brand or a model number alone)."""
    keyword = find_noun(understanding, names_thing=names_thing)
    if keyword is None or not keyword.terms:
        return None
    names = [_name(keyword.text, keyword.terms, 1.0)]
    for item in understanding.expansions:
        if item.replaced == keyword.terms and item.alternative:
            names.append(_name(normalise(item.text), item.alternative, min(item.weight / SAME, 1.0)))
    return _compile(tuple(names[:MOST_NAMES]))


def find_noun(understanding: Understanding, *, names_thing: NamesThing | None = None) -> Keyword | None:
    """The last plain word or category of the part that names the product, else a property that stands alone ("tablet"
    as a value of "suitable for"). None where a property that may be the noun follows ("computer fan"), by
    `names_thing`, which tells English nouns.
    """
    kinds: dict[str, str] = {}
    for entity in understanding.entities:
        kinds.setdefault(entity.text, entity.kind)
        if entity.kind == "category":
            kinds[entity.text] = "category"
    part = _first_part(understanding.text, understanding.keywords)
    plain = [word for word in part if _is_plain(word) and kinds.get(word.text) not in ("brand", "model", "attribute")]
    if plain:
        behind = part[part.index(plain[-1]) + 1 :]
        unsure = [word for word in behind if kinds.get(word.text) == "attribute" and _is_plain(word)]
        return None if names_thing and any(names_thing(word.text) for word in unsure) else plain[-1]
    values = [word for word in part if _is_plain(word) and kinds.get(word.text) == "attribute"]
    return values[-1] if len(values) == len(part) == 1 else None


def _first_part(text: str, keywords: Sequence[Keyword]) -> list[Keyword]:
    """The wanted keywords before the first preposition, comma or (in Chinese) blank that follows a plain word."""
    part: list[Keyword] = []
    at = 0
    for keyword in keywords:
        start = text.find(keyword.text, at)
        between = text[at:start] if start >= at else " "
        at = max(start, at) + len(keyword.text)
        if part and any(_is_plain(word) for word in part) and _ends_part(between, part[-1].text, keyword.text):
            break
        if keyword.role == "must":
            part.append(keyword)
    return part


def _ends_part(between: str, before: str, after: str) -> bool:
    if _BORDER.search(between) or not PREPOSITIONS.isdisjoint(between.split()):
        return True
    return between == " " and bool(_HAN.match(before[-1:])) and bool(_HAN.match(after[:1]))


def _is_plain(keyword: Keyword) -> bool:
    """A word that may name a thing: no number, praise, audience or glue, no colour (胡桃木色)."""
    if keyword.text in _NO_NOUNS or keyword.text.endswith("色"):
        return False
    return not any(character.isdigit() for character in keyword.text)


def _name(written: str, terms: tuple[str, ...], worth: float) -> Name:
    """Of a keyword of several words ("mobile phone") all stand side by side."""
    if _HAN.search(written or terms[-1]):
        return Name(written or terms[-1], terms, worth)
    return Name("", tuple(term for piece in split_pieces(written) for term in piece.terms[-1:]) or terms, worth)


@lru_cache(maxsize=1024)
def _compile(names: tuple[Name, ...]) -> HeadNoun:
    ordered = tuple(sorted(dict.fromkeys(names), key=lambda name: -len(name.written or " ".join(name.terms))))
    pattern = re.compile("|".join(f"({_pattern_of(name)})" for name in ordered))
    parts = {name.written or name.terms[0].removesuffix("i") for name in ordered}
    return HeadNoun(names, ordered, pattern, tuple(sorted(parts, key=len)))


def _pattern_of(name: Name) -> str:
    if name.written:
        return re.escape(name.written)
    stems = [re.escape(term.removesuffix("i")) + _ENDING for term in name.terms]
    return rf"(?<![a-z0-9]){'[ -]'.join(stems)}(?![a-z0-9])"


def name_found(head: HeadNoun, match: re.Match[str]) -> Name | None:
    """Which name a match of the pattern is; None where only its letters begin alike (phone, phonetics)."""
    name = head.ordered[(match.lastindex or 1) - 1]
    if name.written:
        return name
    words = re.split("[ -]", match[0])
    return name if all(terms_of(word)[-1:] == (term,) for word, term in zip(words, name.terms, strict=False)) else None
