"""The only normaliser and segmenter: the same words come out of a document and out of a query, Chinese and English.

Why these libraries and these choices, with figures: docs/adr/0004-text-analysis.md.
"""

import hashlib
import html
import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal

import opencc
import rjieba
import Stemmer

from catalog.units import NUMBER, NUMERAL_QUANTITY, QUANTITY_IN_TEXT, find_unit, quantity_token, split_quantity

# Part of every document fingerprint: raise it whenever `analyse` gives other tokens, and everything is indexed again.
ANALYSER_VERSION = 2
# Analysis is linear, about 1 MB/s; beyond this a text is a pasted file, and its first part says what it is.
MAX_CHARACTERS = 100_000
# Index terms hold 100 characters; equal long codes still meet by their first 64.
MAX_TOKEN = 64
MAX_KEY = 200

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_RUN = re.compile(f"[{HAN}]+")
_HAN_CHARACTER = re.compile(f"[{HAN}]")
# Zero-width, bidi and filler characters, variation selectors, tags; lone surrogates, which no database stores.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff0-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]+"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_ACCENTS = re.compile(r"(?<=[A-Za-z])[\u0300-\u036f]+")
_MARKS = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        **dict.fromkeys("‘’‛ʼʹ′＇`´", "'"),
        **dict.fromkeys("“”„‟″＂〃", '"'),
        **dict.fromkeys("™®©℠", " "),
        **{"×": "x", "ß": "ss", "ẞ": "ss", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ð": "d"},
        # Their compatibility form would glue them to a whole number: 1½ → 11⁄2.
        **{"½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3", "⅛": " 1/8", "⅜": " 3/8", "⅝": " 5/8"},
        **{"⅞": " 7/8", "⁄": "/"},
        **{"æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ı": "i", "þ": "th", "Þ": "th"},
    }
)
_TOKEN = re.compile(
    rf"(?P<quantity>{QUANTITY_IN_TEXT})"
    rf"|(?P<number>(?:{NUMBER})(?![a-z0-9.+/_&'-]))"
    # One Latin letter before Chinese may be part of the word: T恤, U盘.
    rf"|(?P<han>[a-z]?[{HAN}]+)"
    r"|(?P<word>[a-z0-9]+(?:[-._/&+'][a-z0-9]+)*\+{0,3})"
    rf"|(?P<other>[^\W_a-z0-9{HAN}]+)"
)
_SEPARATOR = re.compile(r"[-_/&+']|(?<!\d)\.|\.(?!\d)")
_QUANTITY_PART = re.compile(QUANTITY_IN_TEXT)
_NUMERAL_QUANTITY = re.compile(NUMERAL_QUANTITY)
_DIGITS = re.compile(r"\d+")
_LETTERS_OR_DIGITS = re.compile(r"[a-z]+|\d+(?:\.\d+)*")
_TAG = re.compile(r"""<[a-zA-Z/!?](?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*+|[^<>]*+)>""")
_INLINE_TAG = re.compile(r"</?(?:a|b|big|em|font|i|mark|s|small|span|strong|sub|sup|u)\b", re.IGNORECASE)
_HIDDEN = re.compile(r"<(script|style|template|!--)", re.IGNORECASE)
_LATIN_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z'&-]+")
# Snowball would leave these alone or cut them to something else.
_IRREGULAR = {"tvs": "tv", "cds": "cd", "dvds": "dvd", "pcs": "pc", "ssds": "ssd", "hdds": "hdd", "lens": "lens"}
_IRREGULAR |= {"lenses": "lens", "men": "man", "women": "woman", "womens": "woman", "mens": "man"}
_IRREGULAR |= {"children": "child", "childrens": "child", "feet": "foot", "knives": "knife", "shelves": "shelf"}
# Taiwan's words in characters that both scripts share, so nothing but the word itself shows where it is from.
_TAIWAN = {
    "滑鼠": "鼠标",
    "硬碟": "硬盘",
    "光碟": "光盘",
    "磁碟": "磁盘",
    "雷射": "激光",
    "列印": "打印",
    "影印": "复印",
}
_TAIWAN |= {
    "解析度": "分辨率",
    "伺服器": "服务器",
    "音效卡": "声卡",
    "奈米": "纳米",
    "咖哩": "咖喱",
    "胺基酸": "氨基酸",
}
_TAIWAN_WORD = re.compile("|".join(_TAIWAN))
# Programmers' words of opencc's phrase table that mean something else in a shop (桌布: wallpaper, but a tablecloth).
_NOT_CONVERTED = re.compile("(桌布|核心|建立|文件|物件|影像|程序|字型|外接)")
_stemmer = Stemmer.Stemmer("english")


@cache
def _combining_run() -> re.Pattern[str]:
    """Sorting thousands of stacked marks is quadratic inside `unicodedata.normalize` (100,000 of them: 10 s)."""
    marks = "".join(chr(code) for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code)))
    return re.compile(f"([{marks}]{{8}})[{marks}]+")


