"""Random rules and searches for the property tests of merchandising: few words and keys, so that rules often meet."""

import contextlib
import random
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ranking.merchandising.actions import Action
from ranking.merchandising.conditions import Condition
from tests.ranking.rule_words import boost, clause, hide, on_query, pin, show_only

# What a random part may say: names that mean something to some part, in both languages.
TEXTS = (
    "lamp", "red desk", "耳机", "双十一: 50% #1", "brand", "sku", "in_stock", "true", "price", "x", "P1", "a/b", "/a/",
    "https://shop.example/sale", "newest", "price_asc", "compare", "ask", "cn", "phone", "zh", "lamp AND red", "colour",
)  # fmt: skip
TRIES, KEPT = 3000, 25


def make_examples(union: Any) -> dict[str, list[dict[str, Any]]]:
    """Valid parts of every kind of a union, by kind: made at random from its schema, so a new kind is there at once."""
    adapter: TypeAdapter[Any] = TypeAdapter(union)
    schema = adapter.json_schema()
    dice = random.Random(7)
    found: dict[str, list[dict[str, Any]]] = {}
    for kind, reference in schema["discriminator"]["mapping"].items():
        found[kind] = []
        for _try in range(TRIES):
            made = _invent({"$ref": reference}, schema["$defs"], dice)
            with contextlib.suppress(ValidationError):
                found[kind].append(adapter.validate_python(made).model_dump(mode="json", by_alias=True))
            if len(found[kind]) == KEPT:
                break
    return found


def _invent(schema: dict[str, Any], known: dict[str, Any], dice: random.Random) -> Any:  # noqa: PLR0911
    if "$ref" in schema:
        return _invent(known[schema["$ref"].rpartition("/")[2]], known, dice)
    if "const" in schema or "enum" in schema:
        return dice.choice(schema.get("enum") or [schema["const"]])
    if "anyOf" in schema:
        return _invent(dice.choice(schema["anyOf"]), known, dice)
    match schema.get("type"):
        case "object":
            needed = schema.get("required", ())
            parts = schema["properties"].items()
            return {name: _invent(part, known, dice) for name, part in parts if name in needed or dice.random() < 0.5}
        case "array":
            return [_invent(schema["items"], known, dice) for _ in range(dice.randint(schema.get("minItems", 0), 2))]
        case "integer" | "number":
            low = schema.get("minimum", -100)
            return dice.randint(int(low), int(min(schema.get("maximum", 100), low + 100)))
        case "boolean":
            return dice.random() < 0.5
        case "null":
            return None
    return dice.choice(TEXTS)


CONDITION_EXAMPLES, ACTION_EXAMPLES = make_examples(Condition), make_examples(Action)
MORE_CONDITIONS = st.sampled_from([part for parts in CONDITION_EXAMPLES.values() for part in parts])
ANY_ACTION = st.sampled_from([part for parts in ACTION_EXAMPLES.values() for part in parts])

