"""REST: synonyms. Reading, writing, deciding on suggestions, files, and what a query becomes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from catalog.errors import NotFound
from catalog.text import analyse
from ranking.errors import BadSearch
from ranking.language.expansions import read_expansions
from ranking.models import Synonym
from ranking.query_string import read_text
from ranking.serializers import request_locale
from ranking.synonym_store import create_synonym, decide, delete_synonym, update_synonym
from ranking.synonyms_file import FORMATS, write_csv, write_solr
from ranking.synonyms_import import import_synonyms
from ranking.synonyms_serializers import (
    DecisionAnswer,
    DecisionSerializer,
    ExportAnswer,
    ImportAnswer,
    ImportSerializer,
    SynonymSerializer,
    TrialAnswer,
    TrialSerializer,
)

_CHOICES = {
    "status": Synonym.Status.values,
    "kind": Synonym.Kind.values,
    "source": Synonym.Source.values,
    "locale": ["both", "en", "zh"],
}
_ID = OpenApiParameter("id", OpenApiTypes.INT, OpenApiParameter.PATH)
_VERSION = OpenApiParameter("version", int, description="refuse with 409 unless the row still has this version")
_LIST_FILTERS = [
    *(OpenApiParameter(name, enum=values) for name, values in _CHOICES.items()),
    OpenApiParameter("q", description="part of a word of the group"),
]
_TAGS = ["synonyms"]


class SynonymViewSet(GenericViewSet[Synonym]):
    required_scope = "admin"
    required_permission: str | None = None  # of actions whose method does not say it
    queryset = Synonym.objects.select_related("changed_by")
    serializer_class = SynonymSerializer
    lookup_value_regex = "[0-9]{1,18}"

    @extend_schema(operation_id="list_synonyms", tags=_TAGS, parameters=_LIST_FILTERS)
    def list(self, request: Request) -> Response:
        """The latest changed first."""
        page = self.paginate_queryset(filter_synonyms(self.get_queryset(), request.query_params))
        return self.get_paginated_response(SynonymSerializer(page, many=True).data)

    @extend_schema(operation_id="get_synonym", tags=_TAGS, parameters=[_ID])
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(SynonymSerializer(find_synonym(int(pk))).data)

    @extend_schema(operation_id="create_synonym", tags=_TAGS, responses={201: SynonymSerializer})
    def create(self, request: Request) -> Response:
        """Takes effect with the next search when it is accepted and enabled."""
        values = read_values(request)
        values.pop("version", None)
        return Response(SynonymSerializer(create_synonym(values, user=user_of(request))).data, status=201)

    @extend_schema(operation_id="replace_synonym", tags=_TAGS, parameters=[_ID])
    def update(self, request: Request, pk: str) -> Response:
        """The whole row; `version` must be the one that was read."""
        return self._save(request, find_synonym(int(pk)), partial=False)

    @extend_schema(operation_id="change_synonym", tags=_TAGS, parameters=[_ID])
    def partial_update(self, request: Request, pk: str) -> Response:
        """Some fields (lists are replaced whole); `version` must be the one that was read."""
        return self._save(request, find_synonym(int(pk)), partial=True)

    @extend_schema(operation_id="delete_synonym", tags=_TAGS, parameters=[_ID, _VERSION], responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        text = request.query_params.get("version", "")
        if text and not (text.isdecimal() and len(text) < 10):
            raise serializers.ValidationError({"version": [_("Must be a number.")]})
        delete_synonym(int(pk), expected_version=int(text) if text else None)
        return Response(status=204)

    @extend_schema(operation_id="decide_synonyms", tags=_TAGS, request=DecisionSerializer, responses=DecisionAnswer)
    @action(detail=False, methods=["post"], required_permission="ranking.change_synonym")
    def decide(self, request: Request) -> Response:
        """Accepts or rejects suggestions together; ids that no longer exist are passed over."""
        body = DecisionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        changed = decide(body.validated_data["ids"], body.validated_data["decision"], user=user_of(request))
        return Response({"changed": changed})

    @extend_schema(operation_id="import_synonyms", tags=_TAGS, request=ImportSerializer, responses=ImportAnswer)
    @action(detail=False, methods=["post"], url_path="import", required_permission="ranking.change_synonym")
    def import_file(self, request: Request) -> Response:
        """Adds and changes rows; lines that are wrong are named and leave the others alone."""
        body = ImportSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        report = import_synonyms(asked["text"], format_=asked["format"], status=asked["status"], user=user_of(request))
        refused = [{"line": line, "reason": reason} for line, reason in report.refused]
        return Response({**asdict(report), "refused": refused})

    @extend_schema(
        operation_id="export_synonyms",
        tags=_TAGS,
        parameters=[OpenApiParameter("as", enum=[*FORMATS], description="default: csv"), *_LIST_FILTERS],
        responses=ExportAnswer,
        filters=False,
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def export(self, request: Request) -> Response:
        """Every row (csv), or the accepted ones as Solr and Elasticsearch read them."""
        format_ = request.query_params.get("as", "csv")
        if format_ not in FORMATS:
            raise BadSearch(_("Unknown %(name)s; choose one of extra.allowed.") % {"name": "as"}, allowed=[*FORMATS])
        rows = filter_synonyms(self.get_queryset(), request.query_params).order_by("id")
        lines = write_csv(rows) if format_ == "csv" else write_solr(rows)
        return Response({"format": format_, "text": "".join(lines)})

    @extend_schema(operation_id="try_synonyms", tags=_TAGS, request=TrialSerializer, responses=TrialAnswer)
    @action(detail=False, methods=["post"], url_path="try", required_permission="ranking.view_synonym")
    def try_query(self, request: Request) -> Response:
        """What a query becomes with the synonyms in effect now; nothing is saved."""
        body = TrialSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        terms = analyse(body.validated_data["q"])
        expansions = read_expansions(terms, locale=body.validated_data.get("locale") or request_locale())
        return Response({"terms": terms, "expansions": [asdict(item) for item in expansions]})

    def _save(self, request: Request, synonym: Synonym, *, partial: bool) -> Response:
        values = read_values(request, synonym, partial=partial)
        version = values.pop("version", None)
        if version is None:
            message = _("Send the “version” you read, so that no other change is overwritten.")
            raise serializers.ValidationError({"version": [message]})
        saved = update_synonym(synonym.pk, values, expected_version=version, user=user_of(request))
        return Response(SynonymSerializer(saved).data)


def read_values(request: Request, synonym: Synonym | None = None, *, partial: bool = False) -> dict[str, Any]:
    body = SynonymSerializer(synonym, data=request.data, partial=partial)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def user_of(request: Request) -> Any:
    return request.user if request.user.is_authenticated else None


def find_synonym(synonym_id: int) -> Synonym:
    synonym = Synonym.objects.select_related("changed_by").filter(pk=synonym_id).first()
    if synonym is None:
        raise NotFound(_("There is no such synonym; it may have been deleted."))
    return synonym


def filter_synonyms(synonyms: QuerySet[Synonym], asked: Mapping[str, str]) -> QuerySet[Synonym]:
    for name, allowed in _CHOICES.items():
        value = read_text(asked, name)
        if value and value not in allowed:
            raise BadSearch(_("Unknown %(name)s; choose one of extra.allowed.") % {"name": name}, allowed=list(allowed))
        if value:
            synonyms = synonyms.filter(**{name: "" if value == "both" else value})
    words = read_text(asked, "q")
    if words:
        synonyms = synonyms.filter(words__icontains=words) | synonyms.filter(alternatives__icontains=words)
    return synonyms


router = SimpleRouter(trailing_slash=False)
router.register("synonyms", SynonymViewSet, basename="synonym")