@cache
def _traditional() -> tuple[re.Pattern[str], opencc.OpenCC, opencc.OpenCC]:
    """What a traditional character is, and how text that has one becomes mainland words (印表機 → 打印机) or only
    mainland characters. Simplified text never passes through: phrase conversion would change its words (程序 → 进程).
    """
    characters = "".join(map(chr, range(0x3400, 0xA000)))
    simplified = opencc.OpenCC("t2s").convert(characters)
    traditional = "".join(old for old, new in zip(characters, simplified, strict=True) if old != new)
    return re.compile(f"[{traditional}]"), opencc.OpenCC("tw2sp"), opencc.OpenCC("t2s")


def _simplify(run: re.Match[str]) -> str:
    text = run[0]
    traditional, words, characters = _traditional()
    if traditional.search(text):
        text = "".join(
            characters.convert(part) if index % 2 else words.convert(part)
            for index, part in enumerate(_NOT_CONVERTED.split(text))
        )
    return _TAIWAN_WORD.sub(lambda word: _TAIWAN[word[0]], text).lower()


def normalise(text: str) -> str:
    """One spelling for what people mean to be equal; applying it twice changes nothing.

    Full and half width, upper and lower case, traditional and simplified, accents, kinds of dash and quote; control and
    invisible characters go, white space becomes single blanks.
    """
    text = text[:MAX_CHARACTERS]
    if text.isascii():
        return " ".join(_CONTROL.sub(" ", text.replace("`", "'").lower()).split())
    text = _INVISIBLE.sub("", text).translate(_MARKS)
    text = unicodedata.normalize("NFKD", _combining_run().sub(r"\1", text))
    text = _ACCENTS.sub("", _INVISIBLE.sub("", text)).lower().translate(_MARKS)
    text = unicodedata.normalize("NFKC", _CONTROL.sub(" ", text))
    text = _HAN_RUN.sub(_simplify, text)
    return " ".join(text.split())


def analyse(text: str) -> list[str]:
    """The index terms of a document or query, in order; total and deterministic for any text.

    A compound gives itself and its parts, so "HP-15s" is found by "hp15s", "15s" and "hp"; a number with a unit gives
    one term whatever the unit is written in, and the plain number.
    """
    return _cut(normalise(text))[0]


def analyse_with_length(text: str) -> tuple[list[str], int]:
    """The terms of a document, and how many words were written: several terms of one word do not make it longer.

    Chinese numerals before a unit (三百克) give their quantity beside their words. In a query they are read with their
    places by ranking.language.numerals, so `analyse` leaves them alone.
    """
    plain = normalise(text)
    tokens, length = _cut(plain)
    if not plain.isascii():
        tokens.extend(_numeral_quantities(plain))
    return tokens, length


def _cut(plain: str) -> tuple[list[str], int]:
    tokens: list[str] = []
    length = 0
    for match in _TOKEN.finditer(plain):
        chunk = match[0]
        kind = match.lastgroup or "other"
        terms = _expand(kind, chunk) if len(chunk) <= MAX_TOKEN else _expand_long(kind, chunk)
        tokens.extend(terms)
        length += len(terms) if kind == "han" else 1
    return tokens, length


def _expand_long(kind: str, chunk: str) -> list[str]:
    return _cut_han(chunk) if kind == "han" else [chunk[:MAX_TOKEN]]


@lru_cache(maxsize=32_768)
def _expand(kind: str, chunk: str) -> tuple[str, ...]:
    if kind == "han":
        return tuple(_cut_han(chunk))
    if kind == "quantity":
        return _expand_quantity(chunk)
    if kind == "number":
        return _expand_number(chunk.replace(",", ""))
    if kind == "word":
        return tuple(dict.fromkeys(_expand_word(chunk)))
    return (chunk,)


def _cut_han(run: str) -> list[str]:
    """The dictionary writes its mixed words with capitals (T恤)."""
    if run[0].isascii():
        return [word.lower() for word in rjieba.cut_for_search(run.upper())]
    return [word[:MAX_TOKEN] for word in rjieba.cut_for_search(run)]


def _expand_number(number: str) -> tuple[str, ...]:
    """15.6 is also found by 15, as shoppers shorten screen sizes."""
    return (number, number.partition(".")[0]) if "." in number else (number,)


