"""What the shop sells: products, variants, categories, brands and the attribute vocabulary."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Collate, Upper
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def choose_text(english: str, chinese: str) -> str:
    """The text in the reader's language, or the other one."""
    reads_chinese = (get_language() or "").startswith("zh")
    return (chinese or english) if reads_chinese else (english or chinese)


class Category(models.Model):
    """A node of the category tree. `key` is the slash path of slugs from the root, so a subtree is a prefix."""

    key = models.CharField(_("key"), max_length=300, unique=True)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children", verbose_name=_("parent category")
    )
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=200, blank=True)
    position = models.IntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["key"]

    def __str__(self) -> str:
        return choose_text(self.name_en, self.name_zh) or self.key


class Brand(models.Model):
    key = models.CharField(_("key"), max_length=200, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        ordering = ["key"]

    def __str__(self) -> str:
        return choose_text(self.name_en, self.name_zh) or self.key


class Product(models.Model):
    """A product; what is sold are its variants (at least one). Attributes are kept as the catalog gave them:
    attribute key → list of text, number (in the attribute's unit) or boolean values.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        DRAFT = "draft", _("draft")
        ARCHIVED = "archived", _("archived")

    sku = models.CharField(_("SKU"), max_length=100, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    title_en = models.CharField(_("title (English)"), max_length=1000, blank=True)
    title_zh = models.CharField(_("title (Chinese)"), max_length=1000, blank=True)
    description_en = models.TextField(_("description (English)"), blank=True)
    description_zh = models.TextField(_("description (Chinese)"), blank=True)
    brand = models.ForeignKey(Brand, models.SET_NULL, null=True, blank=True, verbose_name=_("brand"))
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, verbose_name=_("category"))
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    # What enrichment adds, settled from accepted proposals and merges (catalog.effective says how it is read).
    extracted = models.JSONField(default=dict, blank=True, editable=False)
    images = models.JSONField(_("images"), default=list, blank=True)
    sale_from = models.DateTimeField(_("sale from"), null=True, blank=True)
    sale_until = models.DateTimeField(_("sale until"), null=True, blank=True)
    rating_average = models.FloatField(_("average rating"), null=True, blank=True)
    rating_count = models.PositiveIntegerField(_("number of ratings"), default=0)
    popularity = models.FloatField(_("popularity"), default=0)
    markets = ArrayField(
        models.CharField(max_length=16),
        verbose_name=_("markets"),
        default=list,
        blank=True,
        help_text=_("Codes of the markets that may see it; empty means all."),
    )
    extra = models.JSONField(_("extra fields"), default=dict, blank=True)
    # Hash of everything the file said: equal means "unchanged", whatever the order of its columns.
    content_fingerprint = models.CharField(max_length=32, default="", editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["category"], name="product_category"),
            models.Index(fields=["brand"], name="product_brand"),
            # For pickers: SKUs that begin so, in any case, in their order.
            models.Index(Collate(Upper("sku"), "C"), name="product_sku_letters"),
        ]

    def __str__(self) -> str:
        return choose_text(self.title_en, self.title_zh) or self.sku


class Variant(models.Model):
    """One sellable item. A product without options has exactly one variant, under the product's own SKU."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="variants", verbose_name=_("product"))
    sku = models.CharField(_("SKU"), max_length=100, unique=True)
    options = models.JSONField(_("options"), default=dict, blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, null=True, blank=True)
    sale_price = models.DecimalField(_("sale price"), max_digits=12, decimal_places=2, null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=2, null=True, blank=True)
    stock = models.IntegerField(
        _("stock"), null=True, blank=True, help_text=_("Empty: not counted, and always available.")
    )
    barcode = models.CharField(_("barcode"), max_length=64, blank=True)
    image = models.CharField(_("image"), max_length=500, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["product_id", "position", "id"]
        indexes = [models.Index(Collate(Upper("sku"), "C"), name="variant_sku_letters")]

    def __str__(self) -> str:
        return self.sku

    @property
    def is_available(self) -> bool:
        return self.stock is None or self.stock > 0


class Attribute(models.Model):
    """An attribute's name, kind and canonical unit; whether it is a facet and whether search reads it."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        NUMBER = "number", _("number")
        BOOLEAN = "boolean", _("yes / no")

    key = models.CharField(_("key"), max_length=120, unique=True)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.TEXT)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    is_facet = models.BooleanField(_("shown as a facet"), default=True)
    is_searchable = models.BooleanField(_("searched"), default=True)
    position = models.IntegerField(_("position"), default=100)
    accept_above = models.FloatField(
        _("accept from"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_(
            "Values that machines find with at least this confidence (0 to 1) are used without review. "
            "Empty: the shop's threshold; 1: a person reviews all."
        ),
    )

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return choose_text(self.name_en, self.name_zh) or self.key


class AttributeValue(models.Model):
    """One distinct value of an attribute. Its id is what the index stores, so facets count integers, not strings."""

    attribute = models.ForeignKey(Attribute, models.CASCADE, related_name="values", verbose_name=_("attribute"))
    key = models.CharField(_("key"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    name_zh = models.CharField(_("name (Chinese)"), max_length=200, blank=True)
    number = models.FloatField(_("number"), null=True, blank=True)

    class Meta:
        verbose_name = _("attribute value")
        verbose_name_plural = _("attribute values")
        constraints = [models.UniqueConstraint(fields=["attribute", "key"], name="attribute_value_key")]

    def __str__(self) -> str:
        return choose_text(self.name_en, self.name_zh) or self.key


class Review(models.Model):
    product = models.ForeignKey(Product, models.CASCADE, related_name="reviews", verbose_name=_("product"))
    author = models.CharField(_("author"), max_length=100, blank=True)
    rating = models.PositiveSmallIntegerField(_("rating"))
    title = models.CharField(_("title"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    locale = models.CharField(_("language"), max_length=8, default="en")
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.title or self.body[:60]
