"""REST: a rule's way from draft to live and back, its history, and what each step asks of keys and staff."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action as route
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.viewsets import GenericViewSet

from catalog.errors import NotFound
from ranking.governance import workflow
from ranking.governance.actors import Actor, actor_of_key, actor_of_user
from ranking.governance.rule_history import list_versions, restore
from ranking.models import Rule
from ranking.rules_serializers import (
    ApprovalSerializer,
    RejectionSerializer,
    RestoreSerializer,
    RuleAnswer,
    RuleHistory,
    StepSerializer,
    render_rule,
)

READ, WRITE, APPROVE = "rules:read", "rules:write", "rules:approve"
# Every action of the view; one that is missing here is for `admin` keys and superusers alone.
SCOPES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("list", "retrieve", "validate", "preview", "export", "history"), (READ, "ranking.view_rule")),
    "create": (WRITE, "ranking.add_rule"),
    "destroy": (WRITE, "ranking.delete_rule"),
    **dict.fromkeys(
        (
            "update",
            "partial_update",
            "import_file",
            "submit",
            "publish",
            "pause",
            "resume",
            "restore_version",
            "discard",
        ),
        (WRITE, "ranking.change_rule"),
    ),
    "approve": (APPROVE, "ranking.approve_rule"),
    "reject": (APPROVE, "ranking.approve_rule"),
}
_ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
Step = Callable[..., Rule | None]


def _describe_step(name: str, body: type[Serializer[Any]] = StepSerializer) -> Callable[..., Any]:
    return extend_schema(
        operation_id=f"{name}_rule", tags=["rules"], parameters=[_ID], request=body, responses=RuleAnswer
    )


class RuleSteps(GenericViewSet[Rule]):
    """The steps, for the view of rules. Everybody without the right for a rule's markets is refused below the door."""

    @property
    def required_scope(self) -> str:
        return SCOPES.get(self.action or "", ("admin", ""))[0]

    @property
    def required_permission(self) -> str:
        return SCOPES.get(self.action or "", ("", "ranking.nobody"))[1]

    @_describe_step("submit")
    @route(detail=True, methods=["post"])
    def submit(self, request: Request, pk: str) -> Response:
        """Send a draft, a paused rule or a waiting change for review."""
        return take_step(workflow.submit, request, pk)

    @_describe_step("approve", ApprovalSerializer)
    @route(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Make exactly this version live (or, where that was asked for, delete the rule). Not for its author."""
        return take_step(workflow.approve, request, pk, ApprovalSerializer)

    @_describe_step("reject", RejectionSerializer)
    @route(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Send it back to its author with a comment."""
        return take_step(workflow.reject, request, pk, RejectionSerializer)

    @_describe_step("publish")
    @route(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Make it live at once; 409 `approval_needed` where the policy asks for a second person."""
        return take_step(workflow.publish, request, pk)

    @_describe_step("pause")
    @route(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Take it out of every search at once; one person may."""
        return take_step(workflow.pause, request, pk)

    @_describe_step("resume")
    @route(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Make a paused rule live again; under four eyes it waits for a second person."""
        return take_step(workflow.resume, request, pk)

    @_describe_step("discard")
    @route(detail=True, methods=["post"])
    def discard(self, request: Request, pk: str) -> Response:
        """Drop the change, or the wish to delete, that waits beside the rule."""
        body = read_step(request, StepSerializer)
        workflow.discard(read_id(pk), actor=actor_of_request(request), version=body["version"])
        return Response(render_rule(find_rule(read_id(pk))))

    @extend_schema(operation_id="rule_history", tags=["rules"], parameters=[_ID], responses=RuleHistory)
    @route(detail=True, methods=["get"])
    def history(self, request: Request, pk: str) -> Response:
        """Every version, newest first, with what changed in words; also of a deleted rule."""
        return Response({"versions": [asdict(version) for version in list_versions(read_id(pk))]})

    @_describe_step("restore", RestoreSerializer)
    @route(detail=True, methods=["post"], url_path="restore")
    def restore_version(self, request: Request, pk: str) -> Response:
        """Put a version back as a new one, also of a deleted rule; under four eyes it waits for a second person."""
        body = read_step(request, RestoreSerializer)
        restore(
            read_id(pk),
            to_version=body["to_version"],
            actor=actor_of_request(request),
            expected_version=body["version"],
            comment=body["comment"],
        )
        return Response(render_rule(find_rule(read_id(pk))))


def take_step(step: Step, request: Request, pk: str, serializer: type[Serializer[Any]] = StepSerializer) -> Response:
    body = read_step(request, serializer)
    done = step(read_id(pk), version=body["version"], actor=actor_of_request(request), comment=body.get("comment", ""))
    return Response(status=204) if done is None else Response(render_rule(find_rule(read_id(pk))))


def read_step(request: Request, serializer: type[Serializer[Any]]) -> dict[str, Any]:
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


def actor_of_request(request: Request) -> Actor:
    """The key that was sent, or the person who is signed in."""
    key: Any = request.auth
    return actor_of_key(key) if hasattr(key, "scopes") else actor_of_user(request.user)


def read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(_("There is no such rule; it may have been deleted.")) from error


def find_rule(rule_id: UUID) -> Rule:
    rule = Rule.objects.select_related("owner", "pending").filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(_("There is no such rule; it may have been deleted."))
    return rule
