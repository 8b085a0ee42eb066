"""REST: what the last health check found, and starting a new one."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ranking.errors import BadSearch
from ranking.health.check import find_running
from ranking.health.starting import start_check
from ranking.models import HealthCheck, HealthFinding, Rule
from ranking.query_string import read_text

MOST_FINDINGS = 500
SHOWN = 100


class FindingSerializer(serializers.ModelSerializer[HealthFinding]):
    class Meta:
        model = HealthFinding
        fields = ["kind", "rule_id", "other_id", "query", "locale", "weight", "detail", "found_at"]


class HealthSerializer(serializers.Serializer[Any]):
    """`as_of`: when the last check ended, null before the first; `counts`: kind → how many, of which `findings` lists
    the worst.
    """

    as_of = serializers.DateTimeField(allow_null=True)
    running = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.IntegerField())
    findings = FindingSerializer(many=True)


class StartedSerializer(serializers.Serializer[Any]):
    started = serializers.BooleanField(help_text="false: a check was running already")


class HealthView(APIView):
    required_scope = "admin"
    queryset = Rule.objects.all()

    @extend_schema(
        operation_id="rules_health", tags=["rules"], responses=HealthSerializer,
        parameters=[
            OpenApiParameter("kind", enum=HealthFinding.Kind.values, description="findings of this kind only"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST_FINDINGS, "default": SHOWN}),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """What is wrong with live rules and with searches, as of the last check; the worst first."""
        kind, limit = read_text(request.query_params, "kind"), read_limit(request)
        if kind and kind not in HealthFinding.Kind.values:
            allowed = list(HealthFinding.Kind.values)
            raise BadSearch(_("Unknown %(name)s; choose one of extra.allowed.") % {"name": "kind"}, allowed=allowed)
        done = HealthCheck.objects.filter(finished_at__isnull=False).order_by("-id").first()
        findings = HealthFinding.objects.filter(**({"kind": kind} if kind else {})).order_by("kind", "-weight", "id")
        answer = {
            "as_of": done.finished_at if done else None,
            "running": find_running(timezone.now()) is not None,
            "counts": done.counts if done else {},
            "findings": findings[:limit],
        }
        return Response(HealthSerializer(answer).data)

    @extend_schema(operation_id="check_rules_health", tags=["rules"], request=None, responses={202: StartedSerializer})
    def post(self, request: Request) -> Response:
        """Starts a check; it runs every night by itself."""
        return Response({"started": start_check() is not None}, status=202)


def read_limit(request: Request) -> int:
    text = read_text(request.query_params, "limit") or str(SHOWN)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= MOST_FINDINGS):
        raise BadSearch(_("“limit” is a number from 1 to %d.") % MOST_FINDINGS)
    return int(text)
