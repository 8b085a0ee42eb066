"""Cuts a review into clauses that each say one thing, with the places where they stand; Chinese and English alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from catalog.opinions.lexicon import PhraseBook, Token, find_opinions, read_entries, read_words, word_book

_SENTENCE_ENDS = frozenset(".。!！?？…")
_CLAUSE_ENDS = _SENTENCE_ENDS | frozenset(",，、;；:：()（）～~|/")


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens of one clause without the marks around it; `ends_sentence` when the next clause begins a new one."""

    tokens: tuple[Token, ...]
    ends_sentence: bool

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


def split_clauses(text: str, tokens: Sequence[Token]) -> list[Clause]:
    """The clauses of a text in order. `tokens` are the text's own, and places count in the text as it is written.

    A mark ends a clause, a contrast ("but", 不过) begins one, and "and" / 而且 parts two that both judge.
    """
    words = [token.text for token in tokens]
    begins = {first for meaning, first, _ in word_book().scan(words) if meaning == "contrasts"}
    clauses: list[Clause] = []
    current: list[Token] = []
    for at, token in enumerate(tokens):
        gap = text[tokens[at - 1].end : token.start] if at else ""
        # Between Chinese characters a blank is what others write a comma for.
        at_gap = "\n" in gap or (bool(gap) and token.kind == tokens[at - 1].kind == "zh")
        if current and (at in begins or at_gap):
            clauses += _part_at_joints(current, ends_sentence="\n" in gap)
            current = []
        if token.text not in _CLAUSE_ENDS:
            current.append(token)
        elif current:
            clauses += _part_at_joints(current, ends_sentence=token.text in _SENTENCE_ENDS)
            current = []
    return clauses + _part_at_joints(current, ends_sentence=True)


def _part_at_joints(tokens: Sequence[Token], *, ends_sentence: bool) -> list[Clause]:
    if not tokens:
        return []
    opinions = find_opinions(tokens)
    for _, first, last in _joints().scan([token.text for token in tokens]):
        before = any(opinion.last <= first for opinion in opinions)
        after = any(opinion.first >= last for opinion in opinions)
        inside = any(opinion.first < last and first < opinion.last for opinion in opinions)
        if before and after and not inside:
            rest = _part_at_joints(tokens[last:], ends_sentence=ends_sentence)
            return [Clause(tuple(tokens[:first]), False), *rest]
    return [Clause(tuple(tokens), ends_sentence)]


@cache
def _joints() -> PhraseBook:
    lists = read_words()
    return PhraseBook((entry, "joint") for name in ("zh", "en") for entry in read_entries(lists[name]["joints"]))
