"""Whether a title names the thing itself or what it is for: the laptop of "HP laptop 15", not of "laptop sleeve".

Rules of the noun compound: the noun is not followed directly by another noun, and stands before "for", "with", 适用于,
not behind (the right-hand head rule: Williams, Linguistic Inquiry 12, 1981).
"""

import re
import tomllib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from ranking.language.head_noun import HeadNoun, Name, name_found
from ranking.language.word_roles import MODIFIERS, PREPOSITIONS, STOP_WORDS
from ranking.language.words import Dictionary
from ranking.retrieval.written_words import HAN_RUN, split_han

_LISTS: dict[str, str] = tomllib.loads((Path(__file__).parent / "data" / "head_noun.toml").read_text(encoding="utf-8"))
QUALITIES = frozenset(_LISTS["qualities"].split())
MEASURES = frozenset(_LISTS["measures"].split())
THINGS = frozenset(_LISTS["things"].split())
SETS = tuple(_LISTS["sets"].split())
BELONGINGS = frozenset(_LISTS["belongings"].split())
# Titles are read so far; what a thing is stands early, and lists of words come after.
MOST_CHARACTERS = 300
MOST_FINDS = 8
# Plain words that may stand between noun and noun ("laptop wireless mouse"); Chinese words looked at behind a noun.
MOST_BETWEEN, MOST_HAN = 1, 5
# The catalog's own plurals tell "PC" from "HD".
LONGEST_ACRONYM = 2
_FOLLOWING = re.compile(r"(?P<joint> ?[/&+] ?| and |[ -])(?P<word>[a-z][a-z']*)(?![a-z0-9])")
_FITS = re.compile(r"\b(?:for|fits?|compatible|suits?)\b|\b(?:with|including|incl)\b[^,;|(]*$|\bw/[^,;|(]*$")
_FITS_HAN = re.compile(r"(?:适用于?|适配|用于|兼容|专为|搭配) ?[^ ,;|]*$")
_PARTS = re.compile(r"\s*(?:[&,/、，()（）]|\band\b|与|和|及)\s*")
_LINKS = frozenset("和与及的")
_LACKING = ("有", "无")


@dataclass(frozen=True, slots=True)
class Things:
    """What the shop knows of nouns: its dictionary, where a thing's word has a plural, and its brands' keys."""

    dictionary: Dictionary
    brands: Collection[str]

    def names_thing(self, word: str) -> bool:
        """Whether an English word can be the noun of a compound; without a dictionary any word but a quality."""
        if word in QUALITIES or word in MEASURES or word in MODIFIERS or word in self.brands:
            return False
        if not self.dictionary.latin:
            return True
        if len(word) <= LONGEST_ACRONYM:
            return self.dictionary.sells(f"{word}s")
        known = self.dictionary.places
        if word.endswith("s") and (word[:-1] in known or word[:-2] in known):
            return True
        return f"{word}s" in known or f"{word}es" in known or f"{word.removesuffix('y')}ies" in known


def judge_title(title: str, head: HeadNoun, things: Things) -> float | None:
    """1 where the title says that the product is the thing (less for a name that only comes near), 0 where the word
    tells of something else; None where it is not said. `title` is normalised.
    """
    verdict: float | None = None
    if not any(part in title for part in head.parts):
        return None
    for match, _ in zip(head.pattern.finditer(title[:MOST_CHARACTERS]), range(MOST_FINDS), strict=False):
        name = name_found(head, match)
        if name is None:
            continue
        verdict = max(verdict or 0.0, name.worth if _is_head(title, match, name, head, things) else 0.0)
        if verdict == 1.0:
            break
    return verdict


def judge_category(name: str, head: HeadNoun) -> float:
    """How surely a category of this (normalised) name holds the thing: it, or a part of it ("Laptops & tablets"), ends
    in the noun.
    """
    best = 0.0
    for part in _PARTS.split(name):
        for match in head.pattern.finditer(part):
            found = name_found(head, match)
            if found is not None and match.end() == len(part):
                best = max(best, found.worth)
    return best


def is_joint(name: str) -> bool:
    """Whether a category holds several things: then the title decides."""
    return len([part for part in _PARTS.split(name) if part]) > 1


def _is_head(title: str, match: re.Match[str], name: Name, head: HeadNoun, things: Things) -> bool:
    before = title[: match.start()]
    if _FITS.search(before) or _FITS_HAN.search(before):
        return False
    following = _is_last_han if name.written else _is_last_word
    return following(title, match, lambda word: _is_name(word, head), things)


def _is_name(word: str, head: HeadNoun) -> bool:
    return head.pattern.fullmatch(word) is not None


def _is_last_word(title: str, match: re.Match[str], is_name: Callable[[str], bool], things: Things) -> bool:
    at, between = match.end(), 0
    while between <= MOST_BETWEEN and (found := _FOLLOWING.match(title, at)):
        word, at = found["word"], found.end()
        if found["joint"].strip(" -") and not things.names_thing(word):
            return True  # "stand & USB hub"; of a "laptop & tablet sleeve" what follows is the noun
        if found["joint"].strip(" -") or is_name(word) or word in QUALITIES:
            continue
        if word in PREPOSITIONS or word in STOP_WORDS:
            return True
        if things.names_thing(word):
            return False
        between += 1
    return True


def _is_last_han(title: str, match: re.Match[str], is_name: Callable[[str], bool], things: Things) -> bool:
    """Words beyond a blank count only where they stand next to the noun (连衣裙 收纳袋)."""
    run = next((run for run in HAN_RUN.finditer(title, 0) if run.start() <= match.start() < run.end()), None)
    if run is None or run.end() < match.end():
        return True
    at, following = run.start(), []
    ends_word = False
    for word in split_han(run[0]):
        at += len(word)
        ends_word = ends_word or at == match.end()
        if at > match.end():
            following.append(word)
    if not ends_word:
        return False
    beside = HAN_RUN.match(title, run.end() + 1) if title[run.end() : run.end() + 1] == " " and not following else None
    following += split_han(beside[0])[:1] if beside else ()
    return not any(_is_thing_han(word, match[0], is_name) for word in following[:MOST_HAN])


def _is_thing_han(word: str, name: str, is_name: Callable[[str], bool]) -> bool:
    if word in BELONGINGS:
        return True
    if word in _LINKS or word.startswith(_LACKING) or word.endswith(SETS) or is_name(word):
        return False
    # 运动鞋 男鞋: the same kind of thing said again.
    return word[-1] in THINGS and word[-1] != name[-1]
