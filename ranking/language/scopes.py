"""Which words of a query are unwanted ("without wifi", 不要皮的), which only wished for ("preferably red", 最好红色).

What a product states about itself is neither: 无糖, 不含酒精, "sugar free" and "non-stick" are properties to be found.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from ranking.contracts import Entity
from ranking.language.lexicon import Lexicon, join_key, piece_key
from ranking.language.pieces import MAX_CHARACTERS, Piece, split_pieces
from ranking.language.word_roles import PREPOSITIONS, STOP_WORDS

Role = Literal["negated", "nice"]
MOST_WORDS = 3
MOST_SCOPES = 8
MOST_HAN = 8

_NOT_ENGLISH = re.compile(
    r"(?<![a-z0-9'-])(?:"
    r"(?:without|w/o|but no|with no|except(?: for)?|excluding|excludes?|other than|anything but|free of|minus"
    r"|avoid(?:ing)?"
    r"|(?:do not|don'?t|dont|doesn'?t|does not|no) (?:want|like|need|have)|no|not|but not|non(?=[ -]))"
    r")(?:\s+(?:a|an|the|any|in|made of|made from|of|with|have|having|contain(?:ing)?))*[\s-]+(?=[a-z0-9])"
)
_MINUS = re.compile(r"(?<!\S)-(?=[a-z])")
_NOT_CHINESE = re.compile(r"不想要|不需要|不喜欢|不要|不带|别要|没有|除了|除去|排除|去掉|不是|非(?!常|洲|凡|遗|处方)")
# Modest wishes (不要太贵) and questions (是不是, 有没有) refuse nothing.
_NOT_REFUSED = re.compile(
    r"(?:不要|不是|不想要|没有)(?:太|很|那么|这么|特别|求)|(?<=是)不是|(?<=有)没有|不要紧|不是吧|没有了"
)
# What sounds like "no" and names a property, a brand or a limit.
_NO_NEGATION = re.compile(
    r"no\.?\s*\d|no\s+(?:show|iron|slip|frost|pull|drill|sew|tie|touch|bake|chip|fade|heat|cook|fuss|name|bra|line|crease"
    r"|more|less|limit|problem)\b|not\s+(?:only|too|just|very|more|less|over|exceeding|for|sure|so|to|working|available)\b"
    r"|non[ -](?:stick|slip|skid|toxic|woven|gmo|alcoholic|fiction|profit|dairy|iron|marking|absorbent)\b"
)
_WISH_BEFORE = re.compile(
    r"(?<![a-z])(?:preferably|ideally|prefer(?:red|ring)?|would prefer|hopefully|if possible,?|bonus if|nice to have)"
    r"(?:\s+(?:a|an|the|in|with|it is|it's|is|to be))*\s+"
    r"|最好(?!的|用|看|吃|听|喝|卖|玩|穿|评|性价|\s|$)(?:是|有|带|能|要|选)*|优先考虑|尽量(?:是|要|选)?|偏好|最好是"
)
_WISH_AFTER = re.compile(
    r"\s+(?:if possible|preferred|would be (?:nice|great|a plus)|is a plus|a plus|if available|optional)(?![a-z])"
    r"|(?:优先|更好|最佳|更佳|最好)(?=\s|$|,|，)"
)
_BORDER = re.compile(r"[,;，；。!?！？|]|\s-\s")
_ENDS = frozenset({"的", "以外", "之外", "外"})
_JOINS = frozenset({"or", "and", "nor", "&", "或", "和", "与", "及"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Words with a role: the object is text[object_start:object_end]; start and end take in what gave it the role."""

    role: Role
    start: int
    end: int
    object_start: int
    object_end: int


def find_scopes(text: str, lexicon: Lexicon | None = None) -> tuple[Scope, ...]:
    """Negated and wished-for parts of a normalised text, in order and without overlap.

    A lexicon tells how far a part reaches: the longest name it starts with; and spares names that sound like "no".
    """
    text, pieces = text[:MAX_CHARACTERS], split_pieces(text)
    negated = islice(_find_negated(text, pieces, lexicon), MOST_SCOPES)
    found = [*negated, *islice(_find_wished(text, pieces, lexicon), MOST_SCOPES)]
    found.sort(key=lambda scope: (scope.start, -scope.end))
    kept: list[Scope] = []
    for scope in found:
        if not kept or scope.start >= kept[-1].end:
            kept.append(scope)
    return tuple(kept)


def split_entities(
    entities: Sequence[Entity], scopes: Sequence[Scope]
) -> tuple[tuple[Entity, ...], tuple[Entity, ...]]:
    """The entities that are wanted, and those inside a negated part."""
    refused = [(scope.start, scope.end) for scope in scopes if scope.role == "negated"]
    unwanted = tuple(entity for entity in entities if any(a <= entity.start and entity.end <= b for a, b in refused))
    return tuple(entity for entity in entities if entity not in unwanted), unwanted


def _find_negated(text: str, pieces: Sequence[Piece], lexicon: Lexicon | None) -> Iterator[Scope]:
    for match in _NOT_ENGLISH.finditer(text):
        if _NO_NEGATION.match(text, match.start()) or _is_name(text, match.start(), match.end(), pieces, lexicon):
            continue
        if match[0].startswith("non") and not _known_length(pieces, match.end(), lexicon):
            continue
        yield from _objects(text, pieces, (match.start(), match.end()), "negated", lexicon)
    for match in _MINUS.finditer(text):
        yield from _objects(text, pieces, (match.start(), match.end()), "negated", lexicon, one=True)
    for match in _NOT_CHINESE.finditer(text):
        if _NOT_REFUSED.match(text, match.start()):
            continue
        if match[0] == "非" and not any(piece.text == "非" and piece.start == match.start() for piece in pieces):
            continue
        yield from _objects(text, pieces, (match.start(), match.end()), "negated", lexicon)


