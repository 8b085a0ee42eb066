"""Admin of products, tuned for large tables: no counts of everything, related rows in one query, searched by SKU."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Count, Max, Min, QuerySet, Sum
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from catalog import pipeline
from catalog.long_lists import LongList
from catalog.models import Product, Variant
from catalog.queueing import enqueue_indexing
from catalog.row_fields import RowFault, read_images

STATUS_COLOURS = {"active": "success", "draft": "info", "archived": "warning"}


class ProductForm(forms.ModelForm):
    """Refuses here what an upload would refuse, so that nothing contradictory is ever saved."""

    class Meta:
        model = Product
        fields = "__all__"  # noqa: DJ007 - the admin's fieldsets choose

    def clean_attributes(self) -> dict[str, list[Any]]:
        value = self.cleaned_data["attributes"] or {}
        good = isinstance(value, dict) and all(
            isinstance(entries, list) and all(isinstance(entry, str | int | float | bool) for entry in entries)
            for entries in value.values()
        )
        if not good:
            raise forms.ValidationError(_('Write each attribute as its key and a list: {"colour": ["Red", "Blue"]}.'))
        return value

    def clean_images(self) -> list[str]:
        value = self.cleaned_data["images"] or []
        if not isinstance(value, list):
            raise forms.ValidationError(_('Write the pictures as a list of addresses: ["https://…"].'))
        try:
            return list(read_images(value))
        except RowFault as fault:
            raise forms.ValidationError(fault.message) from fault

    def clean_extra(self) -> dict[str, Any]:
        value = self.cleaned_data["extra"] or {}
        if not isinstance(value, dict):
            raise forms.ValidationError(_('Write the extra fields as names and values: {"model": "X1"}.'))
        return value

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "title_en" in cleaned and not (cleaned.get("title_en") or cleaned.get("title_zh")):
            raise forms.ValidationError(_("Fill in a title, in English or Chinese."))
        start, end = cleaned.get("sale_from"), cleaned.get("sale_until")
        if start and end and start >= end:
            self.add_error("sale_until", _("The sale ends before it begins. Correct one of the two dates."))
        return cleaned


class VariantForm(forms.ModelForm):
    class Meta:
        model = Variant
        fields = "__all__"  # noqa: DJ007

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        price, sale = cleaned.get("price"), cleaned.get("sale_price")
        for name in ("price", "sale_price", "cost"):
            if (cleaned.get(name) or 0) < 0:
                self.add_error(name, _("A price cannot be negative."))
        if price is not None and sale is not None and sale > price:
            self.add_error("sale_price", _("The sale price is above the price."))
        if not isinstance(cleaned.get("options") or {}, dict):
            self.add_error("options", _('Write the options as names and values: {"Size": "M"}.'))
        return cleaned


class VariantFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        """A product is sold through its variants, so one must stay."""
        super().clean()
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        if all(form.cleaned_data.get("DELETE") for form in kept if hasattr(form, "cleaned_data")):
            raise forms.ValidationError(_("A product needs at least one variant; give it the product's own SKU."))


class VariantInline(TabularInline):
    model = Variant
    form = VariantForm
    formset = VariantFormSet
    extra = 0
    min_num = 1
    tab = True
    fields = ("sku", "options", "price", "sale_price", "cost", "stock", "barcode", "image", "position")
    ordering = ("position", "id")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "options" and field is not None:
            field.widget.attrs["rows"] = 2
        return field


@admin.register(Product)
class ProductAdmin(LongList, ModelAdmin):
    form = ProductForm
    inlines = [VariantInline]
    list_display = ["show_picture", "show_title", "sku", "brand", "category", "show_price", "show_stock", "show_status"]
    list_display_links = ["show_picture", "show_title"]
    list_filter = ["status"]
    list_select_related = ["brand", "category"]
    autocomplete_fields = ["brand", "category"]
    search_fields = ["sku__startswith", "title_en__icontains", "title_zh__icontains"]  # says that there is a search
    search_help_text = _("Beginning of a SKU, or words of a title.")
    ordering = ["-id"]
    actions = ["put_on_sale", "archive"]
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": (("sku", "status"), ("title_en", "title_zh"), ("brand", "category"))}),
        (_("Description"), {"fields": ("description_en", "description_zh"), "classes": ["tab"]}),
        (_("Attributes and pictures"), {"fields": ("attributes", "images"), "classes": ["tab"]}),
        (
            _("Sale, ratings, markets"),
            {
                "fields": (
                    ("sale_from", "sale_until"),
                    ("rating_average", "rating_count"),
                    ("popularity", "markets"),
                    "extra",
                ),
                "classes": ["tab"],
            },
        ),
    )

    class Media:
        css = {"all": ["catalog/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).defer("description_en", "description_zh", "extra", "attributes")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", {}).get("cl") if hasattr(response, "context_data") else None
        if listed is not None:
            _attach_offers(listed.result_list)
        return response

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Turning a million titles into capitals takes most of a search's time; Chinese has none."""
        words = request.GET.get("q") or request.GET.get("term") or ""
        match = "contains" if words.upper() == words.lower() else "icontains"
        return ["sku__startswith", f"title_en__{match}", f"title_zh__{match}"]

    @display(description="")
    def show_picture(self, product: Product) -> str:
        if not product.images or not _may_show(product.images[0]):
            return mark_safe('<span class="catalog-thumb catalog-thumb--none" aria-hidden="true"></span>')
        return format_html('<img class="catalog-thumb" src="{}" alt="" loading="lazy">', product.images[0])

    @display(description=_("title"))
    def show_title(self, product: Product) -> str:
        first = str(product)
        second = next((title for title in (product.title_en, product.title_zh) if title not in {"", first}), "")
        return format_html('<span class="catalog-title">{}</span><span class="catalog-second">{}</span>', first, second)

    @display(description=_("price"))
    def show_price(self, product: Product) -> str:
        low, high = getattr(product, "offer", (None, None, 0, 0))[:2]
        if low is None:
            return "–"
        return f"{low:,.2f}" if low == high else f"{low:,.2f} – {high:,.2f}"

    @display(description=_("stock"))
    def show_stock(self, product: Product) -> str:
        _low, _high, stock, count = getattr(product, "offer", (None, None, 0, 0))
        if stock is None:
            return _t("not counted") if count else "0"
        if count > 1:
            return _t("%(stock)d in %(count)d variants") % {"stock": stock, "count": count}
        return str(stock)

    @display(description=_("status"), label=STATUS_COLOURS)
    def show_status(self, product: Product) -> tuple[str, str]:
        return product.status, product.get_status_display()

    @action(description=_("Put on sale"), permissions=["change"])
    def put_on_sale(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        _set_status(queryset, Product.Status.ACTIVE)

    @action(description=_("Archive"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        _set_status(queryset, Product.Status.ARCHIVED)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        pipeline.product_edited([form.instance.pk])
        enqueue_indexing([form.instance.pk])


def _may_show(address: str) -> bool:
    """The content policy lets browsers load pictures from this server and from IMAGE_ORIGINS alone."""
    allowed = tuple(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"])
    return address.startswith(("/", *(origin for origin in allowed if origin.startswith("http"))))


def _set_status(queryset: QuerySet[Product], status: str) -> None:
    ids = list(queryset.values_list("id", flat=True))
    pipeline.set_status(ids, status)
    enqueue_indexing(ids)


def _attach_offers(products: Any) -> None:
    """Price range and stock of the page's products, in one query."""
    rows = Variant.objects.filter(product__in=[product.pk for product in products]).values("product_id").annotate(
        low=Min("price"), high=Max("price"), stock=Sum("stock"), count=Count("id")
    )  # fmt: skip
    offers = {row["product_id"]: (row["low"], row["high"], row["stock"], row["count"]) for row in rows}
    for product in products:
        product.offer = offers.get(product.pk, (None, None, 0, 0))