def _expand_quantity(chunk: str) -> tuple[str, ...]:
    number, symbol = split_quantity(chunk)
    unit = find_unit(symbol)
    if unit is None or len(number) > 15:
        return _expand_number(number[:MAX_TOKEN])
    tokens = [quantity_token(float(number), unit.symbol)]
    if not chunk.startswith(number) and "," not in chunk:  # 5'11", 1 1/2 inch: their numbers as written
        return tuple(dict.fromkeys((*tokens, *_DIGITS.findall(chunk))))
    if chunk[-2:-1] == " " and chunk[-1].isalpha():
        tokens.append(chunk[-1])  # "500 g" is still found by its letter, if it was one (size 8 m)
    if len(symbol) == 1 and symbol.isascii() and symbol.isalpha():
        tokens.append(f"{number}{symbol}")  # "3M" is a brand, "5G" a network
    # Lower case hides whether 16G meant memory; only powers of two do.
    if symbol in ("g", "t") and number.isdigit() and int(number).bit_count() == 1:
        tokens.append(quantity_token(float(number), f"{symbol.upper()}B"))
    return tuple(dict.fromkeys((*tokens, *_expand_number(number))))


def _numeral_quantities(plain: str) -> list[str]:
    found = (split_quantity(match[0]) for match in _NUMERAL_QUANTITY.finditer(plain))
    return [
        token
        for number, symbol in found
        if (unit := find_unit(symbol)) is not None
        for token in (quantity_token(float(number), unit.symbol), number)
    ]


def _expand_word(chunk: str) -> list[str]:
    body = chunk.rstrip("+")
    tokens = [chunk] if body != chunk else []  # A+, S9+
    body = body.removesuffix("'s")
    parts = [part for part in _SEPARATOR.split(body) if part]
    if len(parts) > 1 and _is_compound(body, parts):
        tokens.append(_stem("".join(parts)))
    for part in parts:
        if len(parts) == 1 or len(part) > 1 or part.isdigit():
            tokens.extend(_expand_part(part))
    return tokens


def _is_compound(body: str, parts: list[str]) -> bool:
    """Whether it is also one word: "wi-fi" and "dv7-1211ea" are; "10-20kg" and "state-of-the-art" are not."""
    if all(part.isdigit() for part in parts[:-1]):
        return False
    has_digit = any(character.isdigit() for character in body)
    return has_digit or (len(parts) == 2 and "/" not in body) or all(len(part) == 1 for part in parts)


def _expand_part(part: str) -> tuple[str, ...]:
    if part.isalpha():
        return (_stem(part),)
    if not any(character.isalpha() for character in part):
        return _expand_number(part)
    if _QUANTITY_PART.fullmatch(part):
        return _expand_quantity(part)
    pieces = _LETTERS_OR_DIGITS.findall(part)
    if len(pieces) > 4:
        return (part,)  # a hash or serial number, nobody types its pieces
    named = [_expand_number(piece) if piece[0].isdigit() else (_stem(piece),) for piece in pieces]
    return (part, *(token for tokens in named for token in tokens if len(token) > 1 or token.isdigit()))


def _stem(word: str) -> str:
    """Words of three letters are mostly acronyms (GPS, UPS), which stemming would turn into other words."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    return _stemmer.stemWord(word) if len(word) > 3 and word.isalpha() else word


def detect_language(text: str) -> Literal["en", "zh", "mixed"]:
    """By script; a unit or a single letter beside Chinese ("55寸 4K", "16GB 内存") does not make it mixed."""
    if not _HAN_CHARACTER.search(text):
        return "en"
    words = (match[0] for match in _LATIN_WORD.finditer(text[:MAX_CHARACTERS]))
    return "mixed" if any(find_unit(word) is None for word in words) else "zh"


def strip_html(text: str) -> str:
    """The text a reader of the page would see. Not a sanitiser: templates escape what they show."""
    if "<" not in text and "&" not in text:
        return " ".join(text.split())
    # Feeds often carry HTML that was escaped once more; the second round unwraps it.
    for _ in range(2):
        text = html.unescape(_TAG.sub(_replace_tag, _drop_hidden(text)))
        if not _TAG.search(text):
            break
    return " ".join(text.split())


def _replace_tag(match: re.Match[str]) -> str:
    return "" if _INLINE_TAG.match(match[0]) else " "


def _drop_hidden(text: str) -> str:
    """Without scripts, styles and comments; one that never closes hides the rest, as in a browser."""
    kept: list[str] = []
    position = 0
    lowered = text.lower() if len(text.lower()) == len(text) else text
    while match := _HIDDEN.search(text, position):
        kept.append(text[position : match.start()])
        closing = "-->" if match[1] == "!--" else f"</{match[1].lower()}"
        end = lowered.find(closing, match.end())
        if end < 0:
            return " ".join(kept)
        position = end + 3 if closing == "-->" else text.find(">", end) + 1 or len(text)
    return " ".join([*kept, text[position:]])


def fold_key(text: str) -> str:
    """A stable key for the name of a brand, attribute, category level or value; Chinese stays as it is.

    Blanks and slashes become "-" (a slash separates category levels); a long name ends in its hash, so that two long
    names never share a key.
    """
    folded = re.sub(r"[\s/]+", "-", normalise(text)).strip("-")
    if len(folded) <= MAX_KEY:
        return folded
    return f"{folded[: MAX_KEY - 17]}-{hashlib.sha256(folded.encode()).hexdigest()[:16]}"
