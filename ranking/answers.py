"""What REST answers: a Page as JSON, and the same shape described for OpenAPI (a test holds the two together)."""

from dataclasses import fields
from typing import Any

from rest_framework import serializers

from ranking.contracts import (
    INTENTS,
    LAYOUTS,
    MAX_RESULTS,
    Banner,
    Correction,
    Facet,
    FacetValue,
    Hit,
    IntentGuess,
    Move,
    Page,
    ProductCard,
    ProductGroup,
    Redirect,
    Suggestion,
    Understanding,
    VariantCard,
)

_Serializer = serializers.Serializer[Any]
_CARD = tuple(item.name for item in fields(ProductCard) if item.name != "variants")
_VARIANT = tuple(item.name for item in fields(VariantCard))
_FACET = tuple(item.name for item in fields(Facet) if item.name != "values")
_FACET_VALUE = tuple(item.name for item in fields(FacetValue))
_MOVE = tuple(item.name for item in fields(Move))
_CORRECTION = ("original", "corrected", "applied", "confidence")
_KEYWORD = ("text", "weight", "role")
_ENTITY = ("kind", "field", "key", "text", "confidence")
_NUMBER = ("dimension", "unit", "text", "minimum", "maximum", "target")
_REDIRECT = tuple(item.name for item in fields(Redirect))
_BANNER = tuple(item.name for item in fields(Banner))
_GROUP = tuple(item.name for item in fields(ProductGroup) if item.name != "hits")
_SUGGESTION = tuple(item.name for item in fields(Suggestion))


