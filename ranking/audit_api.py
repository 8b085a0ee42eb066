"""REST: the audit log, to read."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from ranking.models import AuditEntry
from ranking.query_string import read_text

_FILTERS = [
    OpenApiParameter("kind", enum=["rule", "policy", "permission"]),
    OpenApiParameter("object_id", description="entries about this rule, policy or permission"),
    OpenApiParameter("action", description="for example `approve`, `publish`, `pause`, `delete`"),
    OpenApiParameter("actor", description="`user:3`, `key:7`, `command:import_rules`, `system`"),
]


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    class Meta:
        model = AuditEntry
        fields = [
            "id", "at", "actor", "actor_label", "action", "kind", "object_id", "object_name", "version", "comment",
            "document", "document_hash", "previous_hash", "hash",
        ]  # fmt: skip


class AuditViewSet(ListModelMixin, GenericViewSet[AuditEntry]):
    required_scope = "rules:read"
    queryset = AuditEntry.objects.order_by("-id")
    serializer_class = AuditEntrySerializer

    @extend_schema(operation_id="list_audit", tags=["rules"], parameters=_FILTERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Every change of rules, policies and market permissions, newest first. `document` is canonical JSON text;
        each `hash` seals the entry and the `previous_hash`.
        """
        return super().list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[AuditEntry]:
        asked = {name: read_text(self.request.query_params, name) for name in ("kind", "object_id", "action", "actor")}
        return super().get_queryset().filter(**{name: value for name, value in asked.items() if value})


router = SimpleRouter(trailing_slash=False)
router.register("audit", AuditViewSet, basename="audit")
