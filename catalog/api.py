"""REST: products read, written and deleted one at a time; uploads received, checked, run and watched."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.exceptions import ParseError
from rest_framework.parsers import FileUploadParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import pipeline
from catalog.errors import MappingRefused, NotFound, RowRefused, UploadBusy, UploadRefused
from catalog.models import Attribute, Category, Product, RefusedRow, Upload
from catalog.queueing import enqueue_indexing, enqueue_upload
from catalog.refused_csv import stream_download
from catalog.serializers import (
    MappingSerializer,
    ProductSerializer,
    RefusedRowSerializer,
    UploadRequestSerializer,
    UploadSerializer,
)
from catalog.upload_record import find_upload, is_at_work

_TRUE = frozenset({"1", "true", "yes", "on"})


class RawFileParser(FileUploadParser):
    """Any body that is not a form is the file itself; its name comes from `?filename=`."""

    media_type = "*/*"

    def get_filename(self, stream: Any, media_type: Any, parser_context: Any) -> str:
        name = parser_context["request"].query_params.get("filename", "")
        return name or super().get_filename(stream, media_type, parser_context) or "upload"


class ProductListView(generics.ListAPIView):
    required_scope = "catalog"
    queryset = Product.objects.select_related("brand").prefetch_related("variants").order_by("id")
    serializer_class = ProductSerializer

    @extend_schema(
        operation_id="products_list",
        tags=["catalog"],
        parameters=[
            OpenApiParameter("sku", str, description="only SKUs that begin so"),
            OpenApiParameter("status", str),
        ],
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(render_products(page))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if prefix := self.request.query_params.get("sku"):
            queryset = queryset.filter(sku__startswith=prefix.replace("\x00", ""))
        if wanted := self.request.query_params.get("status"):
            queryset = queryset.filter(status=wanted.replace("\x00", ""))
        return queryset


class ProductView(APIView):
    required_scope = "catalog"
    queryset = Product.objects.all()

    @extend_schema(operation_id="product_get", tags=["catalog"], responses=ProductSerializer)
    def get(self, request: Request, sku: str) -> Response:
        return Response(render_products([_find_product(sku)])[0])

    @extend_schema(
        operation_id="product_put",
        tags=["catalog"],
        request=ProductSerializer,
        responses={200: ProductSerializer, 201: ProductSerializer},
    )
    def put(self, request: Request, sku: str) -> Response:
        """Create or replace. Lists of attributes and variants are taken as whole; texts not sent stay."""
        product, created = pipeline.put_product(_body(request, sku))
        enqueue_indexing([product.pk])
        answer = render_products([_find_product(product.sku)])[0]
        return Response(answer, status=status.HTTP_201_CREATED if created else status.HTTP_200_OK)

    @extend_schema(
        operation_id="product_patch", tags=["catalog"], request=ProductSerializer, responses=ProductSerializer
    )
    def patch(self, request: Request, sku: str) -> Response:
        """Change what is sent of a product that exists."""
        _find_product(sku)
        return self.put(request, sku)

    @extend_schema(operation_id="product_delete", tags=["catalog"], responses={204: None})
    def delete(self, request: Request, sku: str) -> Response:
        pipeline.delete_product(sku.replace("\x00", ""))
        return Response(status=status.HTTP_204_NO_CONTENT)


class UploadListView(generics.ListAPIView):
    required_scope = "catalog"
    queryset = Upload.objects.order_by("-created_at")
    serializer_class = UploadSerializer
    parser_classes = [MultiPartParser, RawFileParser]

    @extend_schema(operation_id="uploads_list", tags=["uploads"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    @extend_schema(
        operation_id="uploads_create",
        tags=["uploads"],
        request={"multipart/form-data": UploadRequestSerializer, "application/octet-stream": bytes},
        parameters=[OpenApiParameter("filename", str), OpenApiParameter("mode", str, enum=Upload.Mode.values),
                    OpenApiParameter("dry_run", bool), OpenApiParameter("run", bool)],
        responses={201: UploadSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Send a file. Without `run` or `dry_run` it waits, its guessed mapping in the answer."""
        file = request.data.get("file") if isinstance(request.data, Mapping) else None
        if file is None or isinstance(file, str):
            raise UploadRefused(_("No file was sent. Send it as the part “file”, or as the body with ?filename=."))
        upload = pipeline.receive_upload(
            file,
            filename=file.name or "upload",
            mode=str(_option(request, "mode") or Upload.Mode.UPSERT),
            mapping=_read_mapping(_option(request, "mapping")),
            user=request.user if request.user.is_authenticated else None,
        )
        if _flag(request, "dry_run") or _flag(request, "run"):
            enqueue_upload(upload, check_only=_flag(request, "dry_run"))
        return Response(UploadSerializer(upload).data, status=status.HTTP_201_CREATED)


