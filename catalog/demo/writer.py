"""Writes the demo catalog: products and reviews as lines of JSON, and a picture per product type and colour."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from catalog.demo.offers import picture_name
from catalog.demo.pictures import draw_picture
from catalog.demo.products import DEFAULT_PRODUCTS, DemoProduct, make_products
from catalog.demo.reviews import make_reviews

PRODUCTS_FILE = "products.jsonl"
REVIEWS_FILE = "reviews.jsonl"


@dataclass(frozen=True, slots=True)
class Written:
    products: int
    variants: int
    reviews: int
    pictures: int


def write_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


def write_demo_catalog(
    out_dir: Path,
    picture_dir: Path,
    *,
    products: int = DEFAULT_PRODUCTS,
    report: Callable[[int], None] = lambda done: None,
) -> Written:
    out_dir.mkdir(parents=True, exist_ok=True)
    picture_dir.mkdir(parents=True, exist_ok=True)
    pictures: set[str] = set()
    done = variants = reviews = 0
    with (
        (out_dir / PRODUCTS_FILE).open("w", encoding="utf-8", newline="\n") as product_file,
        (out_dir / REVIEWS_FILE).open("w", encoding="utf-8", newline="\n") as review_file,
    ):
        for product in make_products(products):
            product_file.write(write_line(product.row))
            for review in make_reviews(product):
                review_file.write(write_line(review))
                reviews += 1
            variants += len(product.row["variants"])
            done += 1
            pictures |= write_pictures(product, picture_dir, pictures)
            report(done)
    return Written(done, variants, reviews, len(pictures))


def write_pictures(product: DemoProduct, picture_dir: Path, written: set[str]) -> set[str]:
    names = set()
    for colour in product.colours:
        name = picture_name(product.type, colour)
        if name not in written:
            drawn = draw_picture(product.type.picture, colour.hex)
            (picture_dir / name).write_text(drawn, encoding="utf-8", newline="\n")
            names.add(name)
    return names
