"""What people call the fields and fixed choices that rules name by codes; attributes and the rest keep their keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ranking.merchandising.meeting_words import OTHER_WORDS

FIELDS: Mapping[str, Any] = {
    "brand": _("brand"),
    "category": _("category"),
    "price": _("price"),
    "rating": _("rating"),
    "sku": _("product"),
    "in_stock": _("in stock"),
    "on_sale": _("on sale"),
}
CHOICES: Mapping[str, Mapping[str, Any]] = {
    "sort": {
        "relevance": _("relevance"),
        "price_asc": _("price, low to high"),
        "price_desc": _("price, high to low"),
        "rating": _("rating"),
        "newest": _("newest"),
        "popularity": _("popularity"),
    },
    "intent": {
        "search": _("find"),
        "compare": _("compare"),
        "ask": _("ask"),
        "browse": _("look around"),
        "support": _("get help"),
        "navigate": _("reach a page"),
    },
    "locale": {"en": _("English"), "zh": _("Chinese")},
    "device": {"desktop": _("desktop"), "tablet": _("tablet"), "phone": _("phone")},
}


def say_field(name: str) -> str:
    return str(FIELDS.get(name, name))


def say_choice(kind: str, value: str) -> str:
    """Of a condition of this kind; codes that are the shop's own stay as they are."""
    return str(CHOICES.get(kind, {}).get(value, value))


def say_choices(kind: str, values: Sequence[str]) -> list[str]:
    return [say_choice(kind, value) for value in values]


def say_example_values(values: Sequence[str]) -> str:
    """Of a search that stands for others: the word for “any other” is for machines."""
    return gettext("any value") if tuple(values) == (OTHER_WORDS,) else "/".join(values)
