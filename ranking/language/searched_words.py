"""Which words a product must hold: the query without sentence glue, praise and whom it is bought for.

"can you recommend me the best laptop for my brother please" asks products for "laptop" alone: every other word that had
to be found would push laptops down, for the lexical leg multiplies by the share of the words a product holds.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

import rjieba  # its lexicon only: words are cut by catalog.text

from ranking.contracts import Entity, NumberNeed
from ranking.language.phrase_table import PhraseTable
from ranking.language.pieces import Piece, blank_spans, split_pieces
from ranking.language.word_roles import (
    NAMING,
    PREPOSITIONS,
    RECIPIENT_OWNERS,
    RECIPIENT_SIGNS,
    RECIPIENTS,
    STOP_WORDS,
    WISHES,
)
from ranking.language.words import Dictionary

# A name of the catalog as sure as this is no glue ("please" where a brand is called so).
SURE_NAME = 0.5
# Titles have glue beside a word as part of a name when this share of the rarer stands so: "id card", "trash can".
COMPOUND_SHARE = 0.15
LEAST_TOGETHER = 2
_CONTENT, _WISH, _GLUE = 0, 1, 2
_Tables = Sequence[PhraseTable[Any]]


def choose_words(
    text: str,
    *,
    entities: Sequence[Entity] = (),
    needs: Sequence[NumberNeed] = (),
    tables: _Tables = (),
    dictionary: Dictionary | None = None,
) -> str:
    """`text` (ranking.language.keywords.searched_text) with what no product must hold as blanks; positions stay.

    Glue that is part of a name stays: of the catalog (`entities`), of a synonym or concept (`tables`), of titles
    (`dictionary`). Where nothing else is left, wishes are searched, and else everything; a range (`needs`) is enough.
    """
    pieces = split_pieces(text)
    levels = grade_pieces(pieces, entities=entities, tables=tables, dictionary=dictionary)
    ranged = any(need.target is None for need in needs)
    least = _CONTENT if ranged else min(levels, default=_CONTENT)
    dropped = [(piece.start, piece.end) for piece, level in zip(pieces, levels, strict=True) if level > least]
    bought = [(piece.start, piece.start + 1) for piece in pieces if _starts_with_buy(piece)]
    return blank_spans(text, [*dropped, *bought])


def grade_pieces(
    pieces: Sequence[Piece], *, entities: Sequence[Entity], tables: _Tables, dictionary: Dictionary | None
) -> list[int]:
    """0 for what a product must hold, 1 for wishes and recipients, 2 for glue."""
    recipients = find_recipients(pieces, signs=RECIPIENT_SIGNS)
    levels = [_grade(piece.text, is_recipient=piece.start in recipients) for piece in pieces]
    named = _named_places(pieces, levels, entities) | _phrase_places(pieces, levels, tables)
    for place in named | _compound_places(pieces, levels, dictionary):
        levels[place] = _CONTENT
    return levels


def _grade(word: str, *, is_recipient: bool) -> int:
    if word in NAMING:
        return _CONTENT
    if word in WISHES or is_recipient:
        return _WISH
    return _GLUE if word in STOP_WORDS or word in PREPOSITIONS else _CONTENT


def find_recipients(pieces: Sequence[Piece], *, signs: Collection[str] = ()) -> frozenset[int]:
    """Where a person stands for whom it is bought ("for my brother", 给爸爸); "mom jeans" are jeans of a kind."""
    before_them = RECIPIENT_OWNERS.union(signs)
    return frozenset(
        after.start
        for before, after in pairwise(pieces)
        if after.text.removesuffix("'s") in RECIPIENTS and before.text in before_them
    )


def leave_out_recipients(entities: Sequence[Entity], text: str) -> tuple[Entity, ...]:
    """`entities` without those whose words are a person ("my brother" is no printer's brand)."""
    people = find_recipients(split_pieces(text))
    return tuple(entity for entity in entities if entity.start not in people or entity.start == entity.end)


def _named_places(pieces: Sequence[Piece], levels: Sequence[int], entities: Sequence[Entity]) -> set[int]:
    sure = [entity for entity in entities if entity.confidence >= SURE_NAME]
    return {
        place
        for place, piece in enumerate(pieces)
        if levels[place] and any(entity.start <= piece.start and piece.end <= entity.end for entity in sure)
    }


def _phrase_places(pieces: Sequence[Piece], levels: Sequence[int], tables: _Tables) -> set[int]:
    """Glue inside a phrase of several pieces that somebody gave a meaning ("all in one printer")."""
    owners = [place for place, piece in enumerate(pieces) for _ in piece.terms]
    terms = [term for piece in pieces for term in piece.terms]
    found: set[int] = set()
    for table in tables:
        for match in table.find(terms):
            inside = set(owners[match.start : match.end])
            if len(inside) > 1 and any(levels[place] == _CONTENT for place in inside):
                found |= inside
    return found


def _compound_places(pieces: Sequence[Piece], levels: Sequence[int], dictionary: Dictionary | None) -> set[int]:
    if dictionary is None:
        return set()
    return {
        place if levels[place] else place + 1
        for place, (first, second) in enumerate(pairwise(pieces))
        if (levels[place] == _CONTENT) != (levels[place + 1] == _CONTENT)
        and second.start - first.end == 1
        and _stand_together(first.text, second.text, dictionary)
    }


def _stand_together(first: str, second: str, dictionary: Dictionary) -> bool:
    together = dictionary.pair_count(first, second)
    rarer = min(dictionary.count(first), dictionary.count(second))
    return together >= max(LEAST_TOGETHER, COMPOUND_SHARE * rarer)


def _starts_with_buy(piece: Piece) -> bool:
    """The segmenter's lexicon has 买手机 as one word."""
    return piece.kind == "han" and len(piece.text) > 2 and piece.text[0] == "买" and rjieba.has_word(piece.text[1:])
