"""REST: products whose pictures are like the one sent."""

from collections.abc import Mapping
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.contracts import LOCALES
from catalog.pictures.decoding import decode_picture
from catalog.pictures.errors import PictureRefused
from catalog.pictures.model import get_picture_model
from ranking.retrieval.picture_search import PictureHits, find_like
from ranking.serializers import request_locale
from ranking.similar import Similar
from ranking.similar_answers import SimilarHitSerializer, render_similar

MAX_BYTES = 5 * 1024**2
MAX_HITS = 50
_HEADERS = {"Cache-Control": "private, no-store"}


class PictureTooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"

    def __init__(self) -> None:
        super().__init__(_("The picture is larger than %(limit)d bytes. Send a smaller one.") % {"limit": MAX_BYTES})


class PictureParser(BaseParser):
    """The body is the picture's file itself, read up to the limit and no further."""

    media_type = "image/*"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body: bytes = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise PictureTooLarge
        return body


class PictureSearchRequestSerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=MAX_HITS, default=24)
    locale = serializers.ChoiceField(choices=LOCALES, required=False)
    market = serializers.CharField(max_length=16, default="", allow_blank=True)


class PictureHitsSerializer(serializers.Serializer[Any]):
    """Products on sale, the one with the most similar picture first."""

    model = serializers.CharField(help_text="the picture model that compared them")
    compared = serializers.IntegerField(help_text="how many product pictures there are to compare with")
    hits = SimilarHitSerializer(many=True)


class PictureSearchView(APIView):
    required_scope = "search"
    parser_classes = [PictureParser]

    @extend_schema(
        operation_id="search_by_picture",
        tags=["search"],
        summary="Products whose pictures are like the one sent",
        description="The body is the picture's file (JPEG, PNG, WebP, GIF, BMP or AVIF), at most 5 MB.",
        request={"image/*": {"type": "string", "format": "binary"}},
        parameters=[
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_HITS, "default": 24}),
            OpenApiParameter("locale", str, enum=LOCALES, description="default: what Accept-Language asks for"),
            OpenApiParameter("market", str),
        ],
        responses={200: PictureHitsSerializer, 503: OpenApiResponse(description="no picture model is configured")},
    )
    def post(self, request: Request) -> Response:
        asked = PictureSearchRequestSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        model = get_picture_model()
        vector = model.encode_pictures([_read_picture(request)])[0]
        data = asked.validated_data
        found = find_like(
            vector,
            model=model.model_name,
            locale=data.get("locale") or request_locale(),
            market=data["market"],
            limit=data["limit"],
            now=timezone.now(),
        )
        return Response(_render(found), headers=_HEADERS)


def _read_picture(request: Request) -> Any:
    body: object = request.data
    if not isinstance(body, bytes) or not body:
        raise ParseError(_("Send the picture's file as the body, with its type (image/jpeg, image/png, …)."))
    if body.lstrip()[:5].lower().startswith((b"<svg", b"<?xml")):
        raise PictureRefused(_("Drawings (SVG) are not searched with. Send a JPEG, PNG or WebP."))
    return decode_picture(body)


def _render(found: PictureHits) -> dict[str, Any]:
    alike = render_similar(Similar("", "", found.hits))
    return {"model": found.model, "compared": found.compared, "hits": alike["hits"]}
