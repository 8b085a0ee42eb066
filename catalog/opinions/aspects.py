"""What a review says of each aspect of a product: the clauses that mention it, and how they sound.

The inventory (data/aspects.toml) knows no categories: a battery is a battery in a phone and in a drill. A shop's own
attributes join it under their keys, for the products that have them. The method is that of Hu and Liu (2004), opinion
words near the aspect's name, with negation, words that judge only this aspect ("short" of a battery), words that name
and judge at once ("quiet", 划算), and the trained model where a clause has none of them.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from catalog.opinions.clauses import Clause, split_clauses
from catalog.opinions.lexicon import (
    DATA,
    Opinion,
    PhraseBook,
    Token,
    find_opinions,
    list_words,
    read_entries,
    tokenise,
    word_book,
)
from catalog.opinions.sentiment import UNDECIDED, is_negative, is_positive, judge_tokens, to_chance, to_logit

# A clause's judging words against what the model makes of the whole clause; by eye, not tuned.
_WORD_LOGIT, _MODEL_SHARE, _MOST_WORDS = 1.2, 0.5, 2
_LEAST_TOKENS, _SURE = 4, 0.3
_MOST_MENTIONS = 40
_KINDS = ("", "good_", "bad_", "implied_good_", "implied_bad_")
_LANGUAGES = ("zh", "en")
_MEANINGS = {"good_": "positive", "bad_": "negative", "implied_good_": "positive", "implied_bad_": "negative"}


@dataclass(frozen=True, slots=True)
class AspectOpinion:
    """`sentiment` 0..1 of one clause about one aspect; the clause is characters [start, end) of the text."""

    aspect: str
    sentiment: float
    start: int
    end: int


class AspectBook:
    """The inventory ready to be searched. `attributes` maps a shop's attribute keys to their names in any language;
    names that the inventory knows already stay its own.
    """

    def __init__(self, attributes: Mapping[str, Sequence[str]] | None = None) -> None:
        self.attribute_keys = frozenset(attributes or {})
        self._mentions = PhraseBook([*_join_meanings(_inventory_mentions()), *_attribute_mentions(attributes or {})])

    def find_mentions(self, tokens: Sequence[Token], allowed: Collection[str]) -> list[tuple[str, int, int]]:
        """(aspect, first, last) in these tokens; attributes only where `allowed` has their key."""
        words = [token.text for token in tokens]
        return [
            (aspect, first, last)
            for meaning, first, last in self._mentions.scan(words)
            for aspect in meaning.split("\t")
            if aspect not in self.attribute_keys or aspect in allowed
        ]


def read_aspects(text: str, *, book: AspectBook | None = None, own: Collection[str] = ()) -> tuple[AspectOpinion, ...]:
    """What the text says of each aspect, in order; what is neither praise nor blame is left out.

    `own` are the attribute keys of the product that is reviewed.
    """
    tokens = tokenise(text)
    clauses = split_clauses(text, tokens)
    chosen = book or default_book()
    mentions = [chosen.find_mentions(clause.tokens, own) for clause in clauses]
    found: list[AspectOpinion] = []
    for at, clause in enumerate(clauses):
        for aspect, first, _ in _first_of_each(mentions[at]):
            part = _choose_part(clauses, mentions, at, aspect, first)
            sentiment = judge_aspect(aspect, part)
            if is_positive(sentiment) or is_negative(sentiment):
                found.append(AspectOpinion(aspect, sentiment, clause.start, max(clause.end, part[-1].end)))
    return tuple(found[:_MOST_MENTIONS])


def judge_aspect(aspect: str, tokens: Sequence[Token]) -> float:
    """How these words sound of this aspect, 0..1; without a judging word the model must be sure, of a whole clause."""
    opinions = find_aspect_opinions(aspect, tokens)
    if not opinions:
        chance = judge_tokens(tokens) if len(tokens) >= _LEAST_TOKENS else UNDECIDED
        return chance if abs(chance - UNDECIDED) >= _SURE else UNDECIDED
    words = max(min(sum(opinion.value for opinion in opinions), _MOST_WORDS), -_MOST_WORDS)
    return to_chance(_WORD_LOGIT * words + _MODEL_SHARE * to_logit(judge_tokens(tokens)))


def find_aspect_opinions(aspect: str, tokens: Sequence[Token]) -> list[Opinion]:
    book = _opinion_book(aspect)
    return find_opinions(tokens, list(book.scan([token.text for token in tokens])))


def _choose_part(
    clauses: Sequence[Clause], mentions: Sequence[Sequence[tuple[str, int, int]]], at: int, aspect: str, first: int
) -> tuple[Token, ...]:
    """The words that judge the aspect: from its name to the next one's where they contradict each other; else the
    clause; and the next clause too where this one only names it ("音质方面，很好").
    """
    clause = clauses[at]
    opinions = find_aspect_opinions(aspect, clause.tokens)
    if len({opinion.value for opinion in opinions}) > 1 and len(mentions[at]) > 1:
        until = min((other for _, other, _ in mentions[at] if other > first), default=len(clause.tokens))
        part = clause.tokens[first:until]
        return part if find_aspect_opinions(aspect, part) else clause.tokens
    follows = at + 1 < len(clauses) and not clause.ends_sentence and not mentions[at + 1]
    if not opinions and follows and find_aspect_opinions(aspect, clauses[at + 1].tokens):
        return (*clause.tokens, *clauses[at + 1].tokens)
    return clause.tokens


def _first_of_each(mentions: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    return list({aspect: (aspect, first, last) for aspect, first, last in reversed(mentions)}.values())[::-1]


@cache
def read_inventory() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((DATA / "aspects.toml").read_text(encoding="utf-8"))


def name_aspect(aspect: str, locale: str) -> str:
    """The inventory's name in this language; "" for an attribute of the shop."""
    entry = read_inventory().get(aspect)
    return str(entry["name_zh" if locale.startswith("zh") else "name_en"]) if entry else ""


@cache
def default_book() -> AspectBook:
    return AspectBook()


def _inventory_mentions() -> Iterator[tuple[str, str]]:
    for aspect, entry in read_inventory().items():
        for kind in ("", "implied_good_", "implied_bad_"):
            for language in _LANGUAGES:
                for word in read_entries(entry[f"{kind}{language}"]):
                    yield word, aspect


def _join_meanings(pairs: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """掉色 is of the colour and of the quality: a word has all its aspects, parted by tabs."""
    aspects: dict[str, dict[str, None]] = {}
    for word, aspect in pairs:
        aspects.setdefault(word, {})[aspect] = None
    for word, found in aspects.items():
        yield word, "\t".join(found)


def _attribute_mentions(attributes: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Names that say enough by themselves: "Fan speed", 风量; not "Type", and nothing that the inventory has."""
    known = {word for word, _ in _inventory_mentions()}
    for key, names in attributes.items():
        for name in names:
            folded = name.strip().lower()
            if folded not in known and len(folded) >= (2 if not folded.isascii() else 5):
                yield folded, key


@cache
def _opinion_book(aspect: str) -> PhraseBook:
    """The aspect's own judging words before those of words.toml; for an attribute these alone."""
    entry = read_inventory().get(aspect)
    if entry is None:
        return word_book()
    own = [
        (word, _MEANINGS[kind])
        for kind in _KINDS[1:]
        for language in _LANGUAGES
        for word in read_entries(entry[f"{kind}{language}"])
    ]
    return PhraseBook([*own, *list_words()])
