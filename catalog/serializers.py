"""What the catalog's REST interface says and takes."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from catalog.contracts import LOCALES
from catalog.models import Product, Upload


class TextsField(serializers.DictField):
    """{"en": …, "zh": …}; a language that is not sent stays as it is."""

    child = serializers.CharField(allow_blank=True)


class AttributeSerializer(serializers.Serializer):
    key = serializers.CharField()
    names = TextsField(required=False)
    kind = serializers.ChoiceField(["text", "number", "boolean"], default="text")
    unit = serializers.CharField(required=False, allow_blank=True, help_text=_("such as cm, kg, GB"))
    values = serializers.ListField(help_text=_('texts, numbers, yes/no, or {"en": …, "zh": …}'))


@extend_schema_serializer(component_name="CatalogVariant")
class VariantSerializer(serializers.Serializer):
    sku = serializers.CharField()
    options = serializers.DictField(child=serializers.CharField(), required=False)
    price = serializers.DecimalField(12, 2, required=False, allow_null=True)
    sale_price = serializers.DecimalField(12, 2, required=False, allow_null=True)
    cost = serializers.DecimalField(12, 2, required=False, allow_null=True)
    stock = serializers.IntegerField(required=False, allow_null=True, help_text="null: not counted, always available")
    barcode = serializers.CharField(required=False, allow_blank=True)
    image = serializers.CharField(required=False, allow_blank=True)


class ProductSerializer(serializers.Serializer):
    """A product in the native shape, the same that JSON lines files hold. Used for the schema and for answers."""

    sku = serializers.CharField()
    status = serializers.ChoiceField(Product.Status.choices, required=False)
    titles = TextsField(required=False)
    descriptions = TextsField(required=False)
    brand = TextsField(required=False)
    category = serializers.ListField(child=TextsField(), required=False, help_text=_("the path from the root"))
    attributes = AttributeSerializer(many=True, required=False)
    variants = VariantSerializer(many=True, required=False)
    images = serializers.ListField(child=serializers.CharField(), required=False)
    sale_from = serializers.DateTimeField(required=False, allow_null=True)
    sale_until = serializers.DateTimeField(required=False, allow_null=True)
    rating_average = serializers.FloatField(required=False, allow_null=True)
    rating_count = serializers.IntegerField(required=False)
    popularity = serializers.FloatField(required=False)
    markets = serializers.ListField(child=serializers.CharField(), required=False)
    extra = serializers.DictField(required=False)

    def to_representation(self, instance: Product) -> dict[str, Any]:
        units = self.context.get("attributes", {})
        return {
            "sku": instance.sku,
            "status": instance.status,
            "titles": _texts(instance, "title"),
            "descriptions": _texts(instance, "description"),
            "brand": _names(instance.brand) if instance.brand else {},
            "category": self.context.get("paths", {}).get(instance.category_id, []),
            "attributes": [
                {"key": key, **units.get(key, {"names": {}, "kind": "text", "unit": ""}), "values": values}
                for key, values in instance.attributes.items()
            ],
            "variants": [_variant(variant) for variant in instance.variants.all()],
            "images": instance.images,
            "sale_from": instance.sale_from,
            "sale_until": instance.sale_until,
            "rating_average": instance.rating_average,
            "rating_count": instance.rating_count,
            "popularity": instance.popularity,
            "markets": instance.markets,
            "extra": instance.extra,
        }


class UploadSerializer(serializers.ModelSerializer):
    """An upload: its mapping before it runs, its counters while it runs, what came of it after."""

    mode = serializers.ChoiceField(Upload.Mode.choices, read_only=True)
    status = serializers.ChoiceField(Upload.Status.choices, read_only=True)
    percent = serializers.SerializerMethodField()
    refused_url = serializers.SerializerMethodField()

    class Meta:
        model = Upload
        fields = (
            "id", "filename", "format", "encoding", "mode", "status", "columns", "mapping", "samples", "total_bytes",
            "read_bytes", "percent", "rows", "created_count", "changed_count", "unchanged_count", "deleted_count",
            "refused_count", "notes", "error", "refused_url", "created_at", "started_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(int)
    def get_percent(self, upload: Upload) -> int:
        return show_percent(upload)

    @extend_schema_field(str)
    def get_refused_url(self, upload: Upload) -> str:
        return reverse("upload-refused", args=[upload.pk])


class UploadRequestSerializer(serializers.Serializer):
    """The parts of a multipart upload."""

    file = serializers.FileField()
    mode = serializers.ChoiceField(Upload.Mode.choices, required=False)
    mapping = serializers.JSONField(
        required=False, help_text=_('{"columns": {"column": "target"}}; guessed when absent')
    )
    dry_run = serializers.BooleanField(required=False, help_text=_("check at once"))
    run = serializers.BooleanField(required=False, help_text=_("import at once"))


class MappingSerializer(serializers.Serializer):
    columns = serializers.DictField(help_text=_("column name → target, or {target, key, kind, unit, scale, decimal}"))
    sku_from = serializers.ListField(child=serializers.CharField(), required=False)
    allow_many_archived = serializers.BooleanField(required=False)


class RefusedRowSerializer(serializers.Serializer):
    row_number = serializers.IntegerField()
    sku = serializers.CharField()
    code = serializers.CharField()
    column = serializers.CharField()
    message = serializers.CharField()
    raw = serializers.DictField()


def show_percent(upload: Upload) -> int:
    """Done is 100; a running import is never shown as done."""
    if upload.status in (Upload.Status.DONE, Upload.Status.CHECKED):
        return 100
    return min(99, int(100 * upload.read_bytes / max(upload.total_bytes, 1)))


def _texts(product: Product, name: str) -> dict[str, str]:
    return {locale: text for locale in LOCALES if (text := getattr(product, f"{name}_{locale}"))}


def _names(named: Any) -> dict[str, str]:
    return {locale: name for locale in LOCALES if (name := getattr(named, f"name_{locale}"))}


def _variant(variant: Any) -> dict[str, Any]:
    return {
        "sku": variant.sku,
        "options": variant.options,
        "price": variant.price,
        "sale_price": variant.sale_price,
        "cost": variant.cost,
        "stock": variant.stock,
        "barcode": variant.barcode,
        "image": variant.image,
    }
