"""REST: search, suggest, and products like a given one."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.contracts import LOCALES
from catalog.errors import NotFound
from ranking import pipeline
from ranking.answers import PageSerializer, SuggestionsSerializer, render_page, render_suggestions
from ranking.contracts import LAYOUTS, MAX_PAGE_SIZE, SORTS
from ranking.query_string import read_query_string
from ranking.serializers import (
    MAX_SIMILAR,
    SearchRequestSerializer,
    SimilarRequestSerializer,
    SuggestRequestSerializer,
    request_locale,
)
from ranking.similar import find_similar
from ranking.similar_answers import SimilarSerializer, render_similar

# Answers differ by key, language and the second: no cache in between may keep them.
_HEADERS = {"Cache-Control": "private, no-store"}
_FILTER_HELP = (
    "`filter[brand]=sony,bose` any of these · `filter[-brand]=bose` none of these · `filter[price]=10..50` a range, "
    "either end may be missing · a comma inside a value is written `\\,`"
)


def _parameter(name: str, kind: Any = str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, **options)


SEARCH_PARAMETERS = [
    _parameter("q", description="the shopper's words, Chinese or English; empty browses"),
    _parameter("filter", OpenApiTypes.OBJECT, style="deepObject", explode=True, description=_FILTER_HELP),
    _parameter("facets", description="which facets to count, comma-separated; empty counts none"),
    _parameter("sort", enum=SORTS, default="relevance"),
    _parameter("page", {"type": "integer", "minimum": 1, "default": 1}),
    _parameter("page_size", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": 24}),
    _parameter("locale", enum=LOCALES, description="default: what Accept-Language asks for"),
    _parameter("market"),
    _parameter("category", description="the category page being browsed"),
    _parameter("shopper_id"),
    _parameter("session_id"),
    _parameter("device"),
    _parameter("segments", description="the shopper's segments, comma-separated"),
    _parameter("literal", bool, description="search exactly what was typed: no filter is read from the words"),
    _parameter("collapse", bool, description="offers of the same thing show as one (default); 0 shows them all"),
    _parameter("layout", enum=LAYOUTS, description="the view the shopper chose; absent: rules choose it"),
    _parameter("explain", bool, description="adds each hit's parts and moves, and the decision ledger"),
]
_SEARCH_EXAMPLES = [
    OpenApiExample(
        "Laptops of two brands",
        request_only=True,
        value={
            "q": "laptop 15 inch",
            "filters": [
                {"field": "brand", "values": ["lenovo", "hp"]},
                {"field": "price", "min": 300, "max": 900},
            ],
            "sort": "relevance",
            "page_size": 24,
        },
    ),
    OpenApiExample(
        "打印机墨盒，附排序依据",
        request_only=True,
        value={
            "q": "打印机 墨盒",
            "locale": "zh",
            "filters": [{"field": "in_stock", "values": ["true"]}],
            "explain": True,
        },
    ),
]


class SearchView(APIView):
    required_scope = "search"

    @extend_schema(
        operation_id="search", summary="Search", tags=["search"], parameters=SEARCH_PARAMETERS, responses=PageSerializer
    )
    def get(self, request: Request) -> Response:
        """One ranked and merchandised page of products, with facet counts over all candidates."""
        return self._answer(request, read_query_string(request.query_params))

    @extend_schema(
        operation_id="search_by_body", summary="Search (JSON body)", tags=["search"],
        request=SearchRequestSerializer, responses=PageSerializer, examples=_SEARCH_EXAMPLES,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """The same search with everything in a JSON body; equal requests give equal pages."""
        if request.query_params:
            raise ValidationError({name: [_("Put it in the body.")] for name in request.query_params})
        return self._answer(request, request.data)

    def _answer(self, request: Request, document: Any) -> Response:
        serializer = SearchRequestSerializer(data=document)
        serializer.is_valid(raise_exception=True)
        search_request = serializer.to_request()
        if search_request.explain and request.auth is None and not request.user.is_authenticated:
            raise PermissionDenied(_("Explanations name rules and weights: send an API key to see them."))
        page = pipeline.search(search_request, count=not request.user.is_staff)
        return Response(render_page(page), headers=_HEADERS)


class SuggestView(APIView):
    required_scope = "search"

    @extend_schema(
        operation_id="suggest", summary="Suggest", tags=["search"], responses=SuggestionsSerializer,
        parameters=[
            _parameter("q", description="what was typed so far"),
            _parameter("locale", enum=LOCALES),
            _parameter("limit", {"type": "integer", "minimum": 1, "maximum": 20, "default": 8}),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Completions of what the shopper typed so far: queries, categories, brands, products."""
        serializer = SuggestRequestSerializer(data=request.query_params.dict())
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        found = pipeline.suggest(data["q"], data.get("locale") or request_locale(), limit=data["limit"])
        return Response(render_suggestions(data["q"], found), headers=_HEADERS)


class SimilarView(APIView):
    required_scope = "search"

    @extend_schema(
        operation_id="similar", summary="Similar products", tags=["search"], responses=SimilarSerializer,
        parameters=[
            OpenApiParameter("sku", str, OpenApiParameter.PATH, description="of a product or of one of its variants"),
            _parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_SIMILAR, "default": 12}),
            _parameter("locale", enum=LOCALES, description="default: what Accept-Language asks for"),
            _parameter("market"),
        ],
    )  # fmt: skip
    def get(self, request: Request, sku: str) -> Response:
        """Products like this one: those in stock first, its own kind before others, one offer of each thing."""
        serializer = SimilarRequestSerializer(data=request.query_params.dict())
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        locale = data.get("locale") or request_locale()
        similar = find_similar(sku, locale=locale, market=data["market"], limit=data["limit"], now=timezone.now())
        if similar is None:
            raise NotFound(_("There is no such product, or it is not sold any more."))
        return Response(render_similar(similar), headers=_HEADERS)
