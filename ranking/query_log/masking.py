"""Words as the log keeps them: what may name a person is masked, and every text fits its column and its index."""

import re

from catalog.text import normalise

MASK = "*"
# Phone, card, order and identity numbers have more digits than dates and EAN-8 codes.
LONGEST_NUMBER = 8
# Several numbers in a row are one when they look dialled ("06 12 34 56 78") or come in groups ("138 1234 5678"); sizes
# and model years ("12 13 14 15 16") do neither.
LONGEST_SPLIT_NUMBER = 9
LEAST_GROUP = 3
# Characters of the column, and bytes: a row of the unique index holds 2,704 at most, all its columns together.
MOST = {"query": (500, 1500), "category": (300, 700), "market": (16, 64), "locale": (8, 32)}
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
# Digits of one number may be parted: "+86 138-1234 5678", "(021) 6543 2109".
_NUMBER = re.compile(r"\+?\(?\d(?:[\s().\-/]{0,2}\d)+")
_DIGITS = re.compile(r"\d+")


def mask_query(text: str) -> str:
    """The query as search compares it (catalog.text.normalise), without addresses and long numbers."""
    normalised = normalise(text)
    if "@" in normalised:
        normalised = _ADDRESS.sub(MASK, normalised)
    if _DIGITS.search(normalised):
        normalised = _NUMBER.sub(_mask_number, normalised)
    return fit("query", normalised)


def _mask_number(match: re.Match[str]) -> str:
    groups = _DIGITS.findall(match[0])
    total = sum(map(len, groups))
    dialled = match[0][0] in "+(0" or total >= LEAST_GROUP * len(groups)
    is_long = max(map(len, groups)) > LONGEST_NUMBER or (total > LONGEST_SPLIT_NUMBER and dialled)
    return MASK if is_long else match[0]


def fit(name: str, text: str) -> str:
    """What the column and its index can hold of a text, cut between characters."""
    characters, size = MOST[name]
    if text.isascii() and len(text) <= characters and "\0" not in text:
        return text
    return text.replace("\0", "")[:characters].encode("utf-8", "ignore")[:size].decode("utf-8", "ignore")
