"""How much of a product's text is written for the ranker, not for people: repeated words, word lists, orders."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from catalog.text import analyse_with_length, normalise

# A word may stand three times in a title ("USB A to USB B cable, USB 2.0"); each further time counts.
ALLOWED_REPEATS = 3
# Titles of both languages together; the longest honest ones of five catalogs have 60 words.
LONG_TITLE = 60
# In a description of some length the most frequent words (the, 的) make up less than this.
USUAL_SHARE = 0.15
LONG_TEXT = 30
# Orders to whoever ranks or recommends; nobody writes them to a shopper.
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your |previous |prior |above |other )+"
    r"(?:instructions?|prompts?|rules?|results?|products?)"
    r"|\b(?:rank|place|put|list|return|show) (?:this|it|me|our)(?: \w+)? "
    r"(?:first|on top|at the top|highest|number one)\b"
    r"|\bsystem prompt\b|\byou are (?:an? )?(?:ai|assistant|language model|ranker|search engine)\b"
    r"|(?:忽略|无视|忘记)[^。;,]{0,8}(?:指令|提示词|规则|命令)"
    r"|(?:请|务必|必须|始终|总是)[^。;,]{0,4}(?:把|将)[^。;,]{0,8}排(?:在|到|为)?(?:第一|首位|最前)"
    r"|你是(?:一个)?(?:人工智能|ai|搜索引擎|语言模型|助手)"
)


def measure_stuffing(fields: Mapping[str, str]) -> float:
    """0 for text as people write it, 1 for text that is nothing but stuffing; `fields` as in ProductDocument."""
    title, description = fields.get("title", ""), fields.get("description", "")
    if _ORDER.search(normalise(f"{title} ; {description}")):
        return 1.0
    return round(max(_judge_title(title), _judge_text(description)), 3)


def _judge_title(title: str) -> float:
    terms, words = analyse_with_length(title)
    too_long = (words - LONG_TITLE) / LONG_TITLE
    return min(max(2 * _repeated_share(terms), too_long, 0.0), 1.0)


def _repeated_share(terms: Sequence[str]) -> float:
    """Of the terms, how many only say again what was said. Numbers repeat honestly (2 x 2 x 2.5 m)."""
    counts = Counter(term for term in terms if not term[0].isdigit() and (len(term) > 1 or not term.isascii()))
    again = sum(max(count - ALLOWED_REPEATS, 0) for count in counts.values())
    return again / max(sum(counts.values()), 1)


def _judge_text(text: str) -> float:
    terms, words = analyse_with_length(text)
    if words < LONG_TEXT:
        return min(2 * _repeated_share(terms), 1.0) if words >= LONG_TEXT // 3 else 0.0
    counts = Counter(term for term in terms if not term[0].isdigit())
    share = max(counts.values(), default=0) / len(terms)
    return min(max((share - USUAL_SHARE) / USUAL_SHARE, 0.0), 1.0)
