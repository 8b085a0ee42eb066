"""Texts and pairs of texts as the word pieces of the prepared encoder, cut at its token limit."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
# A token is hardly ever longer; what lies beyond would be cut by the token limit anyway.
_CHARACTERS_PER_TOKEN = 24


class Tokeniser:
    """May be used by several threads at once. Raises OSError or ValueError when a file is missing or damaged."""

    def __init__(self, directory: Path, *, max_tokens: int) -> None:
        import tokenizers  # noqa: PLC0415 - its import takes a while in processes that never encode

        self._tokenizer = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
        replacements = json.loads((directory / "replacements.json").read_text(encoding="utf-8"))
        self._replacements = str.maketrans(replacements)
        self._tokenizer.enable_truncation(max_tokens)
        # The vocabularies of XLM-R and of BERT.
        self._padding = self._tokenizer.token_to_id("<pad>") or self._tokenizer.token_to_id("[PAD]") or 0
        self._max_tokens = max_tokens
        self._max_characters = max_tokens * _CHARACTERS_PER_TOKEN

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        cleaned = [" ".join(self._clean(text).split()) for text in texts]
        if len(cleaned) == 1:
            return [self._tokenizer.encode(cleaned[0]).ids]
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(cleaned)]

    def tokenise_pairs(self, query: str, texts: Sequence[str], *, query_tokens: int) -> list[list[int]]:
        """`<s> query </s></s> text </s>`, as XLM-R joins two texts; the query keeps at most `query_tokens`."""
        first, *others = self.tokenise([query, *texts])
        return [self.join_pair(first, other, query_tokens=query_tokens) for other in others]

    def join_pair(self, query: Sequence[int], text: Sequence[int], *, query_tokens: int) -> list[int]:
        end = query[-1]
        joined = [*query[: query_tokens - 1], end] if len(query) > query_tokens else list(query)
        joined += [end, *text[1:]]
        return joined if len(joined) <= self._max_tokens else [*joined[: self._max_tokens - 1], end]

    def pad(self, tokens: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
        """Ids and attention mask, both int64[texts, longest]."""
        width = max(map(len, tokens))
        ids = np.full((len(tokens), width), self._padding, np.int64)
        mask = np.zeros((len(tokens), width), np.int64)
        for row, text in enumerate(tokens):
            ids[row, : len(text)] = text
            mask[row, : len(text)] = 1
        return ids, mask

    def _clean(self, text: str) -> str:
        """Characters as the model's own normaliser reads them; a lone surrogate is no character."""
        text = text[: self._max_characters].encode("utf-8", "ignore").decode()
        return text if text.isascii() and text.isprintable() else text.translate(self._replacements)
