"""REST of proposed values: the review queue for programs, decisions one by one, and many at once above a threshold."""

import math
from collections.abc import Mapping
from typing import Any

import structlog
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.errors import NotFound
from catalog.models import Attribute, Proposal
from catalog.proposals import Decided, accept_above, decide, edit, open_above
from catalog.queueing import enqueue_indexing
from catalog.review.edited_value import ValueRefused
from catalog.review.figures import expect_error
from catalog.review.queue import ORDERS, PAGE_SIZE, QueueQuery, read_page

logger = structlog.get_logger(__name__)
MOST_ROWS, MOST_DECIDED, EXAMPLES = 200, 1000, 10


class ProposalSerializer(serializers.Serializer):
    """A proposed value. Numbers are in `unit`; `quote` stands in the product's `field`, "" for implied values."""

    id = serializers.IntegerField(source="pk")
    sku = serializers.CharField(source="product.sku")
    titles = serializers.SerializerMethodField()
    attribute = serializers.CharField()
    value = serializers.JSONField()
    unit = serializers.CharField()
    field = serializers.CharField()
    quote = serializers.CharField()
    is_stated = serializers.BooleanField()
    contradicts = serializers.BooleanField()
    catalog_says = serializers.SerializerMethodField()
    confidence = serializers.FloatField()
    extractors = serializers.ListField(child=serializers.CharField())
    impact = serializers.FloatField()
    status = serializers.ChoiceField(Proposal.Status.choices)
    edited_value = serializers.JSONField(allow_null=True)
    decided_by = serializers.CharField(source="decided_by.username", default=None, allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)

    def get_titles(self, proposal: Proposal) -> dict[str, str]:
        titles = {"en": proposal.product.title_en, "zh": proposal.product.title_zh}
        return {locale: title for locale, title in titles.items() if title}

    def get_catalog_says(self, proposal: Proposal) -> list[Any]:
        return list(proposal.product.attributes.get(proposal.attribute, []))


class ProposalPageSerializer(serializers.Serializer):
    results = ProposalSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="send it as ?after= for the next page")


class DecideSerializer(serializers.Serializer):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=MOST_DECIDED
    )
    decision = serializers.ChoiceField(["accept", "reject", "reopen"])


class EditSerializer(serializers.Serializer):
    value = serializers.JSONField(help_text='text, number ("1.7 L" in any unit of the attribute\'s kind) or yes/no')


class AcceptAboveSerializer(serializers.Serializer):
    attribute = serializers.CharField(max_length=120)
    threshold = serializers.FloatField(min_value=0, max_value=1)
    dry_run = serializers.BooleanField(default=False, help_text="only say what would happen")


class DecidedSerializer(serializers.Serializer):
    proposals = serializers.IntegerField(help_text="proposals decided by this call")
    products = serializers.IntegerField(help_text="products whose attributes changed")
    more = serializers.BooleanField(help_text="more were left: send the same again")


class ForeseenSerializer(serializers.Serializer):
    """What a bulk acceptance would do: the expected share of wrong values with its 95 % interval."""

    values = serializers.IntegerField()
    expected_error = serializers.FloatField()
    interval = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)
    decisions = serializers.IntegerField(help_text="decisions of people that the figure rests on")
    examples = ProposalSerializer(many=True)


class ProposalListView(APIView):
    required_scope = "catalog"
    queryset = Proposal.objects.all()

    @extend_schema(
        operation_id="proposals_list",
        tags=["enrichment"],
        responses=ProposalPageSerializer,
        parameters=[
            OpenApiParameter("order", str, enum=ORDERS),
            OpenApiParameter("status", str, description='"open" unless given; "all" for every one'),
            OpenApiParameter("attribute", str, description="key"),
            OpenApiParameter("category", str, description="key; the categories below it are included"),
            OpenApiParameter("extractor", str),
            OpenApiParameter("contradicts", bool),
            OpenApiParameter("after", str, description="`next` of the page before"),
            OpenApiParameter("page_size", int),
        ],
    )
    def get(self, request: Request) -> Response:
        """Proposed values, least certain first (or most impact first), a page at a time."""
        given = request.query_params
        page = read_page(QueueQuery.read(given.dict()), size=_read_size(given.get("page_size", "")))
        return Response({"results": ProposalSerializer(page.rows, many=True).data, "next": page.next or None})