class UploadView(APIView):
    required_scope = "catalog"
    queryset = Upload.objects.all()

    @extend_schema(operation_id="upload_get", tags=["uploads"], responses=UploadSerializer)
    def get(self, request: Request, upload_id: UUID) -> Response:
        """The upload as it is now; its counters move while it runs."""
        return Response(UploadSerializer(find_upload(upload_id)).data)

    @extend_schema(operation_id="upload_patch", tags=["uploads"], request=MappingSerializer, responses=UploadSerializer)
    def patch(self, request: Request, upload_id: UUID) -> Response:
        """Another mapping; it is remembered for files with the same header."""
        if is_at_work(find_upload(upload_id)):
            raise UploadBusy(_("This upload is being worked on. Wait until it is done."))
        if not isinstance(request.data, Mapping):
            raise MappingRefused(_("Send the mapping as an object with “columns”."))
        data = request.data.get("mapping", request.data)
        return Response(UploadSerializer(pipeline.set_mapping(upload_id, data)).data)


class UploadStartView(APIView):
    """Starts a check (dry run) or the import itself."""

    required_scope = "catalog"
    queryset = Upload.objects.all()
    check_only = False

    @extend_schema(tags=["uploads"], request=None, responses={202: UploadSerializer})
    def post(self, request: Request, upload_id: UUID) -> Response:
        upload = find_upload(upload_id)
        enqueue_upload(upload, check_only=self.check_only)
        return Response(UploadSerializer(upload).data, status=status.HTTP_202_ACCEPTED)


class RefusedRowsView(generics.ListAPIView):
    required_scope = "catalog"
    queryset = RefusedRow.objects.all()
    serializer_class = RefusedRowSerializer

    def get_queryset(self) -> QuerySet[RefusedRow]:
        return find_upload(self.kwargs["upload_id"]).refused_rows.order_by("row_number", "id")

    @extend_schema(operation_id="upload_refused_list", tags=["uploads"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)


class RefusedCsvView(APIView):
    required_scope = "catalog"
    queryset = Upload.objects.all()

    @extend_schema(operation_id="upload_refused_csv", tags=["uploads"], responses={(200, "text/csv"): str})
    def get(self, request: Request, upload_id: UUID) -> StreamingHttpResponse:
        """The refused rows with their reasons, to mend and upload again. Formulas are made harmless."""
        return stream_download(find_upload(upload_id))


def render_products(products: Sequence[Product]) -> list[dict[str, Any]]:
    """Products in the native shape, with the attributes and category paths they need read once for all."""
    keys = {key for product in products for key in product.attributes}
    attributes = {
        each.key: {"names": _named(each), "kind": each.kind, "unit": each.unit}
        for each in Attribute.objects.filter(key__in=keys)
    }
    context = {"attributes": attributes, "paths": _category_paths({p.category_id for p in products if p.category_id})}
    return [ProductSerializer(product, context=context).data for product in products]


def _category_paths(ids: set[int]) -> dict[int, list[dict[str, str]]]:
    keys = dict(Category.objects.filter(id__in=ids).values_list("id", "key"))
    wanted = {"/".join(key.split("/")[: depth + 1]) for key in keys.values() for depth in range(key.count("/") + 1)}
    names = {each.key: _named(each) for each in Category.objects.filter(key__in=wanted)}
    return {
        id_: [names.get("/".join(key.split("/")[: depth + 1]), {}) for depth in range(key.count("/") + 1)]
        for id_, key in keys.items()
    }


def _named(each: Any) -> dict[str, str]:
    return {locale: name for locale, name in (("en", each.name_en), ("zh", each.name_zh)) if name}


def _find_product(sku: str) -> Product:
    found = (
        Product.objects.select_related("brand").prefetch_related("variants").filter(sku=sku.replace("\x00", "")).first()
    )
    if found is None:
        raise NotFound(_("There is no product with this SKU."))
    return found


def _body(request: Request, sku: str) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ParseError(_("Send the product as a JSON object."))
    if str(request.data.get("sku", sku)) != sku:
        raise RowRefused(_("The SKU in the body differs from the one in the address."), field="sku")
    return {**request.data, "sku": sku}


def _option(request: Request, name: str) -> Any:
    data = request.data if isinstance(request.data, Mapping) else {}
    return data.get(name) or request.query_params.get(name)


def _flag(request: Request, name: str) -> bool:
    return str(_option(request, name) or "").lower() in _TRUE


def _read_mapping(value: Any) -> Mapping[str, Any] | None:
    if not value:
        return None
    try:
        data = json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise MappingRefused(_("The mapping is not valid JSON: %(why)s") % {"why": error}) from error
    if not isinstance(data, Mapping):
        raise MappingRefused(_("Send the mapping as an object with “columns”."))
    return data if "columns" in data else {"columns": data}
