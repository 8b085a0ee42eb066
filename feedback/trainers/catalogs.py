"""The catalogs that training reads: the demo's own, and public ones in a folder beside the project, where present."""

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.demo.products import DEFAULT_PRODUCTS, make_products
from catalog.text import detect_language, strip_html

Texts = Mapping[str, str]  # language ("en", "zh") → text


@dataclass(frozen=True, slots=True)
class TrainingProduct:
    """One product as training sees it. `kinds` are names of what it is, the most exact one last; `values` are
    attribute values, each in the languages that the catalog gives.
    """

    source: str
    titles: Texts
    brands: Texts = field(default_factory=dict)
    kinds: tuple[Texts, ...] = ()
    values: tuple[Texts, ...] = ()
    descriptions: Texts = field(default_factory=dict)


_MAX_DESCRIPTION = {"en": 300, "zh": 150}  # as catalog.documents puts the embedded text together
# Icecat writes what a thing is in small letters behind its name: "HP Q6542A printing paper A4".
_SMALL_WORDS = re.compile(r"(?<![\w-])[a-z][a-z-]{2,}(?:[ /][a-z][a-z-]{1,}){0,3}(?![\w-])")
_LINKING = re.compile(r"\b(?:with|for|to|of|and|in|not|or|the|on|per|each)\b")
_LEAST_OF_A_KIND = 4


def describe(product: TrainingProduct, languages: tuple[str, ...], *, description: bool = True) -> str:
    """The text that is embedded, in the languages given: the same parts in the same order as catalog.documents."""
    titles = [product.titles[language] for language in languages if language in product.titles]
    brands = [product.brands[language] for language in languages if language in product.brands]
    kinds = [kind[language] for kind in product.kinds for language in languages if language in kind]
    texts = [
        product.descriptions[language][: _MAX_DESCRIPTION[language]]
        for language in languages
        if description and language in product.descriptions
    ]
    return " ".join(part for part in dict.fromkeys((*titles, *brands, *kinds, *texts)) if part)


def read_demo(count: int = DEFAULT_PRODUCTS) -> Iterator[TrainingProduct]:
    for made in make_products(count):
        row = made.row
        values = [value for attribute in row["attributes"] for value in attribute["values"] if isinstance(value, dict)]
        kinds = [level.as_dict() for level in made.type.path[1:]]
        yield TrainingProduct(
            "demo", row["titles"], row["brand"], (*kinds, made.type.nouns.as_dict()), tuple(values), row["descriptions"]
        )


def read_catalogs(folder: Path) -> dict[str, list[TrainingProduct]]:
    """Every catalog found, by name; the demo is always there."""
    found = {"demo": list(read_demo())}
    for name, (file, reader) in _READERS.items():
        path = folder / name / file
        if path.exists():
            found[name] = list(reader(path))
    return found


def _open_lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _read_icecat(path: Path) -> Iterator[TrainingProduct]:
    rows = list(_open_lines(path))
    written = [_small_words(row.get("title") or "") for row in rows]
    usual = Counter(phrase for phrases in written for phrase in phrases)
    for row, phrases in zip(rows, written, strict=True):
        kind = row.get("attr_t_product_type") or next((p for p in phrases if usual[p] >= _LEAST_OF_A_KIND), "")
        values = [str(value) for key, value in row.items() if key.startswith("attr_t_")]
        yield TrainingProduct(
            "chorus_icecat",
            {"en": row.get("title") or row.get("name") or ""},
            {"en": row["supplier"]} if row.get("supplier") else {},
            ({"en": kind},) if kind else (),
            tuple({"en": value} for value in values if len(value) <= 24),
            {"en": row["short_description"]} if row.get("short_description") else {},
        )


def _small_words(title: str) -> list[str]:
    return [part.strip(" /") for run in _SMALL_WORDS.findall(title) for part in _LINKING.split(run) if len(part) > 3]


def _read_bestbuy(path: Path) -> Iterator[TrainingProduct]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in json.load(file):
            kinds = tuple({"en": name} for name in row.get("categories") or () if not name.startswith("All "))
            brand = {"en": row["brand"]} if row.get("brand") else {}
            yield TrainingProduct(
                "bestbuy", {"en": row["name"]}, brand, kinds, (), {"en": row.get("description") or ""}
            )


def _read_amazon(path: Path) -> Iterator[TrainingProduct]:
    for line in _open_lines(path):
        row = line["fields"]
        if row.get("title"):
            text = re.sub(r"[#*_]+", " ", row.get("description") or "")
            yield TrainingProduct("amazon_24k", {"en": row["title"][:160]}, {}, (), (), {"en": text})


def _read_litemall(path: Path) -> Iterator[TrainingProduct]:
    for row in _open_lines(path):
        kinds = tuple({"zh": name} for name in row.get("category") or ())
        values = tuple({"zh": str(value)} for value in (row.get("attributes") or {}).values() if len(str(value)) <= 16)
        yield TrainingProduct("litemall", {"zh": row["name"]}, {}, kinds, values, {"zh": row.get("brief") or ""})


def _read_ecom_bench(path: Path) -> Iterator[TrainingProduct]:
    for platform in json.loads(path.read_text(encoding="utf-8")).values():
        for shop in platform.values():
            for row in shop.values():
                title, text = row.get("商品名称") or "", row.get("商品描述") or ""
                if title:
                    yield TrainingProduct("ecom_bench_zh", {"zh": title}, {}, (), (), {"zh": text})


def _read_magento(path: Path) -> Iterator[TrainingProduct]:
    seen = set()
    for file in sorted(path.glob("products_*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                name = row.get("name") or ""
                if not name or name in seen:
                    continue
                seen.add(name)
                kinds = tuple({"en": level} for level in (row.get("category") or "").splitlines() if level)
                text = strip_html(row.get("description") or "")
                yield TrainingProduct("magento", {"en": name}, {}, kinds, (), {"en": text})


_READERS: dict[str, tuple[str, Callable[[Path], Iterator[TrainingProduct]]]] = {
    "chorus_icecat": ("products.jsonl.gz", _read_icecat),
    "bestbuy": ("ecommerce.json.gz", _read_bestbuy),
    "amazon_24k": ("products.jsonl.gz", _read_amazon),
    "litemall": ("products.jsonl.gz", _read_litemall),
    "ecom_bench_zh": ("products.json", _read_ecom_bench),
    "magento": ("csv/catalog/SimpleProduct", _read_magento),
}


def title_language(product: TrainingProduct) -> str:
    return "zh" if "zh" in product.titles or detect_language(next(iter(product.titles.values()))) == "zh" else "en"
