"""REST: what-if simulations over the query log, and the judgements they measure by."""

from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import GenericViewSet

from ranking.errors import BadSearch
from ranking.judgement_store import even, import_judgements, store_judgements
from ranking.models import QueryJudgement, SimulatedQuery, Simulation
from ranking.query_string import read_text
from ranking.simulation_csv import stream_download
from ranking.simulation_queueing import start_simulation
from ranking.simulation_store import cancel as cancel_simulation
from ranking.simulation_store import find_simulation
from ranking.simulations_serializers import (
    ImportJudgementsSerializer,
    JudgementCountsAnswer,
    JudgementSerializer,
    SimulatedQueryAnswer,
    SimulationAnswer,
    SimulationRequest,
    read_start,
    render_judgement,
    render_query,
    render_simulation,
)

_TAGS = ["simulations"]
_ID = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)
SHOWN = ("changed", "zero_created", "zero_mended", "failed")
_QUERY_FILTERS = [
    OpenApiParameter("show", enum=SHOWN, description="only queries of which this is true"),
    OpenApiParameter("q", description="words in the query"),
]


class SimulationViewSet(GenericViewSet[Simulation]):
    required_scope = "admin"
    required_permission: str | None = None
    queryset = Simulation.objects.select_related("asked_by")
    lookup_value_regex = "[0-9a-fA-F-]{36}"

    @extend_schema(operation_id="list_simulations", tags=_TAGS, responses=SimulationAnswer)
    def list(self, request: Request) -> Response:
        """The latest first, without their questions and results."""
        page = self.paginate_queryset(self.get_queryset().defer("question", "result"))
        return self.get_paginated_response([render_simulation(row, whole=False) for row in page or ()])

    @extend_schema(
        operation_id="start_simulation", tags=_TAGS, request=SimulationRequest, responses={202: SimulationAnswer}
    )
    def create(self, request: Request) -> Response:
        """What these rules would change, asked of the most frequent queries; a worker answers, ask again for it."""
        asked, rule_ids, name = read_start(request.data)
        user = request.user if request.user.is_authenticated else None
        simulation = start_simulation(asked, rule_ids=rule_ids, name=name, user=user)
        return Response(render_simulation(simulation), status=202)

    @extend_schema(operation_id="get_simulation", tags=_TAGS, parameters=[_ID], responses=SimulationAnswer)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(render_simulation(find_simulation(pk)))

    @extend_schema(
        operation_id="list_simulated_queries",
        tags=_TAGS,
        parameters=[_ID, *_QUERY_FILTERS],
        responses=SimulatedQueryAnswer,
    )
    @action(detail=True, methods=["get"])
    def queries(self, request: Request, pk: str) -> Response:
        """The queries asked so far, the most affected first (searches × change)."""
        rows = filter_queries(find_simulation(pk), read_text(request.query_params, "show"))
        if words := read_text(request.query_params, "q"):
            rows = rows.filter(query__icontains=words)
        page = self.paginate_queryset(rows)  # type: ignore[arg-type]
        return self.get_paginated_response([render_query(row) for row in page or ()])  # type: ignore[arg-type]

    @extend_schema(
        operation_id="export_simulation", tags=_TAGS, parameters=[_ID], responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    @action(detail=True, methods=["get"])
    def export(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The queries as CSV, for a spreadsheet."""
        return stream_download(find_simulation(pk))

    @extend_schema(
        operation_id="cancel_simulation", tags=_TAGS, parameters=[_ID], request=None, responses=SimulationAnswer
    )
    @action(detail=True, methods=["post"], required_permission="ranking.change_simulation")
    def cancel(self, request: Request, pk: str) -> Response:
        """Stops within a second or two; what was found so far stays. One that is over stays as it is."""
        simulation = find_simulation(pk)
        cancel_simulation(simulation)
        return Response(render_simulation(simulation))


def filter_queries(simulation: Simulation, show: str) -> QuerySet[SimulatedQuery]:
    if show and show not in SHOWN:
        raise BadSearch(_("Unknown %(name)s; choose one of extra.allowed.") % {"name": "show"}, allowed=list(SHOWN))
    rows = simulation.queries.filter(row__isnull=False)
    match show:
        case "changed":
            return rows.filter(impact__gt=0)
        case "zero_created" | "zero_mended":
            return rows.filter(zero=show.removeprefix("zero_"))
        case "failed":
            return rows.filter(row__has_key="error")
    return rows


class JudgementViewSet(GenericViewSet[QueryJudgement]):
    required_scope = "admin"
    required_permission: str | None = None
    queryset = QueryJudgement.objects.all()

    @extend_schema(
        operation_id="list_judgements",
        tags=_TAGS,
        parameters=[OpenApiParameter("q", description="the query, whole")],
        responses=JudgementSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        rows = self.get_queryset()
        if words := read_text(request.query_params, "q"):
            rows = rows.filter(query=even(words))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response([render_judgement(row) for row in page or ()])

    @extend_schema(
        operation_id="import_judgements",
        tags=_TAGS,
        request=ImportJudgementsSerializer,
        responses=JudgementCountsAnswer,
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="import",
        pagination_class=None,
        required_permission="ranking.change_queryjudgement",
    )
    def import_rows(self, request: Request) -> Response:
        """Which products answer a query, by a person: all of it, or nothing when a row is wrong."""
        body = ImportJudgementsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked: dict[str, Any] = body.validated_data
        if "text" in asked:
            return Response(asdict(import_judgements(asked["text"])))
        return Response(asdict(store_judgements(enumerate(asked["judgements"]))))


router = SimpleRouter(trailing_slash=False)
router.register("simulations", SimulationViewSet, basename="simulation")
router.register("judgements", JudgementViewSet, basename="judgement")
