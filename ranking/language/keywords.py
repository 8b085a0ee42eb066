"""Which words carry the need, k(Q) of the seed article: weights by what a word is and how rare, and its role.

The product's noun counts most, then brand, model, attributes, other words, praise ("best", 性价比); within a kind the
rarer word counts more. Sentence glue counts nothing.
"""

from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import dataclass
from typing import Literal

from catalog.text import analyse
from ranking.contracts import Entity, Keyword, NumberNeed, Understanding
from ranking.language.pieces import Piece, blank_spans, split_pieces
from ranking.language.scopes import Scope
from ranking.language.searched_words import find_recipients
from ranking.language.word_roles import AUDIENCES, LACKS, MODIFIERS, PREPOSITIONS, RECIPIENT_SIGNS, STOP_WORDS

Part = Literal["noun", "brand", "model", "attribute", "number", "other", "modifier", "glue"]
# In the order of the need; measured on the golden queries (benchmarks/understanding_needs.py).
PART_WEIGHTS: dict[Part, float] = {
    "noun": 1.0, "brand": 0.75, "model": 0.7, "attribute": 0.5, "number": 0.45, "other": 0.4, "modifier": 0.12,
    "glue": 0.0,
}  # fmt: skip
# How much of a weight rarity may change; the rest is the kind's alone.
RARITY = 0.3
# A word in no product is as rare as can be; ln of the largest catalog.
MOST_IDF = 14.0
NICE = 0.5
MIN_ENTITY = 0.3


@dataclass(frozen=True, slots=True)
class _Unit:
    start: int
    end: int
    part: Part
    role: Literal["must", "nice", "negated"] = "must"


def weigh_keywords(
    text: str,
    *,
    entities: Sequence[Entity] = (),
    needs: Sequence[NumberNeed] = (),
    scopes: Sequence[Scope] = (),
    idf: Callable[[str], float] | None = None,
) -> tuple[Keyword, ...]:
    """Keywords in order of the text; weights of those not negated add up to 1.

    `text` is read_numbers(...).rest (ranges are blank); `entities` and `needs` have its positions. `idf` gives the
    catalog's inverse document frequency of an index term (natural logarithm) from memory.
    """
    units = _mark_noun(text, _cut_units(text, entities, needs, scopes))
    if not any(unit.part != "glue" and unit.role != "negated" for unit in units):
        units = [_Unit(u.start, u.end, "other" if u.part == "glue" else u.part, u.role) for u in units]
    weighed = [(unit, *_weigh(text, unit, idf)) for unit in units if unit.part != "glue"]
    total = sum(weight for unit, _, weight in weighed if unit.role != "negated") or 1.0
    return tuple(
        Keyword(text[unit.start : unit.end], terms, round(weight / total, 4), unit.role)
        for unit, terms, weight in weighed
    )


def known_share(keywords: Sequence[Keyword], known: Container[str]) -> float:
    """How much of the need the catalog has a word for (0..1); `known` are the terms it holds."""
    return min(
        sum(word.weight for word in keywords if word.role != "negated" and any(term in known for term in word.terms)),
        1.0,
    )


def keyword_text(understanding: Understanding) -> str:
    """What k(Q) is encoded from: the keywords a product is searched by, as written and in order.

    Without glue, wishes ("cheap"), recipients ("for my brother") and what is unwanted; the whole text where only such
    words were said, or only numbers.
    """
    searched = frozenset(understanding.terms)
    words = [
        keyword.text
        for keyword in understanding.keywords
        if keyword.role != "negated" and not searched.isdisjoint(keyword.terms)
    ]
    text = " ".join(words)
    # Signs between the same words are no reason to encode a second text.
    return text if text and _letters(text) != _letters(understanding.text) else understanding.text


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def searched_text(text: str, scopes: Sequence[Scope]) -> str:
    """The text without what is negated and the words that only wish ("preferably"); positions stay."""
    spans = [(scope.start, scope.end) for scope in scopes if scope.role == "negated"]
    for scope in scopes:
        if scope.role == "nice":
            spans += [(scope.start, scope.object_start), (scope.object_end, scope.end)]
    return blank_spans(text, spans)


def _weigh(text: str, unit: _Unit, idf: Callable[[str], float] | None) -> tuple[tuple[str, ...], float]:
    terms = tuple(dict.fromkeys(analyse(text[unit.start : unit.end])))
    rarity = max((min(idf(term), MOST_IDF) for term in terms), default=0.0) / MOST_IDF if idf else 0.5
    weight = PART_WEIGHTS[unit.part] * (1 - RARITY + RARITY * rarity)
    return terms, weight * (NICE if unit.role == "nice" else 1.0)