def render_page(page: Page) -> dict[str, Any]:
    """Field by field on purpose: dataclasses.asdict copies deeply and costs more than the rest of the answer."""
    request = page.request
    body = {
        "search_id": str(page.search_id),
        "query": request.query,
        "locale": request.locale,
        "sort": page.sort,
        "total": page.total,
        "page": request.page,
        "page_size": request.page_size,
        "pages": min(-(-page.total // request.page_size), MAX_RESULTS // request.page_size),
        "layout": page.layout,
        "hits": [_render_hit(hit, explain=request.explain) for hit in page.hits],
        "facets": [
            {**_pick(facet, _FACET), "values": [_pick(value, _FACET_VALUE) for value in facet.values]}
            for facet in page.facets
        ],
        "timings_ms": {step: round(float(ms), 2) for step, ms in page.timings_ms.items()},
        "notes": list(page.notes),
        "understanding": _render_understanding(page.understanding),
        "relaxations": [{"kind": item.kind, "text": item.text} for item in page.relaxations],
        "rewritten": page.rewritten,
        "redirect": _pick(page.redirect, _REDIRECT) if page.redirect else None,
        "banners": [_pick(banner, _BANNER) for banner in page.banners],
        "groups": [
            {**_pick(group, _GROUP), "hits": [_render_hit(hit, explain=request.explain) for hit in group.hits]}
            for group in page.groups
        ],
    }
    return {**body, "ledger": page.ledger} if request.explain else body


def render_suggestions(query: str, suggestions: tuple[Suggestion, ...]) -> dict[str, Any]:
    return {"query": query, "suggestions": [_pick(item, _SUGGESTION) for item in suggestions]}


def _render_understanding(understanding: Understanding | None) -> dict[str, Any] | None:
    if understanding is None:
        return None
    return {
        "text": understanding.text,
        "language": understanding.language,
        "correction": _render_correction(understanding.correction),
        "keywords": [_pick(item, _KEYWORD) for item in understanding.keywords],
        "entities": [_pick(item, _ENTITY) for item in understanding.entities],
        "numbers": [{**_pick(item, _NUMBER), "fields": list(item.fields)} for item in understanding.numbers],
        "also_searched": [item.text for item in understanding.expansions],
        "intent": _render_intent(understanding.intent),
    }


def _render_intent(intent: IntentGuess | None) -> dict[str, Any] | None:
    if intent is None:
        return None
    return {
        "label": intent.label,
        "probability": round(intent.probability, 4),
        "probabilities": {name: round(share, 4) for name, share in intent.probabilities.items()},
    }


def _render_correction(correction: Correction | None) -> dict[str, Any] | None:
    return None if correction is None else _pick(correction, _CORRECTION)


def _render_hit(hit: Hit, *, explain: bool) -> dict[str, Any]:
    product = _pick(hit.product, _CARD)
    product["variants"] = [_pick(variant, _VARIANT) for variant in hit.product.variants]
    body = {
        "position": hit.position,
        "score": round(float(hit.score), 6),
        "product": product,
        "duplicates": hit.duplicates,
    }
    if explain:
        body["parts"] = {name: float(number) for name, number in hit.parts.items()}
        body["moves"] = [_pick(move, _MOVE) for move in hit.moves]
    return body


def _pick(item: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


class VariantSerializer(_Serializer):
    sku = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField())
    price = serializers.FloatField(allow_null=True)
    sale_price = serializers.FloatField(allow_null=True)
    in_stock = serializers.BooleanField()
    image = serializers.CharField(allow_blank=True)


class ProductCardSerializer(_Serializer):
    """What a result page shows, in the asked language with fall-back to the other one."""

    id = serializers.IntegerField()
    sku = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    description = serializers.CharField(allow_blank=True)
    brand = serializers.CharField(allow_blank=True)
    brand_key = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    category_key = serializers.CharField(allow_blank=True)
    price = serializers.FloatField(allow_null=True)
    sale_price = serializers.FloatField(allow_null=True, help_text="only while the sale lasts")
    currency = serializers.CharField()
    in_stock = serializers.BooleanField()
    rating_average = serializers.FloatField(allow_null=True)
    rating_count = serializers.IntegerField()
    image = serializers.CharField(allow_blank=True)
    attributes = serializers.DictField()
    variant = serializers.CharField(
        allow_blank=True, help_text="SKU of the variant that a rule shows: the first of `variants`, and the card's own"
    )
    variants = VariantSerializer(many=True)


class MoveSerializer(_Serializer):
    """What one rule did to this hit."""

    rule_id = serializers.CharField()
    rule_name = serializers.CharField()
    effect = serializers.CharField(help_text="pin, slot, substitute, boost, bury, diversify, group, hide or filter")
    points = serializers.FloatField(help_text="score units moved")
    places = serializers.FloatField(help_text="positions moved, by a boost that moves by position; up is above zero")
    position = serializers.IntegerField(allow_null=True)
    from_position = serializers.IntegerField(allow_null=True)


class HitSerializer(_Serializer):
    position = serializers.IntegerField(help_text="1 is the first of all results, not of the page")
    score = serializers.FloatField()
    product = ProductCardSerializer()
    duplicates = serializers.IntegerField(help_text="more offers of the same thing, which `collapse=0` shows")
    parts = serializers.DictField(
        child=serializers.FloatField(), required=False, help_text="with explain: every scorer's number"
    )
    moves = MoveSerializer(many=True, required=False, help_text="with explain: what rules did")


class FacetValueSerializer(_Serializer):
    key = serializers.CharField(help_text="what a filter on this facet takes as its value")
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    selected = serializers.BooleanField()
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)


class FacetSerializer(_Serializer):
    """Counts over all candidates; a facet's own selection does not narrow its own counts."""

    field = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.ChoiceField(choices=["value", "range", "category"])
    unit = serializers.CharField(allow_blank=True)
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    opened = serializers.BooleanField(help_text="a rule asks that it is shown unfolded")
    values = FacetValueSerializer(many=True)


class KeywordSerializer(_Serializer):
    text = serializers.CharField()
    weight = serializers.FloatField(help_text="share of the need; those not negated add up to 1")
    role = serializers.CharField(help_text="must, nice or negated")


class EntitySerializer(_Serializer):
    kind = serializers.CharField(help_text="category, brand, attribute or model")
    field = serializers.CharField(help_text="what a filter on it takes as its field")
    key = serializers.CharField()
    text = serializers.CharField()
    confidence = serializers.FloatField()


class NumberSerializer(_Serializer):
    dimension = serializers.CharField()
    unit = serializers.CharField()
    text = serializers.CharField()
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    fields = serializers.ListField(child=serializers.CharField())  # type: ignore[assignment]


class CorrectionSerializer(_Serializer):
    original = serializers.CharField()
    corrected = serializers.CharField()
    applied = serializers.BooleanField(help_text="the page is that of the corrected words; false: did you mean")
    confidence = serializers.FloatField()


class IntentSerializer(_Serializer):
    label = serializers.ChoiceField(  # type: ignore[assignment]
        choices=INTENTS, help_text="search where no other intent is probable enough"
    )
    probability = serializers.FloatField()
    probabilities = serializers.DictField(child=serializers.FloatField())


class UnderstandingSerializer(_Serializer):
    """How the words were read; what was read as a number narrows the page (`literal` turns that off)."""

    text = serializers.CharField()
    language = serializers.CharField()
    correction = CorrectionSerializer(allow_null=True)
    keywords = KeywordSerializer(many=True)
    entities = EntitySerializer(many=True)
    numbers = NumberSerializer(many=True)
    also_searched = serializers.ListField(child=serializers.CharField())
    intent = IntentSerializer(allow_null=True, help_text="null where no model for it can be loaded")


class RelaxationSerializer(_Serializer):
    """What no product has, so it was let go."""

    kind = serializers.CharField(help_text="number, unwanted, word, or meaning: no product holds any of the words")
    text = serializers.CharField()


class RedirectSerializer(_Serializer):
    """Where a rule sends the shopper instead of showing results."""

    url = serializers.CharField(help_text="a path of the shop, or an https address")
    rule_id = serializers.CharField()
    rule_name = serializers.CharField()


class BannerSerializer(_Serializer):
    """What a rule shows beside the results; it takes no result's place."""

    slot = serializers.ChoiceField(choices=["top", "inline", "bottom"])
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    image = serializers.CharField(allow_blank=True)
    link = serializers.CharField(allow_blank=True)
    position = serializers.IntegerField(help_text="of the result an inline banner stands before, over all pages")
    rule_id = serializers.CharField()


class GroupSerializer(_Serializer):
    """A titled block of products that a rule shows; it takes no result's place, and is in no count."""

    title = serializers.CharField()
    position = serializers.IntegerField(
        help_text="of the result it stands before, over all pages; behind the last one: at the end of the last page"
    )
    rule_id = serializers.CharField()
    hits = HitSerializer(many=True)


class PageSerializer(_Serializer):
    search_id = serializers.UUIDField(help_text="send it back with events, so that a click is tied to what was shown")
    query = serializers.CharField(allow_blank=True)
    locale = serializers.ChoiceField(choices=["en", "zh"])
    sort = serializers.CharField()
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    page_size = serializers.IntegerField()
    pages = serializers.IntegerField(help_text="how many pages can be asked for")
    layout = serializers.ChoiceField(choices=LAYOUTS, help_text="how the hits are shown: a choice, or a rule's")
    hits = HitSerializer(many=True)
    facets = FacetSerializer(many=True)
    timings_ms = serializers.DictField(child=serializers.FloatField())
    notes = serializers.ListField(child=serializers.CharField(), help_text="what was degraded, in words")
    understanding = UnderstandingSerializer(allow_null=True)
    relaxations = RelaxationSerializer(many=True)
    rewritten = serializers.CharField(allow_blank=True, help_text="what was searched instead, because a rule says so")
    redirect = RedirectSerializer(allow_null=True)
    banners = BannerSerializer(many=True, help_text="those of this page")
    groups = GroupSerializer(many=True, help_text="those of this page")
    ledger = serializers.DictField(required=False, allow_null=True, help_text="with explain: the decision ledger")


class SuggestionSerializer(_Serializer):
    text = serializers.CharField()
    kind = serializers.CharField(help_text="query, category, brand or product")
    key = serializers.CharField(allow_blank=True, help_text="the category, brand or product it leads to")
    count = serializers.IntegerField()


class SuggestionsSerializer(_Serializer):
    query = serializers.CharField(allow_blank=True)
    suggestions = SuggestionSerializer(many=True)
