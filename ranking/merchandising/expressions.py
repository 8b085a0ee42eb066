"""What a merchandiser writes as one line: `smartphone AND NOT (case OR 保护壳)`, read into a small tree.

    laptop gaming          both words, in any order (AND may be left out)
    "gaming laptop"        these words side by side
    phone*                 a word that begins so
    ^"red dress"   case$   at the very beginning, at the very end
    手机 与 非 (壳 或 膜)     the same signs in Chinese; （） “” ＊ of any width

Operators stand apart, in capitals. NOT binds closest, then AND, then OR.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from django.utils.translation import gettext as _

from catalog.text import HAN

MAX_LENGTH = 1000
MAX_DEPTH = 10
MAX_PHRASES = 100
SHORTEST_BEGINNING = 2
SHOWN = 12
_SIGNS = str.maketrans("（）“”„「」『』＂＊＾＄　", '()"""""""' + '"*^$ ')
_OPERATORS = {
    "AND": "and", "与": "and", "且": "and", "和": "and", "并且": "and", "OR": "or", "或": "or", "或者": "or",
    "NOT": "not", "非": "not", "不含": "not",
}  # fmt: skip
_PLACES: dict[tuple[bool, bool], Literal["contains", "starts", "ends", "is"]] = {
    (False, False): "contains", (True, False): "starts", (False, True): "ends", (True, True): "is",
}  # fmt: skip
_TOKEN = re.compile(r'\s*(?:(?P<sign>[()])|(?P<phrase>\^?"[^"]*"[*$]?)|(?P<open>\^?")|(?P<word>[^\s()"]+))')
_SPECIAL = re.compile(r'[\s()"^$*]')
_SMALL = ("and", "or", "not")
_GLUED = re.compile(f"[{HAN}]或[{HAN}]")
Expression: TypeAlias = "Phrase | Not | AllOf | AnyOf"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words side by side; `match` says where: anywhere, at an end, alone, or (`prefix`) as a word's first letters."""

    text: str
    match: Literal["contains", "starts", "ends", "is", "prefix"] = "contains"


@dataclass(frozen=True, slots=True)
class Not:
    part: Expression


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Expression, ...]


class ExpressionError(ValueError):
    """What is wrong, where (`position` counts characters from 1), and what to write instead."""

    def __init__(self, text: str, at: int, problem: str) -> None:
        near = text[at : at + SHOWN].strip()
        place = _("at character %(position)d, “%(near)s”") if near else _("at the end")
        details = {"place": place % {"position": at + 1, "near": near} if near else place, "problem": problem}
        super().__init__(_("%(problem)s (%(place)s)") % details)
        self.position = at + 1
        self.problem = problem


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # and | or | not | ( | ) | phrase | word | end
    text: str
    at: int


def parse_expression(text: str) -> Expression:
    """The tree, or ExpressionError with the position and the remedy."""
    if len(text) > MAX_LENGTH:
        problem = _("The expression is too long: at most %d characters. Make two rules of it.") % MAX_LENGTH
        raise ExpressionError(text, MAX_LENGTH, problem)
    return _Parser(text).parse()


def write_expression(tree: Expression) -> str:
    """The expression as it is understood, with every sign and bracket that was left to the reader."""
    if isinstance(tree, Phrase):
        words = tree.text if _is_plain(tree.text) else f'"{tree.text}"'
        before = "^" if tree.match in ("starts", "is") else ""
        return before + words + {"prefix": "*", "ends": "$", "is": "$"}.get(tree.match, "")
    if isinstance(tree, Not):
        inner = write_expression(tree.part)
        return f"NOT {inner}" if isinstance(tree.part, Phrase) else f"NOT ({inner})"
    parts = [
        f"({write_expression(part)})" if isinstance(part, AllOf | AnyOf) else write_expression(part)
        for part in tree.parts
    ]
    return (" AND " if isinstance(tree, AllOf) else " OR ").join(parts)


def _is_plain(words: str) -> bool:
    """Whether they need no quotation marks."""
    return not (_SPECIAL.search(words) or _GLUED.search(words) or words in _OPERATORS or words.lower() in _SMALL)


