"""What a language model is asked and what comes back, whichever back-end runs it; no framework is imported here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from catalog.contracts import ExtractionFault


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation. `content` is never read as chat markup, whatever it says."""

    role: Literal["system", "user", "assistant"]
    content: str


class AnswerRefused(ValueError):
    """An answer that is not of the shape asked for; `code` is stable ("bad_json", "wrong_shape")."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question. `schema` is the JSON Schema of its answer; `grammar` says the same more tightly (Lark as llguidance
    reads it) for back-ends that decode with one. `read` turns the answer's text into a value or raises AnswerRefused.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    read: Callable[[str], Any] = field(compare=False)
    grammar: str = ""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a back-end wrote. `logprobs` are (first character, natural log-probability) of each token of `text`, empty
    where the back-end gives none; `ended` says that the model finished by itself, not at its token limit.
    """

    text: str
    prompt_tokens: int = 0
    generated_tokens: int = 0
    logprobs: tuple[tuple[int, float], ...] = ()
    ended: bool = True


class Backend(Protocol):
    """`fingerprint` names the model and every setting that changes what it answers. `complete` gives one entry a
    prompt, in order, and never raises for one of them: what fails is a fault of its own.
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def complete(self, prompts: Sequence[Prompt]) -> list[Completion | ExtractionFault]: ...


def join_pieces(pieces: Sequence[bytes], logprobs: Sequence[float]) -> tuple[str, tuple[tuple[int, float], ...]]:
    """The text that tokens spell, and for each the character it begins in (a token may hold a part of one)."""
    joined = b"".join(pieces)
    text = joined.decode("utf-8", errors="replace")
    marks: list[tuple[int, float]] = []
    written = position = 0
    for piece, logprob in zip(pieces, logprobs, strict=False):
        marks.append((position, logprob))
        written += len(piece)
        # Counts the bytes that begin a character: exact for UTF-8, whatever the tokens cut in two.
        position += sum(byte & 0xC0 != 0x80 for byte in piece)
    return text, tuple(marks) if written == len(joined) else ()
