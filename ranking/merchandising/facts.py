"""What rules may ask about a search, prepared once: its words, categories, filters, sort and who asks from where."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

from ranking.contracts import NumberNeed, SearchRequest, Understanding
from ranking.merchandising.misspellings import list_near_keys

JOINT = "\x1f"
# A phrase is filed under its first words together: one word alone ("black") is in a tenth of all rules.
RUN = 3
# A rule must not fire on a guess: what is named or predicted with at least this confidence counts as detected.
LEAST_SURE = 0.5
# Index keys of rules that hold for synonyms too.
SAME_KINDS = frozenset({"stext", "swords", "srun", "spair"})
DEVICES = {"mobile": "phone"}  # what storefronts also call it


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in one reading: the whole string and its words in order."""

    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Another way the query may be read: with its slips mended, in the other language, or by the synonym list."""

    kind: Literal["corrected", "translated", "synonym"]
    wording: Wording


@dataclass(frozen=True, slots=True)
class QueryFacts:
    """`analysed` is the query as search reads it, `plain` as it was typed (only width, case and blanks evened);
    `readings` are what else its words may be taken for by conditions that are analysed; `find_same` gives what the
    synonym list says is the same, read only where a rule asks. `found` is how many products the search finds by itself,
    None before that is known. It `forgives` typing errors unless the shopper asks for exactly these words.
    """

    analysed: Wording
    plain: Wording
    categories: frozenset[str]
    filters: Mapping[str, frozenset[str]]
    sort: str
    market: str
    locale: str
    segments: frozenset[str]
    device: str
    shopper: str
    readings: tuple[Reading, ...] = ()
    intent: str = ""
    # What the words name: filter field → keys; numbers are under their fields in `numbers` alone.
    detected: Mapping[str, frozenset[str]] = field(default_factory=dict)
    numbers: tuple[NumberNeed, ...] = ()
    find_same: Callable[[], tuple[Reading, ...]] = tuple
    found: int | None = None
    forgives: bool = True
    # The query and its other readings, and the words of them all.
    wordings: tuple[Wording, ...] = field(init=False, compare=False)
    vocabulary: frozenset[str] = field(init=False, compare=False)
    # What phrases of expressions came to, by their tests: thousands of rules may ask for the same words.
    tried: dict[Callable[["QueryFacts"], bool], bool] = field(default_factory=dict, init=False, compare=False)

    def __post_init__(self) -> None:
        wordings = (self.analysed, *(reading.wording for reading in self.readings))
        object.__setattr__(self, "wordings", wordings)
        object.__setattr__(self, "vocabulary", frozenset(word for wording in wordings for word in wording.words))

    @property
    def same_wordings(self) -> tuple[Wording, ...]:
        return tuple(reading.wording for reading in self.find_same())

    @property
    def is_empty(self) -> bool:
        return not self.analysed.text


def make_facts(
    request: SearchRequest,
    *,
    normalised: str,
    terms: Iterable[str],
    readings: Iterable[Reading] = (),
    understanding: Understanding | None = None,
    find_same: Callable[[], tuple[Reading, ...]] = tuple,
) -> QueryFacts:
    chosen: dict[str, frozenset[str]] = {}
    for item in request.filters:
        if not item.exclude:
            chosen[item.field] = chosen.get(item.field, frozenset()) | frozenset(item.values)
    pages = frozenset({request.category}) if request.category else frozenset()
    return QueryFacts(
        analysed=Wording(" ".join(normalised.split()), tuple(terms)),
        plain=read_plain(request.query),
        categories=pages | chosen.get("category", frozenset()),
        filters=chosen,
        sort=request.sort,
        market=request.market,
        locale=request.locale,
        segments=frozenset(request.segments),
        device=DEVICES.get(request.device, request.device),
        shopper=request.shopper_id or request.session_id,
        readings=tuple(readings),
        intent=understanding.intent.label if understanding and understanding.intent else "",
        detected=list_detected(understanding) if understanding else {},
        numbers=understanding.numbers if understanding else (),
        find_same=tuple if request.literal else find_same,
        forgives=not request.literal,
    )


def list_detected(understanding: Understanding) -> dict[str, frozenset[str]]:
    """What the words name surely enough, by filter field; the most probable category when none is named."""
    found: dict[str, set[str]] = {}
    for entity in understanding.entities:
        if entity.confidence >= LEAST_SURE:
            found.setdefault(entity.field, set()).add(entity.key)
    if "category" not in found and understanding.categories and understanding.categories[0].confidence >= LEAST_SURE:
        found["category"] = {understanding.categories[0].key}
    return {name: frozenset(keys) for name, keys in found.items()}


def read_plain(text: str) -> Wording:
    evened = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return Wording(evened, tuple(evened.split()))


def list_ancestors(key: str) -> Iterator[str]:
    """`a/b/c` → a, a/b, a/b/c."""
    return accumulate(key.split("/"), lambda path, slug: f"{path}/{slug}")


def make_hooks(facts: QueryFacts, kinds: frozenset[str]) -> Iterator[str]:
    """Every index key under which a rule that could hold for these facts may be filed (see compile.py); of the dear
    kinds only those that occur in the index.
    """
    yield "query:empty" if facts.is_empty else "query:any"
    marked = [("p", facts.plain), *(("a", wording) for wording in facts.wordings)]
    if not kinds.isdisjoint(SAME_KINDS):
        marked += [("s", wording) for wording in facts.same_wordings]
    if facts.forgives and not facts.is_empty:
        yield from list_near_keys(facts.analysed.text, kinds)
    for mark, wording in marked:
        yield from list_word_hooks(mark, wording)
    for key in facts.categories:
        yield f"category:{key}"
        yield from (f"under:{ancestor}" for ancestor in list_ancestors(key))
    yield from (f"filter:{field}" for field in facts.filters)
    yield from (f"segment:{segment}" for segment in facts.segments)
    yield from (f"detected:{name}" for name in facts.detected)
    yield from (f"detected:{name}" for need in facts.numbers for name in need.fields)
    yield f"intent:{facts.intent}"
    yield f"sort:{facts.sort}"
    yield f"market:{facts.market}"
    yield f"locale:{facts.locale}"
    yield f"device:{facts.device}"


def list_word_hooks(mark: str, wording: Wording) -> Iterator[str]:
    """The index keys of a query's words alone; `mark` says how conditions read them."""
    yield f"{mark}text:{wording.text}"
    yield f"{mark}words:{JOINT.join(wording.words)}"
    for size in range(1, RUN + 1):
        for start in range(len(wording.words) - size + 1):
            yield f"{mark}run:{JOINT.join(wording.words[start : start + size])}"
    yield from (f"{mark}pair:{wording.text[i : i + 2]}" for i in range(len(wording.text) - 1))