PAGES = st.sampled_from(["a", "a/b", "c"])
WORDS = st.sampled_from(["lamp", "desk", "red", "耳机", "无线", "手机壳", "headphones", "hedphones", "手机客", "lamps"])
PHRASES = st.lists(WORDS, min_size=1, max_size=2).map(" ".join)
QUERY = st.builds(
    lambda match, values, typos, negate: on_query(*values, match=match, typos=typos, negate=negate),
    st.sampled_from(["is", "starts", "ends", "contains", "fuzzy"]),
    st.lists(PHRASES, min_size=1, max_size=2, unique=True),
    st.booleans(),
    st.booleans(),
)
LEAVES = st.one_of(
    PHRASES.map('"{}"'.format), WORDS, WORDS.map("^{}".format), st.sampled_from(["lam*", "手机*", "desk$"])
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " "]), inner).map(lambda parts: f"({''.join(parts)})"),
        inner.map("NOT {}".format),
    ),
    max_leaves=4,
)
EXPRESSIONS = st.builds(
    lambda text, typos, negate: on_query(text, match="expression", typos=typos, negate=negate),
    TREES,
    st.booleans(),
    st.booleans(),
)
OTHERS = st.one_of(
    st.builds(
        lambda key, negate: {"type": "category", "keys": [key], "negate": negate}, PAGES, st.booleans()
    ),
    st.builds(
        lambda values, negate, exactly: {
            "type": "filter", "field": "brand", "values": values, "negate": negate, "exactly": exactly and bool(values),
        },
        st.lists(st.sampled_from(["x", "y"]), max_size=2, unique=True), st.booleans(), st.booleans(),
    ),
    st.builds(
        lambda kind, negate: {"type": kind[0], "values": [kind[1]], "negate": negate},
        st.sampled_from(
            [("market", "cn"), ("segment", "vip"), ("device", "phone"), ("sort", "newest"), ("locale", "zh")]
        ),
        st.booleans(),
    ),
)  # fmt: skip
FEW = st.builds(lambda most: {"type": "results", "at_most": most}, st.integers(0, 3))
CONDITIONS = st.lists(st.one_of(QUERY, EXPRESSIONS, OTHERS, FEW), min_size=1, max_size=2)
SEARCHES = st.fixed_dictionaries(
    {
        "query": st.lists(WORDS, max_size=3).map(" ".join),
        "category": st.sampled_from(["", "a", "a/b", "c"]),
        "market": st.sampled_from(["", "cn", "us"]),
        "segments": st.sampled_from([(), ("vip",)]),
        "device": st.sampled_from(["phone", "desktop"]),
        "sort": st.sampled_from(["relevance", "newest"]),
        "locale": st.sampled_from(["en", "zh"]),
    }
)
ANY_CONDITIONS = st.lists(st.one_of(QUERY, EXPRESSIONS, OTHERS, FEW, MORE_CONDITIONS), min_size=1, max_size=3)
TARGETS = st.sampled_from(
    [clause("brand", "x"), clause("sku", "P1"), clause("brand", "y", exclude=True), clause("sku", "P2", "P3")]
)
SKUS = st.sampled_from(["P1", "P2", "P3", "P4"])
ACTIONS = st.one_of(
    st.builds(pin, SKUS, st.integers(1, 6)),
    st.builds(lambda target, strength: boost(strength, target), TARGETS, st.sampled_from([-60, 20, 60])),
    st.builds(hide, TARGETS),
    st.builds(show_only, TARGETS),
    ANY_ACTION,
)
WINDOWS = st.sampled_from(
    [
        {"from": "2026-11-11T00:00", "until": "2026-11-12T00:00", "timezone": "Asia/Shanghai"},
        {"from": "2026-10-25T01:30", "until": "2026-10-25T02:30", "timezone": "Europe/Berlin"},
        {"from": "2026-01-01T00:00", "timezone": "UTC"},
        {"until": "2026-05-01T00:00", "timezone": "America/New_York"},
    ]
)


def _is_consistent(actions: list[Mapping[str, Any]]) -> bool:
    """One rule pins a product once, and one product at a position; it mixes by one property."""
    if sum(action["type"] == "diversify" for action in actions) > 1:
        return False
    pins = [action for action in actions if action["type"] == "pin"]
    return all(len({pin[name] for pin in pins}) == len(pins) for name in ("sku", "position"))


FIELDS = st.fixed_dictionaries(
    {
        "conditions": ANY_CONDITIONS,
        "actions": st.lists(ACTIONS, min_size=1, max_size=3).filter(_is_consistent),
        "priority": st.integers(-2, 2),
    },
    optional={
        "stop_processing": st.booleans(),
        "windows": st.lists(WINDOWS, max_size=2),
        "markets": st.lists(st.sampled_from(["cn", "us"]), max_size=2, unique=True),
        "locales": st.lists(st.sampled_from(["en", "zh"]), max_size=2, unique=True),
        "holdout_share": st.sampled_from([0, 0.5]),
        "expires_at": st.sampled_from([None, "2026-11-11T01:00:00+08:00", "2030-01-01T00:00:00Z"]),
        "reason": st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
        "tags": st.lists(st.sampled_from(["双十一", "sale: 50% #1"]), max_size=2),
    },
)


@st.composite
def documents(draw: Any, most: int = 6) -> list[dict[str, Any]]:
    """A book's worth of rules with ids and names of their own."""
    listed = draw(st.lists(FIELDS, min_size=1, max_size=most))
    return [
        {"id": f"00000000-0000-0000-0000-{number:012}", "name": f"rule {number}", "status": "live", **fields}
        for number, fields in enumerate(listed)
    ]
