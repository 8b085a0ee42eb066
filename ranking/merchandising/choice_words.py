"""What people call the fields and fixed choices that rules name by codes; attributes and the rest keep their keys."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from ranking.merchandising.meeting_words import OTHER_WORDS


def say_field(name: str) -> str:
    names = {
        "brand": _("brand"),
        "category": _("category"),
        "price": _("price"),
        "rating": _("rating"),
        "sku": _("product"),
        "in_stock": _("in stock"),
        "on_sale": _("on sale"),
    }
    return names.get(name, name)


def say_choices(kind: str, values: Sequence[str]) -> list[str]:
    """Of a condition of this kind; codes that are the shop's own stay as they are."""
    return [_NAMES.get(kind, lambda: {})().get(value, value) for value in values]


def say_example_values(values: Sequence[str]) -> str:
    """Of a search that stands for others: the word for “any other” is for machines."""
    return _("any value") if tuple(values) == (OTHER_WORDS,) else "/".join(values)


def _sorts() -> dict[str, str]:
    return {
        "relevance": _("relevance"),
        "price_asc": _("price, low to high"),
        "price_desc": _("price, high to low"),
        "rating": _("rating"),
        "newest": _("newest"),
        "popularity": _("popularity"),
    }


def _intents() -> dict[str, str]:
    return {
        "search": _("find"),
        "compare": _("compare"),
        "ask": _("ask"),
        "browse": _("look around"),
        "support": _("get help"),
        "navigate": _("reach a page"),
    }


def _locales() -> dict[str, str]:
    return {"en": _("English"), "zh": _("Chinese")}


def _devices() -> dict[str, str]:
    return {"desktop": _("desktop"), "tablet": _("tablet"), "phone": _("phone")}


_NAMES = {"sort": _sorts, "intent": _intents, "locale": _locales, "device": _devices}
