"""What columns are called in real files, English and Chinese, and which target each name means."""

import re
import unicodedata

# Targets in the order in which they choose among the columns; names in order of preference.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "sku": (
        "sku", "variant sku", "product sku", "item sku", "seller sku", "sku id", "sku code", "sku编码", "商品编码",
        "货号", "商品货号", "产品编号", "商品编号", "编码", "item number", "article number", "part number",
        "product code", "product id", "item id", "商品id", "id", "uniq id", "asin", "code", "编号",
    ),
    "parent": (
        "parent sku", "parent", "parent id", "group sku", "item group id", "group id", "group", "product group",
        "handle", "spu", "spu id", "master sku", "style", "父sku", "父商品", "主商品编码", "款号",
    ),
    "title": (
        "title", "product title", "item title", "标题", "商品标题", "商品名称", "产品名称", "商品名", "品名",
        "product name", "item name", "display name", "name", "名称",
    ),
    "description": (
        "description", "long description", "product description", "full description", "body html", "body", "details",
        "描述", "商品描述", "详情", "商品详情", "产品描述", "short description", "brief", "summary", "简介", "卖点",
    ),
    "brand": (
        "brand", "brand name", "品牌", "品牌名称", "manufacturer", "maker", "vendor", "制造商", "厂商", "supplier",
        "供应商",
    ),
    "category": (
        "category", "categories", "category path", "category name", "product category", "google product category",
        "department", "分类", "类目", "类别", "商品分类", "商品类目", "品类", "product type", "attr t product type",
        "产品类型", "type",
    ),
    "sale_price": (
        "sale price", "special price", "discount price", "promo price", "promotional price", "offer price", "促销价",
        "特价", "折扣价", "活动价", "优惠价",
    ),
    "price": (
        "regular price", "list price", "msrp", "original price", "compare at price", "原价", "市场价", "划线价",
        "吊牌价", "price", "unit price", "retail price", "current price", "variant price", "selling price", "售价",
        "价格", "单价", "商品价格", "零售价", "销售价", "现价", "price cents", "price in cents", "价格 分",
    ),
    "cost": (
        "cost", "cost price", "purchase price", "wholesale price", "cost per item", "成本", "成本价", "进价",
        "采购价",
    ),
    "stock": (
        "stock", "qty", "quantity", "inventory", "stock quantity", "stock level", "on hand", "available",
        "variant inventory qty", "库存", "库存量", "库存数量", "数量",
    ),
    "barcode": ("barcode", "ean", "gtin", "upc", "ean13", "isbn", "条码", "条形码", "商品条码"),
    "rating": (
        "rating", "average rating", "avg rating", "rating average", "stars", "review rating", "评分", "平均评分",
        "星级",
    ),
    "rating_count": (
        "rating count", "ratings", "review count", "reviews count", "number of reviews", "ratings count",
        "num reviews", "评论数", "评价数", "评分人数",
    ),
    "popularity": (
        "popularity", "sales", "sold", "units sold", "sales rank score", "orders", "views", "销量", "热度", "人气",
    ),
    "markets": ("market", "markets", "country availability", "available in", "市场", "销售地区"),
    "sale_from": (
        "sale from", "sale start", "sale start date", "special price from date", "促销开始", "促销开始时间",
        "活动开始时间",
    ),
    "sale_until": (
        "sale until", "sale to", "sale end", "sale end date", "special price to date", "促销结束", "促销结束时间",
        "活动结束时间",
    ),
    "status": (
        "status", "product online", "published", "enabled", "is active", "active", "状态", "上架", "是否上架",
        "商品状态",
    ),
    "deleted": ("deleted", "is deleted", "delete", "remove", "删除", "已删除"),
    "variants": ("configurable variations",),
    "attributes": ("additional attributes", "attributes", "参数", "规格参数"),
}  # fmt: skip
IMAGES = (
    "image", "images", "image url", "image link", "main image", "base image", "picture", "pictures", "photo",
    "gallery", "additional images", "image src", "img", "img 500x500", "img high", "图片", "主图", "图片链接",
    "商品图片", "图集",
)  # fmt: skip
# One picture is often given in several sizes; these are left out.
IMAGE_SIZES = ("img low", "img thumb", "img high", "small image", "thumbnail image", "thumbnail", "缩略图")
OPTIONS = (
    "color", "colour", "size", "style name", "flavor", "flavour", "pattern", "length", "width", "capacity", "颜色",
    "尺码", "尺寸", "规格", "款式", "口味", "容量", "型号",
)  # fmt: skip
# Texts even where a file happens to hold only numbers: the next one says "XL".
SIZES_AND_COLOURS = frozenset({"size", "color", "colour", "颜色", "尺码"})
# Plumbing of shop systems that no shopper filters by.
TECHNICAL = re.compile(
    r"url key|meta |use config|created at|updated at|website|store view|tax class|attribute set|gift message|custom |"
    r"page layout|display product|.* label$|map |msrp display|min cart|max cart|qty |.* qty( |$)|is qty|manage stock|"
    r"备注$|remarks?$|notes?$|comments?$|notify |backorders|allow |is in stock|is decimal|new (from|to) date|"
    r"visibility|product options|product websites|configurable variation |put$|row$|reason$|searchsite |detail html|"
    r"html len|enable "
)
PRODUCT_TYPE_NOISE = "product type"
FAMILIES: tuple[tuple[str, str], ...] = (
    ("attr_t_", "text"),
    ("attr_n_", "number"),
    ("attr_b_", "boolean"),
    ("attr_", ""),
    ("attribute:", ""),
    ("attributes.", ""),
    ("specs.", ""),
    ("spec.", ""),
    ("params.", ""),
    ("参数.", ""),
)
_LOCALE = re.compile(r"[ (（\[]+(en|english|英文|zh|cn|zh cn|zh hans|chinese|中文)[)）\]]*$|^(英文|中文)")
_UNIT = re.compile(r"^(.*?)\s*[(（\[]\s*([^()（）\[\]]{1,20})\s*[)）\]]$")
_ENGLISH = frozenset({"en", "english", "英文"})


def normalise_name(column: str) -> str:
    """ "Product_Title", "productTitle" and "PRODUCT TITLE" alike."""
    text = unicodedata.normalize("NFKC", column).strip()
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.split(r"[\s_\-.:/]+", text.lower())).strip()


def split_locale(name: str) -> tuple[str, str]:
    """("title", "zh") from "title (中文)", "title zh" or "中文标题"; the locale is empty when the name gives none."""
    match = _LOCALE.search(name)
    if match is None:
        return name, ""
    word = match[1] or match[2]
    rest = (name[: match.start()] + name[match.end() :]).strip()
    return (rest, "en" if word in _ENGLISH else "zh") if rest else (name, "")


def split_unit(column: str) -> tuple[str, str]:
    """("Weight", "kg") from "Weight (kg)"; the second is empty when there are no brackets."""
    match = _UNIT.match(column.strip())
    return (match[1], match[2].strip()) if match and match[1] else (column, "")


def find_family(column: str) -> tuple[str, str] | None:
    """The prefix that says "this is an attribute", and the kind it promises."""
    return next(((prefix, kind) for prefix, kind in FAMILIES if column.startswith(prefix) and column != prefix), None)


def readable_name(column: str) -> str:
    """ "contrast_ratio__typical_" → "Contrast ratio (typical)"."""
    text = re.sub(r"__([^_](?:.*?[^_])?)_(?=_|$)", r" (\1)", column)
    text = " ".join(re.sub(r"[_]+", " ", text).split())
    return (text[:1].upper() + text[1:])[:200] if text.islower() or not text[:1].isupper() else text[:200]
