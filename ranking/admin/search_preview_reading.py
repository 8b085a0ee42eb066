"""How the search read a query, for people: words and their weight, names, numbers, slips, synonyms, the intent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from catalog.models import Attribute, AttributeValue, Brand, Category
from catalog.units import format_quantity
from ranking.admin.search_preview_words import ENTITIES, INTENTS, LANGUAGES, ROLES, SOURCES
from ranking.contracts import Entity, IntentGuess, Keyword, NumberNeed, Page, Relaxation, Understanding
from ranking.storefront.money import format_money
from ranking.storefront.reading import describe_reading
from ranking.storefront.results_url import ResultsUrl

CATEGORIES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class WordView:
    """`percent` is the word's share of the need; a word that no product holds was let go."""

    text: str
    role: str
    role_label: "str | Promise"
    percent: int
    is_dropped: bool
    add_synonym: str
    find_synonyms: str


@dataclass(frozen=True, slots=True)
class NumberView:
    text: str
    meaning: str
    fields: str
    is_dropped: bool


@dataclass(frozen=True, slots=True)
class EntityView:
    """`href` opens the catalog's value; empty where the reader may not or there is none."""

    text: str
    kind: "str | Promise"
    value: str
    percent: int
    href: str


@dataclass(frozen=True, slots=True)
class ExpansionView:
    """What is also searched for some words by one source, each with the percent it counts of the typed word."""

    replaced: str
    source: "str | Promise"
    texts: tuple[tuple[str, int], ...]
    find_synonyms: str


@dataclass(frozen=True, slots=True)
class IntentView:
    label: "str | Promise"
    percent: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ReadingView:
    """`sentences` are what shoppers read above the page."""

    searched: str
    language: "str | Promise"
    sentences: tuple[str, ...]
    corrections: tuple[tuple[str, str], ...]
    is_corrected: bool
    offer: str
    words: tuple[WordView, ...]
    numbers: tuple[NumberView, ...]
    entities: tuple[EntityView, ...]
    categories: tuple[EntityView, ...]
    expansions: tuple[ExpansionView, ...]
    intents: tuple[IntentView, ...]


def describe_understanding(page: Page, *, user: Any) -> ReadingView | None:
    """None when browsing. Links lead only where this user may go."""
    understanding = page.understanding
    if understanding is None:
        return None
    locale = page.request.locale
    shopper = describe_reading(page, ResultsUrl(query=page.request.query))
    correction = understanding.correction
    named = _Names((*understanding.entities, *understanding.categories), locale=locale, user=user)
    return ReadingView(
        searched=understanding.text,
        language=LANGUAGES.get(understanding.language, understanding.language),
        sentences=shopper.sentences,
        corrections=correction.changes if correction else (),
        is_corrected=bool(correction and correction.applied),
        offer=correction.corrected if correction and not correction.applied else "",
        words=tuple(_show_word(item, page.relaxations, user) for item in list_words(understanding)),
        numbers=_show_numbers(understanding.numbers, page.relaxations, locale),
        entities=tuple(map(named.show, understanding.entities)),
        categories=tuple(map(named.show, understanding.categories[:CATEGORIES_SHOWN])),
        expansions=group_expansions(understanding, user=user),
        intents=list_intents(understanding.intent),
    )


def list_words(understanding: Understanding) -> tuple[Keyword, ...]:
    """The keywords; of a query taken as typed its terms, all alike."""
    if understanding.keywords or not understanding.terms:
        return understanding.keywords
    terms = dict.fromkeys(understanding.terms)
    return tuple(Keyword(term, (term,), 1 / len(terms)) for term in terms)


def list_intents(guess: IntentGuess | None) -> tuple[IntentView, ...]:
    """Every intent with its probability, the likeliest first."""
    if guess is None:
        return ()
    chances = dict(guess.probabilities) or {guess.label: guess.probability}
    ordered = sorted(chances.items(), key=lambda item: -item[1])
    return tuple(IntentView(INTENTS.get(name, name), round(100 * p), name == guess.label) for name, p in ordered)


def _show_word(keyword: Keyword, relaxations: Sequence[Relaxation], user: Any) -> WordView:
    kind = "unwanted" if keyword.role == "negated" else "word"
    add = f"{reverse('admin:ranking_synonym_add')}?{urlencode({'words': keyword.text})}"
    return WordView(
        text=keyword.text,
        role=keyword.role,
        role_label=ROLES.get(keyword.role, keyword.role),
        percent=round(100 * keyword.weight),
        is_dropped=_was_dropped(relaxations, kind, keyword.text),
        add_synonym=add if user.has_perm("ranking.add_synonym") else "",
        find_synonyms=_find_synonyms(keyword.text, user),
    )


def _find_synonyms(words: str, user: Any) -> str:
    if not user.has_perm("ranking.view_synonym"):
        return ""
    return f"{reverse('admin:ranking_synonym_changelist')}?{urlencode({'q': words})}"


def _was_dropped(relaxations: Iterable[Relaxation], kind: str, text: str) -> bool:
    return any(item.kind == kind and item.text == text for item in relaxations)


