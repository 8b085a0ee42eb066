"""Where concepts come from: the dictionary file beside this module, and names the catalog has in both languages."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import connection

from catalog.text import HAN, analyse, fold_key
from ranking.language.phrase_table import MAX_PHRASE_TERMS, Terms
from ranking.retrieval.vocabulary import Node, Vocabulary

DICTIONARY = Path(__file__).parent / "data" / "concepts.tsv"
GENERAL = "general"
DICTIONARY_WEIGHT = 0.9
CATALOG_WEIGHT = 0.95
# 20,000 names take 16 MB, 0.9 s once and 0.2 s after a change; a shop with more has codes among them.
MAX_VALUES = 20_000
_VALUES_SQL = """
    SELECT v.id, a.key || '/' || v.key, v.name_en, v.name_zh
    FROM catalog_attributevalue v JOIN catalog_attribute a ON a.id = v.attribute_id
    WHERE v.name_en <> '' AND v.name_zh <> '' AND v.name_en <> v.name_zh AND v.number IS NULL
    ORDER BY v.id LIMIT %s
"""
# "索尼（SONY）", "TP-LINK/普联": one name that says itself in both scripts.
_HAN_NAME = re.compile(f"[{HAN}]+")
_LATIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .&'+-]*")


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a concept, and its index terms."""

    text: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing with its words in both languages; `department` is empty for names of the catalog."""

    id: str
    department: str
    en: tuple[Form, ...]
    zh: tuple[Form, ...]
    weight: float


@cache
def read_dictionary() -> tuple[Concept, ...]:
    """The file's lines "English|forms TAB 中文|写法 [TAB weight]" under their [department]; read once per process.

    The id is department/first English form: moving a line to another department or putting another form first changes
    it, and rules that name it.
    """
    concepts: list[Concept] = []
    department = GENERAL
    for line in DICTIONARY.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            department = line.strip("[]")
        elif line and not line.startswith("#"):
            english, chinese, *weight = line.split("\t")
            en, zh = (tuple(map(make_form, side.split("|"))) for side in (english, chinese))
            id_ = f"{department}/{fold_key(en[0].text)}"
            concepts.append(Concept(id_, department, en, zh, float(weight[0]) if weight else DICTIONARY_WEIGHT))
    return tuple(concepts)


def make_form(text: str) -> Form:
    return Form(text, tuple(analyse(text)))


def read_names(vocabulary: Vocabulary, *, known: Mapping[str, Concept]) -> list[Concept]:
    """Names of categories, brands, yes/no attributes and attribute values that exist in both languages.

    Names of other attributes ("Type", "Keys") are not indexed, so nothing could be found by them.
    """
    named = [
        *_name_nodes("category", vocabulary.categories.values()),
        *((id_, *_split_scripts(en, zh)) for id_, en, zh in _name_nodes("brand", vocabulary.brands.values())),
        *_name_nodes("attribute", (node for node in vocabulary.attributes.values() if node.kind == "boolean")),
        *_read_values(),
    ]
    concepts = (_name_concept(*names, known) for names in named)
    return [concept for concept in concepts if concept]


def _name_nodes(kind: str, nodes: Iterable[Node]) -> Iterator[tuple[str, str, str]]:
    for node in nodes:
        yield f"{kind}:{node.key}", node.name_en, node.name_zh


def _read_values() -> Iterator[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_VALUES_SQL, [MAX_VALUES])
        for _, key, english, chinese in cursor.fetchall():
            yield f"value:{key}", english, chinese


def _split_scripts(english: str, chinese: str) -> tuple[str, str]:
    """A brand's Latin and Chinese name, when one of its fields says both."""
    whole = chinese or english
    han, latin = _HAN_NAME.findall(whole), _LATIN_NAME.findall(whole)
    if len(han) == len(latin) == 1 and len(han[0]) > 1 and len(latin[0].strip()) > 1:
        return (english if english and not _HAN_NAME.search(english) else latin[0].strip()), han[0]
    return english, chinese


def _name_concept(id_: str, english: str, chinese: str, known: Mapping[str, Concept]) -> Concept | None:
    if not english or not chinese:
        return None
    held = known.get(id_)
    if held and (held.en[0].text, held.zh[0].text) == (english, chinese):
        return held
    forms = make_form(english), make_form(chinese)
    if forms[0].terms == forms[1].terms or not all(0 < len(form.terms) <= MAX_PHRASE_TERMS for form in forms):
        return None
    return Concept(id_, "", (forms[0],), (forms[1],), CATALOG_WEIGHT)
