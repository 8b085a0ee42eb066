"""A category's schema made ready for reading: which attribute is a colour, and which numbers each is known to have."""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, Literal, TypeVar

from catalog.contracts import CategorySchema, KnownAttribute, KnownValue
from catalog.extractors.masking import cut_phrase
from catalog.extractors.phrases import PhraseTable, phrase_key
from catalog.extractors.tables import Word, read_cues, read_words
from catalog.units import dimension_of, parse_quantity, quantity_token

Role = Literal[
    "colour", "material", "people", "connection", "craft", "origin", "size", "pack", "model", "resolution", "dimensions"
]
Made = TypeVar("Made")

_ROLE_NAMES: dict[Role, re.Pattern[str]] = {
    "colour": re.compile(r"\bcolou?rs?\b|颜色|色彩|配色|花色"),
    "material": re.compile(r"\bmaterials?\b|\bfabric|\bfibre|\bfiber|材质|材料|面料|质地|成分|填充"),
    "people": re.compile(r"\bgender|\bdepartment\b|\baudience|\bage group|\btarget group|性别|人群|适用对象"),
    "craft": re.compile(r"\bcraft|\btechnique|\bworkmanship|工艺|制作方式"),
    "origin": re.compile(r"\borigin\b|\bmade in|\bcountry of|产地|原产"),
    "connection": re.compile(r"\bconnectivity|\bconnection|\binterfaces?\b|连接|接口|通信方式|传输方式"),
    "size": re.compile(r"\bsizes?\b|尺码|码数|鞋码|尺寸"),
    "pack": re.compile(r"\bpack\b|\bper pack|\bpieces\b|\bpiece count|\bunits per|^count$|件数|数量|片数|包装规格"),
    "model": re.compile(
        r"^(?:product |item |manufacturer )?model(?: (?:number|name|no|code))?$|\bmpn\b|\bpart number|\boem code"
        r"|\bmanufacturer code|^(?:产品)?型号$|货号|款号"
    ),
    "resolution": re.compile(r"\bresolution\b|分辨率"),
    "dimensions": re.compile(r"\bdimensions?\b|尺寸|规格|外形"),
}
_ROLE_TABLES: dict[Role, str] = {
    "colour": "colours", "material": "materials", "people": "people", "connection": "connections",
    "craft": "crafts", "origin": "origins",
}  # fmt: skip
# An attribute is a colour when most of its values are, whatever it is called; a name alone can mislead ("colour
# technology"), so its values must not all be something else.
_MOST = 0.6
_FEW = 0.15
_LOOKED_AT = 30
_LISTED = re.compile(r"[,/;、，]|\band\b")
# What a number attribute without a unit measures, by its name.
_MEASURES = (
    ("data rate", re.compile(r"transfer rate|bandwidth|传输速率")),
    (
        "length",
        re.compile(
            r"\bwidth|\bheight|\bdepth|\blength|\bdiagonal|\bdiameter|\bthickness|screen size|宽|高度|深|长|直径|厚"
        ),
    ),
    ("weight", re.compile(r"\bweight|重量|净重|毛重")),
    ("data", re.compile(r"\bmemory$|\bstorage|\bcache|\b(?:hdd|ssd|drive) capacity|内存|存储|硬盘")),
    ("frequency", re.compile(r"\bfrequency|\bclock|refresh rate|频率|主频|刷新")),
    ("power", re.compile(r"\bpower\b|wattage|功率")),
    ("volume", re.compile(r"\bvolume|^capacity|\b(?:tank|bottle|water) capacity|容积")),
    ("charge", re.compile(r"\bbattery capacity|电池容量")),
    ("voltage", re.compile(r"\bvoltage|电压")),
    ("sound", re.compile(r"\bnoise|\bsound|噪音|噪声")),
    ("resolution", re.compile(r"megapixel|像素")),
    ("light", re.compile(r"brightness|亮度|luminous")),
)
_STOP_NAMES = frozenset(
    ("the", "and", "with", "for", "number", "quantity", "total", "type", "max", "maximum", "minimum", "min", "product")
    + ("per", "size", "value", "typical", "standard")
)
# Units a catalog without units may have counted in, by dimension.
_WRITTEN_IN = {
    "length": ("mm", "cm", "in", "m", "ft"), "weight": ("g", "kg", "lb", "oz"), "data": ("MB", "GB", "TB", "KB"),
    "frequency": ("Hz", "kHz", "MHz", "GHz"), "volume": ("ml", "l", "fl oz"), "power": ("W", "kW"),
    "data rate": ("Mbps", "Gbps"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextChoice:
    """A text attribute by the keys of its values' words."""

    attribute: KnownAttribute
    cues: frozenset[str]
    zh_cues: tuple[str, ...]
    values: dict[str, KnownValue]
    total: int
    lists: bool  # whether it writes several in one value: "Black,Grey"


@dataclass(frozen=True, slots=True)
class NumberChoice:
    """An attribute that may hold a quantity of a dimension. `known` maps a quantity's token to the value it is shown
    as; `bare` maps plain numbers, of an attribute without a unit. `cues` are words that stand by its numbers, `nouns`
    what it counts.
    """

    attribute: KnownAttribute
    cues: frozenset[str]
    zh_cues: tuple[str, ...]
    known: dict[str, KnownValue] = field(default_factory=dict)
    bare: dict[float, KnownValue] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class SchemaIndex:
    """`known` are the phrases of the values of a role's attributes."""

    roles: dict[Role, tuple[TextChoice, ...]]
    known: dict[Role, PhraseTable[Word]]
    numbers: dict[str, tuple[NumberChoice, ...]]
    counts: tuple[NumberChoice, ...]  # attributes without a unit that count things ("ports", 件数)
    pack_numbers: tuple[KnownAttribute, ...]
    size_numbers: tuple[KnownAttribute, ...]


class SchemaCache(Generic[Made]):
    """What is made of a schema, kept for the last few. By identity: hashing 20,000 values for every product would cost
    more than reading it.
    """

    def __init__(self, make: Callable[[CategorySchema], Made], *, size: int = 32) -> None:
        self._make = make
        self._size = size
        self._made: OrderedDict[int, tuple[CategorySchema, Made]] = OrderedDict()
        self._lock = Lock()

    def get(self, schema: CategorySchema) -> Made:
        with self._lock:
            held = self._made.get(id(schema))
            if held is not None and held[0] is schema:
                self._made.move_to_end(id(schema))
                return held[1]
        made = self._make(schema)
        with self._lock:
            self._made[id(schema)] = (schema, made)
            while len(self._made) > self._size:
                self._made.popitem(last=False)
        return made


def index_schema(schema: CategorySchema) -> SchemaIndex:
    roles: dict[Role, list[TextChoice]] = {}
    numbers: dict[str, list[NumberChoice]] = {}
    counts: list[NumberChoice] = []
    for attribute in schema.attributes:
        if attribute.kind == "text":
            if played := tuple(_roles_of(attribute)):
                choice = _text_choice(attribute)
                for role in played:
                    roles.setdefault(role, []).append(choice)
            for dimension, number in _quantity_texts(attribute).items():
                numbers.setdefault(dimension, []).append(number)
        elif attribute.kind == "number":
            for dimension in _dimensions_of(attribute):
                numbers.setdefault(dimension, []).append(_number_choice(attribute, dimension))
            if not attribute.unit and not _dimensions_of(attribute):
                counts.append(_number_choice(attribute, ""))
    plain = [attribute for attribute in schema.attributes if attribute.kind == "number"]
    return SchemaIndex(
        roles={role: tuple(choices) for role, choices in roles.items()},
        known={role: _known_phrases(choices) for role, choices in roles.items() if role in _ROLE_TABLES},
        numbers={dimension: tuple(choices) for dimension, choices in numbers.items()},
        counts=tuple(counts),
        pack_numbers=tuple(item for item in plain if _is_pack(item)),
        size_numbers=tuple(item for item in plain if not item.unit and has_name(item, "size")),
    )


def _known_phrases(choices: Iterable[TextChoice]) -> PhraseTable[Word]:
    return PhraseTable(
        (spelling, Word(spelling, spelling, spelling))
        for choice in choices
        for value in choice.attribute.values
        for spelling in value.words
        if len(spelling) > 2 or not spelling.isascii()
    )


def has_name(attribute: KnownAttribute, role: Role) -> bool:
    return any(_ROLE_NAMES[role].search(name.lower().replace("_", " ")) for name in (*attribute.names, attribute.key))


def _is_pack(attribute: KnownAttribute) -> bool:
    return dimension_of(attribute.unit) in ("count", "pack") or (not attribute.unit and has_name(attribute, "pack"))


def _roles_of(attribute: KnownAttribute) -> Iterable[Role]:
    for role in _ROLE_NAMES:
        named = has_name(attribute, role)
        table = _ROLE_TABLES.get(role)
        if table is None:
            if named:
                yield role
            continue
        share = _share_in_table(attribute, table)
        if share >= _MOST or (named and (share >= _FEW or not attribute.values)):
            yield role


def _share_in_table(attribute: KnownAttribute, table: str) -> float:
    looked = attribute.values[:_LOOKED_AT]
    words = read_words(table)
    met = sum(any(_begins_in(words, spelling) for spelling in value.words) for value in looked)
    return met / len(looked) if looked else 0.0


def _begins_in(words: PhraseTable[Word], spelling: str) -> bool:
    return any(words.get(part) for part in (spelling, *_LISTED.split(spelling)[:3]))


def _text_choice(attribute: KnownAttribute) -> TextChoice:
    values: dict[str, KnownValue] = {}
    for value in attribute.values:
        for spelling in (*value.words, *([value.value] if isinstance(value.value, str) else [])):
            if key := phrase_key(spelling):
                values.setdefault(key, value)
    total = sum(value.count for value in attribute.values)
    listed = sum(isinstance(value.value, str) and bool(_LISTED.search(value.value)) for value in attribute.values)
    return TextChoice(attribute, *name_cues(attribute), values, total, listed * 5 >= len(attribute.values) > 0)


def _quantity_texts(attribute: KnownAttribute) -> dict[str, NumberChoice]:
    """A text attribute whose values are quantities ("512 GB") holds numbers too, as the texts that are known."""
    by_dimension: dict[str, dict[str, KnownValue]] = {}
    for value in attribute.values:
        for spelling in value.words or (str(value.value),):
            quantity = parse_quantity(spelling)
            dimension = dimension_of(quantity.unit) if quantity else None
            if quantity and dimension:
                token = quantity_token(quantity.value, quantity.unit)
                by_dimension.setdefault(dimension, {}).setdefault(token, value)
    total = sum(value.count for value in attribute.values)
    return {
        dimension: NumberChoice(attribute, *name_cues(attribute), known=known, total=total)
        for dimension, known in by_dimension.items()
        if len(known) * 3 >= min(len(attribute.values), _LOOKED_AT)
    }


def _dimensions_of(attribute: KnownAttribute) -> tuple[str, ...]:
    if attribute.unit:
        dimension = dimension_of(attribute.unit)
        return (dimension,) if dimension else ()
    names = " ".join((*attribute.names, attribute.key)).lower().replace("_", " ")
    return tuple(dimension for dimension, pattern in _MEASURES if pattern.search(names))


def _number_choice(attribute: KnownAttribute, dimension: str) -> NumberChoice:
    known: dict[str, KnownValue] = {}
    bare: dict[float, KnownValue] = {}
    for value in attribute.values:
        if isinstance(value.value, bool) or not isinstance(value.value, int | float):
            continue
        if attribute.unit:
            known.setdefault(quantity_token(float(value.value), attribute.unit), value)
        else:
            bare.setdefault(float(value.value), value)
    total = sum(value.count for value in attribute.values)
    units = () if attribute.unit else _WRITTEN_IN.get(dimension, ())
    return NumberChoice(
        attribute, *name_cues(attribute), known=known, bare=bare, units=units, nouns=_nouns(attribute), total=total
    )


def _nouns(attribute: KnownAttribute) -> tuple[str, ...]:
    """The last telling word of each name: ports of "USB 3.0 ports quantity", 座位 of 座位数."""
    nouns = []
    for name in attribute.names:
        atoms = [atom.text for atom in cut_phrase(name.replace("_", " ")) if atom.text not in _STOP_NAMES]
        if atoms and atoms[-1].isascii():
            nouns.append(atoms[-1])
        elif atoms:
            nouns.append(name.strip().removesuffix("数量").removesuffix("数"))
    return tuple(noun for noun in nouns if len(noun) > (2 if noun.isascii() else 0) and not noun[0].isdigit())


def name_cues(attribute: KnownAttribute) -> tuple[frozenset[str], tuple[str, ...]]:
    """Latin words and Chinese words that stand by the attribute's values: its names, and what tells the same."""
    atoms = [atom for name in attribute.names for atom in cut_phrase(name.replace("_", " "))]
    latin = {atom.text for atom in atoms if not atom.is_han and len(atom.text) > 2} - _STOP_NAMES
    chinese = {atom.text for atom in atoms if atom.is_han and len(atom.text) > 1}
    names = {atom.text for atom in atoms}
    written = " ".join(attribute.names)
    for cue in read_cues():
        if any(word in names if word.isascii() else word in written for word in cue.names):
            latin |= {word for word in cue.words if word.isascii()}
            chinese |= {word for word in cue.words if not word.isascii()}
    return frozenset(latin), tuple(sorted(chinese))
