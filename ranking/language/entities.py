"""Which words of a query name a brand, a category, an attribute value or a model, and how surely.

Longest match over the lexicon: of all spans that are names, those that explain the most characters are kept. A name
with several meanings ("orange": a brand, a colour) keeps them all, each as sure as the catalog often means it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from catalog.units import quantity_token
from ranking.contracts import Entity, NumberNeed
from ranking.language.lexicon import Entry, Lexicon, join_key, piece_key, telling_parts
from ranking.language.model_numbers import find_models
from ranking.language.pieces import Piece, split_pieces
from ranking.language.word_roles import PREPOSITIONS, STOP_WORDS

DocumentFrequency = Callable[[str], int]

MAX_ATOMS = 10
MIN_CONFIDENCE = 0.1
_WORTH_A_LOOK = 0.01
MOST_MEANINGS = 3
# How often a name of this kind means what it says, before anything is known of the words around it.
_PRIOR = {"brand": 0.95, "category": 0.9, "attribute": 0.85}
# A word that many products hold without being of that brand or value is an everyday word more than a name.
_NAMESAKE = {"brand": 0.05, "category": 0.05, "attribute": 0.2}
_ALIAS, _MODIFIER, _SHORT, _QUANTITY = 0.8, 0.5, 0.7, 0.6
_NAMED = 5.0


@dataclass(frozen=True, slots=True)
class _Atom:
    """A stretch between two places where a word may begin or end; `key` is its part of a lexicon key."""

    start: int
    end: int
    key: str
    piece: int


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    end: int
    entities: tuple[Entity, ...]

    @property
    def worth(self) -> float:
        """Characters explained, times how surely (in any meaning); a little less for what is cut into more matches."""
        return (self.end - self.start) * min(sum(entity.confidence for entity in self.entities), 1.0) - 0.1


def find_entities(
    text: str,
    lexicon: Lexicon,
    *,
    needs: Sequence[NumberNeed] = (),
    document_frequency: DocumentFrequency | None = None,
) -> tuple[Entity, ...]:
    """Entities of a normalised text in order, the surest meaning of a span first.

    `needs` are its numbers: a quantity that is the value of a text attribute ("512 GB") is found in any unit.
    `document_frequency` gives the products holding an index term, as a mapping in memory would: it is asked for every
    word that is a name, so it must not go to the database. Confidences are 0..1 but not calibrated probabilities.
    """
    pieces = split_pieces(text)
    models = find_models(pieces, document_count=lexicon.document_count, document_frequency=document_frequency)
    matches = [_Match(model.start, model.end, (model,)) for model in models]
    for first, last, entries in _find_names(_cut_atoms(pieces), lexicon):
        counted = _count_meanings(entries, pieces, lexicon)
        entities = _judge(text, pieces, (first, last), counted, document_frequency)
        if entities:
            matches.append(_Match(first.start, last.end, entities))
    matches += _find_quantities(text, needs, lexicon)
    chosen = _choose(matches)
    heads = [not _modifies(pieces, match, chosen[place + 1 :]) for place, match in enumerate(chosen)]
    named = any(head and match.entities[0].kind == "category" for head, match in zip(heads, chosen, strict=True))
    return tuple(
        entity
        for head, match in zip(heads, chosen, strict=True)
        for entity in _consider_place(match.entities, head=head, named=named)[:MOST_MEANINGS]
        if entity.confidence >= MIN_CONFIDENCE
    )


def _find_quantities(text: str, needs: Sequence[NumberNeed], lexicon: Lexicon) -> Iterator[_Match]:
    for need in needs:
        if need.target is None or need.dimension == "price":
            continue
        entries = [entry for entry in lexicon.find(quantity_token(need.target, need.unit)) if entry.kind == "attribute"]
        total = sum(entry.count + 1 for entry in entries)
        entities = [
            Entity("attribute", entry.field, entry.key, text[need.start : need.end], confidence, need.start, need.end)
            for entry in entries
            if (confidence := round(_QUANTITY * (entry.count + 1) / total, 4)) >= MIN_CONFIDENCE
        ]
        if entities:
            yield _Match(need.start, need.end, _sort(entities))


def _cut_atoms(pieces: Sequence[Piece]) -> list[_Atom]:
    atoms = []
    for place, piece in enumerate(pieces):
        if piece.kind != "han":
            atoms.append(_Atom(piece.start, piece.end, piece_key(piece), place))
            continue
        inside = piece.inner
        if not inside and len(piece.text) > 2:
            inside = tuple(range(piece.start + 1, piece.end))  # a word the segmenter guessed (敏感|肌洁面), perhaps
        borders = (piece.start, *inside, piece.end)
        for start, end in zip(borders, borders[1:], strict=False):
            atoms.append(_Atom(start, end, piece.text[start - piece.start : end - piece.start], place))
    return atoms


def _find_names(atoms: Sequence[_Atom], lexicon: Lexicon) -> Iterator[tuple[_Atom, _Atom, tuple[Entry, ...]]]:
    """Every span of atoms that the lexicon has, with what it may mean."""
    for first in range(len(atoms)):
        parts: list[str] = []
        for last in range(first, min(first + MAX_ATOMS, len(atoms))):
            parts.append(atoms[last].key)
            glued = last > first and atoms[last].start == atoms[last - 1].end
            if glued and atoms[last].piece == atoms[last - 1].piece:
                parts[-2:] = [parts[-2] + parts[-1]]
            entries = tuple(entry for entry in lexicon.find(join_key(parts)) if entry.kind != "number")
            if entries:
                yield atoms[first], atoms[last], entries


def _judge(
    text: str,
    pieces: Sequence[Piece],
    span: tuple[_Atom, _Atom],
    counted: Sequence[tuple[Entry, float]],
    document_frequency: DocumentFrequency | None,
) -> tuple[Entity, ...]:
    first, last = span
    name = text[first.start : last.end]
    if name in STOP_WORDS and len(pieces) > 1:
        return ()
    if len(name) == 1 and (first.start > pieces[first.piece].start or last.end < pieces[last.piece].end):
        return ()
    total = sum(count for _, count in counted)
    certainty = _SHORT if len(name) == 1 or _cuts_a_word(pieces, span) else 1.0
    holding = _holding(pieces[first.piece], document_frequency) if first.piece == last.piece else 0
    judged = []
    for entry, count in counted:
        confidence = _PRIOR[entry.kind] * certainty * count / total * (_ALIAS if entry.alias else 1.0)
        confidence *= total / (total + _NAMESAKE[entry.kind] * max(holding - total, 0))
        if confidence >= _WORTH_A_LOOK:
            kind: Literal["brand", "category", "attribute"] = entry.kind  # type: ignore[assignment]
            judged.append(Entity(kind, entry.field, entry.key, name, round(confidence, 4), first.start, last.end))
    judged.sort(key=lambda entity: -entity.confidence)
    return tuple(judged)


def _cuts_a_word(pieces: Sequence[Piece], span: tuple[_Atom, _Atom]) -> bool:
    """Whether the span ends inside a Chinese word: 手机 of 智能手机 begins inside, which is common; ending is not."""
    return span[1].end != pieces[span[1].piece].end


def _count_meanings(entries: Sequence[Entry], pieces: Sequence[Piece], lexicon: Lexicon) -> list[tuple[Entry, float]]:
    """How often the catalog means each; an attribute named in the query counts more ("oily hair": hair type)."""
    if len(entries) == 1:
        return [(entries[0], entries[0].count + 1.0)]
    words = {term for piece in pieces for term in piece.terms}
    counted = []
    for entry in entries:
        node = lexicon.vocabulary.attributes.get(entry.field) if entry.kind == "attribute" else None
        named = node is not None and not words.isdisjoint(telling_parts(node.name_en, node.name_zh))
        counted.append((entry, (entry.count + 1.0) * (_NAMED if named else 1.0)))
    return counted


def _holding(piece: Piece, document_frequency: DocumentFrequency | None) -> int:
    """Products that hold the word anywhere; 0 when nobody counted."""
    if document_frequency is None or not piece.terms:
        return 0
    return document_frequency(piece.terms[-1] if piece.kind == "han" else piece.terms[0])


def _modifies(pieces: Sequence[Piece], match: _Match, later: Sequence[_Match]) -> bool:
    """Whether another noun follows directly: the head of a compound is its last word ("phone case", 手机壳)."""
    following = next((piece for piece in pieces if piece.end > match.end), None)
    if following is None or following.kind in ("quantity", "number") or following.text in STOP_WORDS | PREPOSITIONS:
        return False
    if following.start > match.end + 1:  # a range stood between
        return False
    if following.kind == "han" and following.start > match.end:
        return False
    named = next((other for other in later if other.start <= following.start < other.end), None)
    return named is None or named.entities[0].kind == "category"


def _consider_place(entities: tuple[Entity, ...], *, head: bool, named: bool) -> tuple[Entity, ...]:
    """A category before another noun is less sure. Where nothing else names the product, a head that may be a category
    is one ("fragrance free cream"), and one that is none is more likely the product than a property (蓝牙耳机).
    """
    if not head:
        return _sort(_scale(entity, _MODIFIER) if entity.kind == "category" else entity for entity in entities)
    if named:
        return entities
    category = next((entity for entity in entities if entity.kind == "category"), None)
    if category is None:
        return _sort(_scale(entity, _MODIFIER) if entity.kind == "attribute" else entity for entity in entities)
    best = entities[0].confidence
    return _sort(
        replace(entity, confidence=best) if entity is category else _scale(entity, _MODIFIER) for entity in entities
    )


def _scale(entity: Entity, factor: float) -> Entity:
    return replace(entity, confidence=round(entity.confidence * factor, 4))


def _sort(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    return tuple(sorted(entities, key=lambda entity: -entity.confidence))


def _choose(matches: Sequence[_Match]) -> list[_Match]:
    """The spans without overlap that are worth most together (weighted interval scheduling), in order."""
    ordered = sorted(matches, key=lambda match: (match.end, match.start))
    best: list[tuple[float, int, bool]] = [(0.0, 0, False)]  # worth so far, how many of `ordered` remain, taken
    for place, match in enumerate(ordered):
        before = place
        while before and ordered[before - 1].end > match.start:
            before -= 1
        taken = best[before][0] + match.worth
        skipped = best[place][0]
        best.append((taken, before, True) if taken > skipped else (skipped, place, False))
    chosen, place = [], len(ordered)
    while place:
        _, remaining, taken_ = best[place]
        if taken_:
            chosen.append(ordered[place - 1])
        place = remaining
    return chosen[::-1]