def _cut(text: str) -> Iterator[_Token]:
    evened = text.translate(_SIGNS)
    at = 0
    while match := _TOKEN.match(evened, at):
        kind = str(match.lastgroup)
        start, at = match.start(kind), match.end()
        token = match[kind]
        if kind == "open":
            problem = _("The quotation mark is never closed: put one behind the last word that belongs to it.")
            raise ExpressionError(text, start, problem)
        if kind == "word":
            kind = _OPERATORS.get(token, kind)
            _check_word(text, token, start)
        yield _Token(token if kind == "sign" else kind, token, start)
    yield _Token("end", "", len(text.rstrip()))


def _check_word(text: str, word: str, at: int) -> None:
    if word.lower() in _SMALL and word not in _OPERATORS:
        problem = _("Write %(sign)s in capitals, or put the words in quotation marks if “%(word)s” belongs to them.")
        raise ExpressionError(text, at, problem % {"sign": word.upper(), "word": word})
    if _GLUED.search(word):
        problem = _("Put blanks around 或, or the words in quotation marks if it belongs to them.")
        raise ExpressionError(text, at + word.index("或"), problem)


class _Parser:
    """Recursive descent: any_of := all_of (OR all_of)* · all_of := part ((AND)? part)* · part := NOT part | (any_of) |
    words.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_cut(text))
        self._next = 0
        self._depth = 0
        self._phrases = 0

    def parse(self) -> Expression:
        if self._peek().kind == "end":
            raise self._refuse(self._peek(), _("Write what the query must say, for example: phone AND NOT case."))
        tree = self._any_of()
        if self._peek().kind == ")":
            raise self._refuse(self._peek(), _("This bracket was never opened: take it away, or open one before."))
        return tree

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _refuse(self, token: _Token, problem: str) -> ExpressionError:
        return ExpressionError(self._text, token.at, problem)

    def _any_of(self) -> Expression:
        parts = [self._all_of()]
        while self._peek().kind == "or":
            self._take()
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all_of(self) -> Expression:
        parts = [self._part()]
        while self._peek().kind in ("and", "not", "(", "phrase", "word"):
            if self._peek().kind == "and":
                self._take()
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _part(self) -> Expression:
        token = self._take()
        if token.kind in ("phrase", "word"):
            return self._phrase(token)
        if token.kind not in ("not", "("):
            raise self._refuse(token, self._say_missing(token))
        self._depth += 1
        if self._depth > MAX_DEPTH:
            problem = _("Too deeply nested: at most %d brackets inside each other.") % MAX_DEPTH
            raise self._refuse(token, problem)
        if token.kind == "not":
            part = self._part()
            self._depth -= 1
            return part.part if isinstance(part, Not) else Not(part)
        inner = self._any_of()
        if self._take().kind != ")":
            raise self._refuse(token, _("This bracket is never closed: put “)” where it ends."))
        self._depth -= 1
        return inner

    def _say_missing(self, token: _Token) -> str:
        before = self._tokens[self._next - 2].text if self._next > 1 else ""
        if before and before != ")":
            return _("Words are missing behind %s: write them, or take it away.") % f"“{before}”"
        return _("Words are missing before %s: write them, or take it away.") % f"“{token.text}”"

    def _phrase(self, token: _Token) -> Phrase:
        self._phrases += 1
        if self._phrases > MAX_PHRASES:
            raise self._refuse(token, _("Too many words: at most %d. Make two rules of it.") % MAX_PHRASES)
        text = token.text
        at_start, at_end, is_beginning = text.startswith("^"), text.endswith("$"), text.endswith("*")
        words = " ".join(text[at_start : len(text) - (at_end or is_beginning)].replace('"', " ").split())
        if not any(letter.isalnum() for letter in words):
            raise self._refuse(token, _("There are no words here: write some, or take it away."))
        if "*" in words:
            raise self._refuse(token, _("“*” stands behind a word only: phone* finds phones and phonecase."))
        if not is_beginning:
            return Phrase(words, _PLACES[at_start, at_end])
        if at_start or (len(words) < SHORTEST_BEGINNING and words.isascii()):
            raise self._refuse(token, _("Write at least two letters before “*”, and nothing else around them."))
        return Phrase(words, "prefix")