def _show_numbers(
    needs: Sequence[NumberNeed], relaxations: Sequence[Relaxation], locale: Any
) -> tuple[NumberView, ...]:
    keys = {field for need in needs for field in need.fields}
    rows = Attribute.objects.filter(key__in=keys) if keys else Attribute.objects.none()
    names = {row.key: _label(row, locale) for row in rows} | {"price": _("price")}
    return tuple(
        NumberView(
            text=need.text.strip(),
            meaning=say_range(need, locale),
            fields=" · ".join(names.get(field, field) for field in need.fields),
            is_dropped=_was_dropped(relaxations, "number", need.text),
        )
        for need in needs
    )


def say_range(need: NumberNeed, locale: Any) -> str:
    """The number in the shop's unit: "at least 16 GB", "10–20 kg", "139.7 cm ± 5%"."""

    def show(value: float) -> str:
        if need.dimension == "price":
            return format_money(value, need.unit or settings.SHOP_CURRENCY, locale)
        return format_quantity(value, need.unit, locale=locale)

    if need.target is not None:
        near = f" ± {100 * need.tolerance:.3g}%" if need.tolerance else ""
        return show(need.target) + near
    if need.minimum is not None and need.maximum is not None:
        return f"{show(need.minimum)} – {show(need.maximum)}"
    if need.minimum is not None:
        return _("at least %(number)s") % {"number": show(need.minimum)}
    return _("at most %(number)s") % {"number": show(need.maximum)} if need.maximum is not None else ""


def group_expansions(understanding: Understanding, *, user: Any) -> tuple[ExpansionView, ...]:
    groups: dict[tuple[str, str], dict[str, int]] = {}
    for item in understanding.expansions:
        group = groups.setdefault((_say_terms(item.replaced, understanding), item.source), {})
        group.setdefault(item.text or " ".join(item.alternative), round(100 * item.weight))
    return tuple(
        ExpansionView(
            replaced=replaced,
            source=SOURCES.get(source, source),
            texts=tuple(sorted(texts.items(), key=lambda pair: -pair[1])),
            find_synonyms=_find_synonyms(replaced, user) if source == "synonym" else "",
        )
        for (replaced, source), texts in groups.items()
    )


def _say_terms(terms: tuple[str, ...], understanding: Understanding) -> str:
    """Index terms as they stand in the query, where its words show which they are."""
    wanted = set(terms)
    words = [keyword.text for keyword in understanding.keywords if wanted.intersection(keyword.terms)]
    covered = {term for keyword in understanding.keywords if keyword.text in words for term in keyword.terms}
    return " ".join(words) if words and wanted <= covered else " ".join(terms)


def _label(row: Any, locale: str) -> str:
    names = (row.name_zh, row.name_en) if locale == "zh" else (row.name_en, row.name_zh)
    return str(names[0] or names[1] or row.key)


class _Names:
    """The catalog's values behind entities, read in one query a kind."""

    def __init__(self, entities: Sequence[Entity], *, locale: str, user: Any) -> None:
        self._locale = locale
        self._user = user
        self._rows: dict[tuple[str, str], Any] = {}
        for model, field in ((Brand, "brand"), (Category, "category")):
            keys = {entity.key for entity in entities if entity.field == field}
            found: Iterable[Any] = model._default_manager.filter(key__in=keys) if keys else ()
            self._rows |= {(field, row.key): row for row in found}
        attributes = {entity.field: entity.key for entity in entities if entity.kind == "attribute"}
        if attributes:
            keys = {entity.key for entity in entities if entity.kind == "attribute"}
            values = AttributeValue.objects.select_related("attribute")
            for row in values.filter(attribute__key__in=attributes, key__in=keys):
                self._rows[row.attribute.key, row.key] = row

    def show(self, entity: Entity) -> EntityView:
        row = self._rows.get((entity.field, entity.key))
        value = _label(row, self._locale) if row else entity.key
        if isinstance(row, AttributeValue):
            value = f"{_label(row.attribute, self._locale)}: {value}"
        return EntityView(
            text=entity.text,
            kind=ENTITIES.get(entity.kind, entity.kind),
            value=value,
            percent=round(100 * entity.confidence),
            href=self._find_page(row),
        )

    def _find_page(self, row: Any) -> str:
        owner = row.attribute if isinstance(row, AttributeValue) else row
        if owner is None:
            return ""
        name = owner._meta.model_name
        allowed = self._user.has_perm(f"catalog.view_{name}")
        return reverse(f"admin:catalog_{name}_change", args=[owner.pk]) if allowed else ""


def list_rules(outcomes: Sequence[Mapping[str, Any]], labels: Mapping[str, Any], *, user: Any) -> list[dict[str, Any]]:
    """Fates of rules with the page of each, those that held first."""
    may_open = user.has_perm("ranking.view_rule")
    order = {status: place for place, status in enumerate(labels)}
    listed = sorted(outcomes, key=lambda item: order.get(item["status"], len(order)))
    return [
        {
            **outcome,
            "label": labels.get(outcome["status"], outcome["status"]),
            "href": reverse("admin:ranking_rule_change", args=[outcome["rule_id"]]) if may_open else "",
        }
        for outcome in listed
    ]