def _find_wished(text: str, pieces: Sequence[Piece], lexicon: Lexicon | None) -> Iterator[Scope]:
    for match in _WISH_BEFORE.finditer(text):
        yield from _objects(text, pieces, (match.start(), match.end()), "nice", lexicon)
    for match in _WISH_AFTER.finditer(text):
        before = [border.end() for border in _BORDER.finditer(text, 0, match.start())]
        start = before[-1] if before else 0
        words = [piece for piece in pieces if start <= piece.start and piece.end <= match.start()]
        wished = _last_words(words) if before else _last_name(words, lexicon)
        if wished:
            yield Scope("nice", wished[0].start, match.end(), wished[0].start, wished[-1].end)


def _last_name(words: Sequence[Piece], lexicon: Lexicon | None) -> Sequence[Piece]:
    """Without a comma only the last word, or the name it ends, is wished for ("desk lamp dimmable preferred")."""
    for count in range(min(MOST_WORDS, len(words)), 1, -1):
        if _known_length(words[-count:], words[-count].start, lexicon) == count:
            return words[-count:]
    return words[-1:]


def _last_words(words: Sequence[Piece]) -> list[Piece]:
    """What stands before "if possible": back to a preposition or a blank in Chinese, three words at most."""
    kept: list[Piece] = []
    for piece in reversed(words):
        gap = bool(kept) and piece.kind == "han" and piece.end < kept[-1].start
        if gap or piece.text in PREPOSITIONS or len(kept) == MOST_WORDS:
            break
        kept.append(piece)
    return kept[::-1]


def _objects(
    text: str,
    pieces: Sequence[Piece],
    cue: tuple[int, int],
    role: Role,
    lexicon: Lexicon | None,
    *,
    one: bool = False,
) -> Iterator[Scope]:
    """The object after the cue, and those joined to it by "or", "and", 和."""
    start, at = cue
    pieces = _cut_at(pieces, at)
    place = next((i for i, piece in enumerate(pieces) if piece.start >= at), len(pieces))
    while place < len(pieces):
        length = 1 if one else _object_length(text, pieces, place, start, lexicon)
        if not length:
            return
        last = pieces[place + length - 1]
        yield Scope(role, start, _past_particle(text, last.end), pieces[place].start, last.end)
        place += length
        if one or place + 1 >= len(pieces) or pieces[place].text not in _JOINS:
            return
        start, place = last.end, place + 1


def _cut_at(pieces: Sequence[Piece], at: int) -> Sequence[Piece]:
    """The segmenter may have joined the cue's last character to the object (不|带线): cut it there."""
    place = next((i for i, piece in enumerate(pieces) if piece.start < at < piece.end), None)
    if place is None:
        return pieces
    piece = pieces[place]
    rest = piece.text[at - piece.start :]
    return (*pieces[:place], Piece(rest, at, piece.end, (rest,), piece.kind), *pieces[place + 1 :])


_PARTICLE = re.compile(r"的|以外的?|之外的?")


def _past_particle(text: str, end: int) -> int:
    match = _PARTICLE.match(text, end)
    return match.end() if match else end


def _object_length(text: str, pieces: Sequence[Piece], place: int, cue: int, lexicon: Lexicon | None) -> int:
    """How many pieces the object has: up to 的, a border or a preposition; before the product's noun only one name.

    "not leather sofa" refuses leather: nothing stands before the cue, so the noun must still come. "laptop without dvd
    drive" has its noun, so all that follows is refused.
    """
    reach = _reach(text, pieces, place)
    if not reach:
        return 0
    known = _known_length(pieces, pieces[place].start, lexicon)
    particle = text[pieces[place + reach - 1].end :][:1] == "的"
    if particle:
        return reach
    has_noun = any(piece.end <= cue and piece.text not in STOP_WORDS for piece in pieces)
    if has_noun:
        return reach if not known or reach <= MOST_WORDS else max(known, 1)
    return max(known, 1) if reach > 1 else reach


def _reach(text: str, pieces: Sequence[Piece], place: int) -> int:
    """Pieces until the part certainly ends."""
    first = pieces[place]
    count = 0
    for piece in pieces[place:]:
        between = text[pieces[place + count - 1].end : piece.start] if count else ""
        if _BORDER.search(between) or piece.text in _JOINS or piece.text in _ENDS or piece.text in PREPOSITIONS:
            break
        if count and piece.kind in ("number", "quantity"):
            break
        if count and first.kind == "han" and (between or piece.end - first.start > MOST_HAN):
            break
        if count == MOST_WORDS and first.kind != "han":
            break
        count += 1
    return count


def _known_length(pieces: Sequence[Piece], at: int, lexicon: Lexicon | None) -> int:
    """Pieces of the longest name of the catalog that starts here; 0 when none does."""
    place = next((i for i, piece in enumerate(pieces) if piece.start >= at), len(pieces))
    best = 0
    for count in range(1, min(MOST_WORDS + 2, len(pieces) - place + 1)):
        key = join_key([piece_key(piece) for piece in pieces[place : place + count]])
        if lexicon is not None and any(entry.kind != "number" for entry in lexicon.find(key)):
            best = count
    return best


def _is_name(text: str, start: int, end: int, pieces: Sequence[Piece], lexicon: Lexicon | None) -> bool:
    """Whether "no" belongs to a name of the catalog ("No added sugar")."""
    if lexicon is None:
        return False
    place = next((i for i, piece in enumerate(pieces) if piece.start >= start), len(pieces))
    words = sum(start <= piece.start < end for piece in pieces)
    return _known_length(pieces, start, lexicon) > words and place < len(pieces)