def _cut_units(
    text: str, entities: Sequence[Entity], needs: Sequence[NumberNeed], scopes: Sequence[Scope]
) -> list[_Unit]:
    """The text cut into numbers, entities and words; a negated part stays whole, for all of it together is refused."""
    spans: list[tuple[int, int, Part]] = [
        (scope.object_start, scope.object_end, "other") for scope in scopes if scope.role == "negated"
    ]
    spans += [(need.start, need.end, "number") for need in needs if need.target is not None and not _meets(need, spans)]
    for entity in entities:
        if entity.confidence >= MIN_ENTITY and not _meets(entity, spans):
            spans.append((entity.start, entity.end, _part_of(entity)))
    cues = [(s.start, s.object_start) for s in scopes] + [(s.object_end, s.end) for s in scopes]
    covered = [(start, end) for start, end, _ in spans] + cues
    free = [piece for piece in split_pieces(text) if not any(a < piece.end and piece.start < b for a, b in covered)]
    spans += _join_properties(text, free, find_recipients(split_pieces(text), signs=RECIPIENT_SIGNS))
    trimmed = [(*_trim(text, start, end), part) for start, end, part in spans if text[start:end].strip()]
    units = [_Unit(start, end, part, _role_of(start, end, scopes)) for start, end, part in trimmed]
    return sorted(units, key=lambda unit: unit.start)


def _meets(found: Entity | NumberNeed, spans: Sequence[tuple[int, int, Part]]) -> bool:
    return any(start < found.end and found.start < end for start, end, _ in spans)


def _join_properties(text: str, pieces: Sequence[Piece], recipients: Collection[int]) -> list[tuple[int, int, Part]]:
    """One span a word, but what states an absence is one property: "sugar free", 不|含酒精.

    `recipients` are where those stand for whom it is bought.
    """
    spans: list[tuple[int, int, Part]] = []
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        following = pieces[place + 1] if place + 1 < len(pieces) else None
        between = text[piece.end : following.start] if following else ","
        lacks = piece.text in LACKS and not between and following is not None and following.kind == "han"
        free = following is not None and following.text == "free" and between in (" ", "-")
        if following and (lacks or free):
            spans.append((piece.start, following.end, "attribute"))
            place += 2
        else:
            part: Part = "modifier" if piece.start in recipients else _part_of_word(piece)
            spans.append((piece.start, piece.end, part))
            place += 1
    return spans


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    written = text[start:end]
    return start + len(written) - len(written.lstrip()), end - len(written) + len(written.rstrip())


def _part_of(entity: Entity) -> Part:
    return "noun" if entity.kind == "category" else entity.kind


def _part_of_word(piece: Piece) -> Part:
    if piece.kind in ("number", "quantity"):
        return "number"
    if piece.text in AUDIENCES:
        return "attribute"
    if piece.text in MODIFIERS:
        return "modifier"
    if piece.text in STOP_WORDS or piece.text in PREPOSITIONS:
        return "glue"
    return "other"


def _role_of(start: int, end: int, scopes: Sequence[Scope]) -> Literal["must", "nice", "negated"]:
    return next((scope.role for scope in scopes if scope.object_start <= start and end <= scope.object_end), "must")


def _mark_noun(text: str, units: list[_Unit]) -> list[_Unit]:
    """Leaves one product noun: the last category of the part that names the product, else that part's last word.

    In both languages the noun ends its compound; "for", "with" and blanks between Chinese words end the part.
    """
    places = [place for place, unit in enumerate(units) if unit.role == "must"]
    nouns = [place for place in places if units[place].part == "noun" and not _continues(text, units, place)]
    noun = _last_before_glue(text, units, nouns) if nouns else _last_of_part(text, units, places)
    if noun is None:
        return units
    return [
        _Unit(u.start, u.end, "noun" if place == noun else "other" if u.part == "noun" else u.part, u.role)
        for place, u in enumerate(units)
    ]


def _last_before_glue(text: str, units: Sequence[_Unit], nouns: Sequence[int]) -> int:
    """Of several categories the last, but not beyond a preposition: a coffee machine "for home" is no home."""
    chosen = nouns[0]
    for place in nouns[1:]:
        if any(unit.part == "glue" and text[unit.start].isascii() for unit in units[chosen + 1 : place]):
            break
        chosen = place
    return chosen


def _continues(text: str, units: Sequence[_Unit], place: int) -> bool:
    """Whether a plain word follows directly, so that this is not the noun but tells of it ("phone case")."""
    if place + 1 == len(units) or units[place + 1].part != "other" or units[place + 1].role != "must":
        return False
    if place + 2 < len(units) and units[place + 2].part == "number":
        return False  # "running shoes size 42"
    between = text[units[place].end : units[place + 1].start]
    return between == "" or (between == " " and text[units[place + 1].start].isascii())


def _last_of_part(text: str, units: Sequence[_Unit], places: Sequence[int]) -> int | None:
    """The last plain word before a preposition, comma or (in Chinese) a blank, of the first part that has one."""
    last: int | None = None
    for place in places:
        unit = units[place]
        ends = (unit.part == "glue" and text[unit.start].isascii()) or _is_border(text, units[place - 1], unit)
        if last is not None and ends:
            break
        if unit.part in ("other", "noun"):
            last = place
    return last


def _is_border(text: str, before: _Unit, unit: _Unit) -> bool:
    between = text[before.end : unit.start]
    if "," in between or ";" in between:
        return True
    return " " in between and not text[unit.start].isascii() and not text[before.end - 1].isascii()
