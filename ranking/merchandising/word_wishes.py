"""What rules say of words: which others are looked for besides, and which are not; the stronger rule's word counts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from catalog.text import analyse, normalise
from ranking.contracts import RuleOutcome
from ranking.language.phrase_table import Terms
from ranking.language.word_rules import NO_WORD_RULES, WordRules, build_word_rules
from ranking.merchandising.match import Effect
from ranking.merchandising.word_actions import ReplaceAction, SynonymAction, UnassociateAction

# Stands for every other word.
ANY: Terms = ()


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing an action says: of who types `word`, that `other` counts `weight` (0: not looked for), or what stands
    in its place (`instead`, with `other` ANY).
    """

    word: Terms
    other: Terms
    label: str  # the word as it is written, and `text` the other
    text: str = ""
    weight: float = 0.0
    instead: str | None = None

    @property
    def subject(self) -> tuple[Terms, bool]:
        """What it is about: sayings about different subjects never contradict each other."""
        return self.word, self.instead is None

    @property
    def keeps_alone(self) -> bool:
        return self.other == ANY and self.instead is None

    def contradicts(self, other: "Saying") -> bool:
        """Whether both, of one subject, cannot be had: a word that is looked for alone has no synonym."""
        if self.instead is not None:
            return self.instead != other.instead
        if self.other == other.other:
            return self.weight != other.weight
        alone = ANY in (self.other, other.other)
        return alone and bool(self.weight or other.weight)


@lru_cache(maxsize=4096)
def list_sayings(action: object) -> tuple[Saying, ...]:
    """What an action says of words; nothing for actions that are not about words."""
    match action:
        case SynonymAction(words=words, alternatives=others, weight=weight):
            back = () if action.one_way else _pair(others, words, weight)
            return (*_pair(words, others, weight), *back)
        case UnassociateAction(words=words, others=others):
            return _pair(words, others, 0) if others else tuple(Saying(_read(word), ANY, word) for word in words)
        case ReplaceAction(words=words, by=by):
            return tuple(Saying((_even(word),), ANY, word, instead=_even(by)) for word in words)
    return ()


def list_word_clashes(one: object, two: object) -> Iterator[str]:
    """Each word about which two actions say what cannot both be."""
    others = _by_subject(list_sayings(two))
    for saying in list_sayings(one):
        if any(saying.contradicts(other) for other in others.get(saying.subject, ())):
            yield saying.label


def _by_subject(sayings: Iterable[Saying]) -> dict[tuple[Terms, bool], list[Saying]]:
    found: dict[tuple[Terms, bool], list[Saying]] = {}
    for saying in sayings:
        found.setdefault(saying.subject, []).append(saying)
    return found


def _pair(words: Sequence[str], others: Sequence[str], weight: float) -> tuple[Saying, ...]:
    read = {phrase: _read(phrase) for phrase in (*words, *others)}
    return tuple(Saying(read[word], read[other], word, other, weight) for word in words for other in others)


def _read(phrase: str) -> Terms:
    return tuple(analyse(phrase))


def _even(phrase: str) -> str:
    return " ".join(normalise(phrase).split())


def resolve_words(effects: Sequence[Effect]) -> tuple[WordRules, list[RuleOutcome]]:
    """The effects are in order of precedence: what a stronger rule says of a word counts."""
    kept: dict[tuple[Terms, bool], list[tuple[Effect, Saying]]] = {}
    outcomes: dict[tuple[str, str], RuleOutcome] = {}
    for effect in effects:
        for saying in list_sayings(effect.action):
            said = kept.setdefault(saying.subject, [])
            stronger = (other for other, old in said if other.rule.id != effect.rule.id and old.contradicts(saying))
            winner = next(stronger, None)
            # Who keeps a word alone loses no more than what the stronger rule joins it to.
            if winner is None or saying.keeps_alone:
                said.append((effect, saying))
            if winner is None:
                continue
            reason = _("“%(rule)s” says otherwise about “%(word)s”.")
            told = reason % {"rule": winner.rule.name, "word": saying.label}
            lost = RuleOutcome(effect.rule.id, effect.rule.name, "beaten", told, winner.rule.id)
            outcomes.setdefault((effect.rule.id, winner.rule.id), lost)
    sayings = [saying for said in kept.values() for _effect, saying in said if saying.instead is None]
    return _build(sayings), list(outcomes.values())


def _build(sayings: Sequence[Saying]) -> WordRules:
    if not sayings:
        return NO_WORD_RULES
    pairs: dict[tuple[Terms, Terms], tuple[str, float]] = {}
    for saying in sayings:
        if saying.weight:
            pairs.setdefault((saying.word, saying.other), (saying.text, saying.weight))
    apart = {(saying.word, saying.other) for saying in sayings if not (saying.weight or saying.keeps_alone)}
    alone = {saying.word for saying in sayings if saying.keeps_alone}
    return build_word_rules(pairs, apart=apart - pairs.keys(), alone=alone)