class ProposalDecideView(APIView):
    required_scope = "catalog"
    required_permission = "catalog.change_proposal"

    @extend_schema(
        operation_id="proposals_decide", tags=["enrichment"], request=DecideSerializer, responses=DecidedSerializer
    )
    def post(self, request: Request) -> Response:
        """One decision for up to 1,000 proposals; "reopen" takes decisions back. Ids that do not exist are left out."""
        asked = _read(DecideSerializer, request)
        done = decide(asked["ids"], decision=asked["decision"], user=request.user)
        return _answer(done, decision=asked["decision"])


class ProposalEditView(APIView):
    required_scope = "catalog"
    required_permission = "catalog.change_proposal"

    @extend_schema(
        operation_id="proposal_edit", tags=["enrichment"], request=EditSerializer, responses=ProposalSerializer
    )
    def post(self, request: Request, proposal_id: int) -> Response:
        """Accept with another value than the proposed one."""
        done = edit(proposal_id, _read(EditSerializer, request)["value"], user=request.user)
        _answer(done, decision="edit")
        proposal = Proposal.objects.select_related("product", "decided_by").get(pk=proposal_id)
        return Response(ProposalSerializer(proposal).data)


class ProposalAcceptView(APIView):
    required_scope = "catalog"
    required_permission = "catalog.change_proposal"

    @extend_schema(
        operation_id="proposals_accept",
        tags=["enrichment"],
        request=AcceptAboveSerializer,
        responses=PolymorphicProxySerializer(
            component_name="AcceptAnswer",
            serializers=[DecidedSerializer, ForeseenSerializer],
            resource_type_field_name=None,
        ),
    )
    def post(self, request: Request) -> Response:
        """Accept every open value of an attribute that the text states, that does not contradict the catalog and is at
        least so certain. `dry_run` says how many they are and how many of them to expect wrong, and changes nothing.
        """
        asked = _read(AcceptAboveSerializer, request)
        key, threshold = asked["attribute"], asked["threshold"]
        if not math.isfinite(threshold):
            raise ValueRefused(_("The threshold is a number from 0 to 1."), field="threshold")
        if not Attribute.objects.filter(key=key).exists():
            raise NotFound(_("There is no attribute with this key."))
        if asked["dry_run"]:
            return Response(_foresee(key, threshold))
        return _answer(accept_above(key, threshold, user=request.user), decision="accept_above")


def _foresee(key: str, threshold: float) -> dict[str, Any]:
    figures = expect_error(key, threshold)
    examples = open_above(key, threshold).select_related("product", "decided_by").order_by("?")[:EXAMPLES]
    return {
        "values": figures.values,
        "expected_error": round(figures.error, 4),
        "interval": [round(figures.low, 4), round(figures.high, 4)],
        "decisions": figures.decisions,
        "examples": ProposalSerializer(examples, many=True).data,
    }


def _answer(done: Decided, *, decision: str) -> Response:
    enqueue_indexing(done.product_ids)
    logger.info("proposals_decided", decision=decision, proposals=done.proposals, products=len(done.product_ids))
    return Response({"proposals": done.proposals, "products": len(done.product_ids), "more": done.more})


def _read(serializer: type[serializers.Serializer], request: Request) -> Mapping[str, Any]:
    read = serializer(data=request.data)
    read.is_valid(raise_exception=True)
    return read.validated_data


def _read_size(text: str) -> int:
    return (
        min(int(text), MOST_ROWS)
        if text.isascii() and text.isdigit() and 0 < len(text) < 9 and int(text)
        else PAGE_SIZE
    )
