"""REST: rules. Reading, writing, checking and previewing; each write names the version it changes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from ranking.errors import BadSearch, RuleRefused
from ranking.governance.gate import check_content
from ranking.governance.policies import read_policies
from ranking.governance.versions import pending_of
from ranking.merchandising.actions import ACTION_KINDS
from ranking.merchandising.describe import describe_rule
from ranking.merchandising.references import find_unknown
from ranking.merchandising.schema import RuleDocument, parse_rule, to_document
from ranking.models import Rule
from ranking.query_string import read_text
from ranking.rule_conflicts import check_conflicts
from ranking.rule_preview import preview_rule
from ranking.rule_steps_api import RuleSteps, actor_of_request, find_rule, read_id
from ranking.rule_store import create_rule, delete_rule, update_rule
from ranking.rules_file import write_rules
from ranking.rules_import import import_rules
from ranking.rules_serializers import (
    ImportRulesAnswer,
    ImportRulesSerializer,
    PreviewRequestSerializer,
    PreviewSearchSerializer,
    RuleAnswer,
    RuleVerdict,
    render_rule,
)

MOST_DIGITS = 18
_ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
_VERSION = OpenApiParameter("version", int, description="refuse with 409 unless the rule still has this version")
_LIST_FILTERS = [
    OpenApiParameter("status", enum=Rule.Status.values),
    OpenApiParameter("kind", enum=ACTION_KINDS, description="rules with an action of this kind"),
    OpenApiParameter("q", description="words in the name or the reason"),
    OpenApiParameter("tag"),
]


class YamlRenderer(JSONRenderer):
    """For clients that ask for the type of the file; what is refused is JSON, which YAML reads."""

    media_type = "application/yaml"
    format = "yaml"


class RuleViewSet(RuleSteps):
    queryset = Rule.objects.select_related("owner", "pending")
    lookup_value_regex = "[0-9a-fA-F-]{36}"

    @extend_schema(operation_id="list_rules", tags=["rules"], parameters=_LIST_FILTERS, responses=RuleAnswer)
    def list(self, request: Request) -> Response:
        """Rules in order of precedence."""
        page = self.paginate_queryset(filter_rules(self.get_queryset(), request.query_params))
        return self.get_paginated_response([render_rule(rule) for rule in page or ()])

    @extend_schema(operation_id="get_rule", tags=["rules"], parameters=[_ID], responses=RuleAnswer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(render_rule(find_rule(read_id(pk))))

    @extend_schema(operation_id="create_rule", tags=["rules"], request=RuleDocument, responses={201: RuleAnswer})
    def create(self, request: Request) -> Response:
        """Takes effect with the next search when its status is `live`; under four eyes it has to be `review`."""
        rule = create_rule(parse_rule(read_body(request)), actor=actor_of_request(request))
        return Response(render_rule(rule), status=201)

    @extend_schema(
        operation_id="replace_rule", tags=["rules"], parameters=[_ID], request=RuleDocument, responses=RuleAnswer
    )
    def update(self, request: Request, pk: str) -> Response:
        """The whole rule; `version` must be the one that was read. Under four eyes a change of a live rule waits in
        `pending`, whose `version` the next change then names.
        """
        return self._save(request, read_id(pk), parse_rule(read_body(request)))

    @extend_schema(
        operation_id="change_rule", tags=["rules"], parameters=[_ID], request=RuleDocument, responses=RuleAnswer
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Some fields (lists are replaced whole); `version` must be the one that was read."""
        rule = find_rule(read_id(pk))
        change = pending_of(rule)
        stored = {**to_document(rule), **({**change.document, "status": change.status} if change else {})}
        stored.pop("version")
        return self._save(request, rule.pk, parse_rule({**stored, **read_body(request)}))

    @extend_schema(
        operation_id="delete_rule", tags=["rules"], parameters=[_ID, _VERSION], responses={204: None, 202: RuleAnswer}
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """202: under four eyes the deletion of a rule that was ever live waits for a second person."""
        text = request.query_params.get("version", "")
        if text and not (text.isdecimal() and len(text) <= MOST_DIGITS):
            raise RuleRefused(_("“version” is a number."), errors={"version": _("Must be a number.")})
        expected = int(text) if text else None
        if delete_rule(read_id(pk), expected_version=expected, actor=actor_of_request(request)):
            return Response(status=204)
        return Response(render_rule(find_rule(read_id(pk))), status=202)

    @extend_schema(operation_id="validate_rule", tags=["rules"], request=RuleDocument, responses=RuleVerdict)
    @action(detail=False, methods=["post"], url_path="validate")
    def validate(self, request: Request) -> Response:
        """Nothing is saved."""
        document = parse_rule(read_body(request))
        check_content(document, read_policies())
        told = {"summary": describe_rule(document), "warnings": find_unknown(document)}
        return Response({**told, "conflicts": check_conflicts(document)})

    @extend_schema(
        operation_id="preview_rule", tags=["rules"], request=PreviewRequestSerializer, responses=OpenApiTypes.OBJECT
    )
    @action(detail=False, methods=["post"], url_path="preview")
    def preview(self, request: Request) -> Response:
        """The page before and after this rule, by the same search that shoppers get; nothing is saved."""
        body = PreviewRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = PreviewSearchSerializer(data=body.validated_data["search"])
        asked.is_valid(raise_exception=True)
        return Response(preview_rule(body.validated_data["rule"], asked.to_request()))

    @extend_schema(operation_id="export_rules", tags=["rules"], responses={(200, "application/yaml"): OpenApiTypes.STR})
    @action(detail=False, methods=["get"], url_path="export", renderer_classes=[JSONRenderer, YamlRenderer])
    def export(self, request: Request) -> HttpResponse:
        """All rules as one YAML file, for a repository; `import` reads it back the same."""
        return HttpResponse(write_rules(self.get_queryset()), content_type="application/yaml; charset=utf-8")

    @extend_schema(
        operation_id="import_rules", tags=["rules"], request=ImportRulesSerializer, responses=ImportRulesAnswer
    )
    @action(detail=False, methods=["post"], url_path="import")
    def import_file(self, request: Request) -> Response:
        """What the file changes, told (`dry_run`, the default) or done: all of it, or nothing when a rule is wrong."""
        body = ImportRulesSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        check_import_right(request, prune=asked["prune"])
        report = import_rules(
            asked["text"],
            dry_run=asked["dry_run"],
            prune=asked["prune"],
            actor=actor_of_request(request),
            format_=asked["format"],
            status=asked["status"],
        )
        return Response(asdict(report))

    def _save(self, request: Request, rule_id: UUID, document: RuleDocument) -> Response:
        if document.version is None:
            message = _("Send the “version” you read, so that no other change is overwritten.")
            raise RuleRefused(message, errors={"version": message})
        if document.id not in (None, rule_id):
            message = _("That is the id of another rule than the one in the address.")
            raise RuleRefused(message, errors={"id": message})
        actor = actor_of_request(request)
        update_rule(rule_id, document, expected_version=document.version, actor=actor)
        return Response(render_rule(find_rule(rule_id)))


def check_import_right(request: Request, *, prune: bool) -> None:
    """A file makes rules, changes them and may delete them: staff need each of these permissions. (Keys have one.)"""
    needed = ["ranking.add_rule", "ranking.change_rule", *(["ranking.delete_rule"] if prune else [])]
    if request.auth is None and not request.user.has_perms(needed):
        raise PermissionDenied(_("A file makes, changes and may delete rules: you need the permission for each."))


def read_body(request: Request) -> dict[str, Any]:
    """What an answer adds to a document may come back unchanged: a client reads, edits, and writes."""
    if not isinstance(request.data, dict):
        raise RuleRefused(_("Send one rule as a JSON object."), errors={"rule": _("Not an object.")})
    added = set(RuleAnswer.model_fields) - set(RuleDocument.model_fields)
    return {name: value for name, value in request.data.items() if name not in added}


def filter_rules(rules: QuerySet[Rule], asked: Mapping[str, str]) -> QuerySet[Rule]:
    status, kind, words, tag = (read_text(asked, name) for name in ("status", "kind", "q", "tag"))
    for name, value, allowed in (("status", status, Rule.Status.values), ("kind", kind, ACTION_KINDS)):
        if value and value not in allowed:
            raise BadSearch(_("Unknown %(name)s; choose one of extra.allowed.") % {"name": name}, allowed=list(allowed))
    if status:
        rules = rules.filter(status=status)
    if kind:
        rules = rules.filter(actions__contains=[{"type": kind}])
    if tag:
        rules = rules.filter(tags__contains=[tag])
    if words:
        rules = rules.filter(name__icontains=words) | rules.filter(reason__icontains=words)
    return rules


router = SimpleRouter(trailing_slash=False)
router.register("rules", RuleViewSet, basename="rule")
