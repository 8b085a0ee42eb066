"""What the search preview calls things: steps, legs, fates of rules, intents, and notes in whole sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ranking.contracts import Move

STEPS = {
    "live": _("what is live"),
    "understand": _("reading the words"),
    "retrieve": _("finding products"),
    "score": _("scoring"),
    "groups": _("blocks of products"),
    "apply_rules": _("rules"),
    "hold_blocks": _("caps on blocks of products"),
    "lay_out": _("making the page"),
    "explain": _("this explanation"),
}
LEGS = {
    "lexical": _("found by their words"),
    "dense": _("found by their meaning"),
    "browse": _("in the catalog"),
    "chosen": _("left after all filters"),
}
OUTCOMES = {
    "matched": _("holds"),
    "beaten": _("beaten by another rule"),
    "inactive": _("not in its time"),
    "held_out": _("held out"),
    "not_matched": _("does not hold"),
}
INTENTS = {
    "search": _("find products"),
    "compare": _("compare products"),
    "ask": _("ask about a product"),
    "browse": _("look around"),
    "support": _("get help"),
    "navigate": _("go to a page"),
}
LANGUAGES = {"en": _("English"), "zh": _("Chinese"), "mixed": _("Chinese and English")}
ROLES = {"must": _("needed"), "nice": _("helps"), "negated": _("not wanted")}
ENTITIES = {
    "category": _("category"),
    "brand": _("brand"),
    "attribute": _("property"),
    "model": _("model number"),
}
SOURCES = {
    "synonym": _("synonym of the shop"),
    "concept": _("built-in dictionary"),
    "spelling": _("other spelling"),
    "unit": _("other unit"),
    "rule": _("synonym of a rule"),
}
EFFECTS = {
    "pin": _("pinned"),
    "boost": _("boosted"),
    "bury": _("buried"),
    "hide": _("hidden"),
    "filter": _("kept"),
    "slot": _("in a kept place"),
    "substitute": _("stands in for a pinned product"),
    "diversify": _("held back for variety"),
    "group": _("in a block of products"),
    "cap": _("put behind by a cap"),
}
# The beginning of a note → what it means for the page, and what helps.
_NOTES = (
    ("dense leg off: no product", _("No product has been read for its meaning yet: only words match. Wait for it.")),
    (
        "dense leg off: no word",
        _("No word of the query is known in Chinese or English, so nothing is shown for its meaning alone."),
    ),
    ("dense leg off", _("Matching by meaning was off: only words match. Ask whoever runs the shop to look.")),
    ("learning to rank off", _("The learned ranking was off: the other weights rank alone.")),
    ("reranker", _("Close reading did not read all it should: what it did not read ranks by the other weights.")),
)


@dataclass(frozen=True, slots=True)
class Note:
    said: str
    detail: str


def describe_notes(notes: Sequence[str]) -> tuple[Note, ...]:
    """What was not as usual, as a sentence; the note itself goes with it for whoever mends it."""
    return tuple(
        Note(next((str(said) for start, said in _NOTES if note.startswith(start)), note), note) for note in notes
    )


def describe_move(move: Move) -> str:
    told = {
        "effect": str(EFFECTS.get(move.effect, move.effect)),
        "rule": move.rule_name,
        "position": move.position,
        "points": f"{move.points:+.3f}",
        "from": move.from_position,
        "places": f"{move.places:+g}",
    }
    if move.effect == "pin" and move.from_position is None:
        return _t("“%(rule)s”: pinned to %(position)s, the query alone does not find it") % told
    if move.effect == "pin":
        return _t("“%(rule)s”: pinned to %(position)s, by its score it would be %(from)s") % told
    if move.places:
        return _t("“%(rule)s”: %(effect)s by %(places)s places, from %(from)s to %(position)s") % told
    if move.position is not None and move.from_position is not None:
        return _t("“%(rule)s”: %(effect)s, from %(from)s to %(position)s") % told
    if move.points:
        return _t("“%(rule)s”: %(effect)s by %(points)s") % told
    return _t("“%(rule)s”: %(effect)s") % told


def name_numbers(numbers: Mapping[str, float], names: Mapping[str, "str | Promise"]) -> list[tuple[str, float]]:
    """Pairs for a table: the name people read, the number."""
    return [(str(names.get(name, name)), number) for name, number in numbers.items()]
