"""Words that a catalog writes in several ways, English and Chinese: what tidying the vocabulary may take for the same.

Names of colours, materials and things in both languages come from the search dictionary, handed in by its owner.
"""

# Whole values. Each line means one thing; one word may stand in one line only.
SAME_VALUES = (
    ("xs", "x-small", "extra small", "特小", "特小号"),
    ("s", "small", "小", "小号", "小码"),
    ("m", "medium", "med", "中", "中号", "中码"),
    ("l", "large", "lg", "大", "大号", "大码"),
    ("xl", "x-large", "extra large", "加大", "加大号", "加大码"),
    ("xxl", "2xl", "xx-large", "2x-large", "特大", "特大号"),
    ("xxxl", "3xl", "xxx-large", "3x-large"),
    ("xxxxl", "4xl", "xxxx-large", "4x-large"),
    ("one size", "one size fits all", "free size", "os", "均码"),
    ("men", "man", "men's", "mens", "male", "for men", "男", "男士", "男款", "男性"),
    ("women", "woman", "women's", "womens", "female", "ladies", "for women", "女", "女士", "女款", "女性"),
    ("unisex", "男女通用", "中性", "通用款"),
    ("kids", "kid", "kids'", "children", "child", "children's", "儿童", "童款"),
    ("yes", "y", "是", "有"),
    ("no", "否"),
    ("none", "无", "没有"),
    ("not applicable", "n/a", "不适用"),
    ("multicolour", "multicolor", "multi-colour", "multi-color", "multi-coloured", "multi-colored", "multi"),
    ("stainless steel", "s/steel", "s/s", "inox", "不锈钢"),
    ("spring", "春", "春季"),
    ("summer", "夏", "夏季"),
    ("autumn", "fall", "秋", "秋季"),
    ("winter", "冬", "冬季"),
    ("all seasons", "all season", "all-season", "四季", "四季通用"),
    ("china", "prc", "made in china", "mainland china", "中国", "中国大陆"),
    ("united states", "usa", "us", "u.s.a.", "united states of america", "美国"),
    ("united kingdom", "uk", "great britain", "英国"),
    ("germany", "made in germany", "德国"),
    ("japan", "made in japan", "日本"),
    ("wired", "有线"),
    ("wireless", "cordless", "无线"),
    ("left", "左", "左侧"),
    ("right", "右", "右侧"),
    ("indoor", "indoors", "室内"),
    ("outdoor", "outdoors", "户外", "室外"),
)

# Names of attributes, in both languages.
SAME_ATTRIBUTES = (
    ("colour", "color", "颜色", "颜色分类", "色彩"),
    ("size", "尺码", "尺寸", "大小", "规格尺寸"),
    ("material", "材质", "材料", "主要材质"),
    ("brand", "brand name", "品牌", "品牌名称"),
    ("weight", "重量"),
    ("net weight", "净重", "净含量"),
    ("width", "宽", "宽度"),
    ("height", "高", "高度"),
    ("depth", "深", "深度"),
    ("length", "长", "长度"),
    ("diameter", "直径"),
    ("thickness", "厚度"),
    ("capacity", "容量"),
    ("volume", "容积"),
    ("power", "功率"),
    ("rated power", "额定功率"),
    ("voltage", "电压"),
    ("rated voltage", "额定电压"),
    ("screen size", "display size", "屏幕尺寸"),
    ("resolution", "分辨率"),
    ("refresh rate", "刷新率"),
    ("memory", "ram", "内存", "运行内存"),
    ("storage", "storage capacity", "存储容量", "机身存储"),
    ("battery capacity", "电池容量"),
    ("battery life", "续航时间", "续航"),
    ("country of origin", "origin", "place of origin", "产地", "原产国", "原产地"),
    ("model", "model number", "型号"),
    ("gender", "适用性别", "性别"),
    ("age", "age group", "适用年龄", "年龄段"),
    ("season", "适用季节", "季节"),
    ("style", "风格"),
    ("pattern", "图案"),
    ("shape", "形状"),
    ("flavour", "flavor", "口味"),
    ("scent", "fragrance", "香型"),
    ("waterproof", "防水"),
    ("wireless", "无线"),
    ("warranty", "warranty period", "保修期", "质保期"),
    ("shelf life", "保质期"),
    ("number of pieces", "pieces", "件数"),
    ("connectivity", "连接方式"),
    ("operating system", "os", "操作系统"),
    ("processor", "cpu", "处理器"),
)

# Short for one word only, wherever it stands in a value.
SHORT_WORDS = {
    "blk": "black", "blck": "black", "bk": "black", "wht": "white", "gry": "grey", "slv": "silver", "slvr": "silver",
    "brn": "brown", "grn": "green", "ylw": "yellow", "yel": "yellow", "blu": "blue", "gld": "gold",
    "prpl": "purple", "pnk": "pink", "alu": "aluminium", "alum": "aluminium",
    "lthr": "leather", "ctn": "cotton", "wtr": "water", "rechg": "rechargeable", "adj": "adjustable",
    "w/o": "without", "std": "standard", "approx": "approximately", "asst": "assorted", "dbl": "double",
    "sgl": "single", "lt": "light", "dk": "dark", "hvy": "heavy",
    "pkg": "package", "qty": "quantity", "mfr": "manufacturer", "temp": "temperature", "freq": "frequency",
    "dims": "dimensions", "ht": "height", "wt": "weight", "len": "length",
}  # fmt: skip

# British words as Americans write them, where no rule of endings says it.
AMERICAN = {
    "grey": "gray", "greyscale": "grayscale", "aluminium": "aluminum", "tyre": "tire", "tyres": "tires",
    "moulded": "molded", "mould": "mold", "jewellery": "jewelry", "pyjamas": "pajamas", "pyjama": "pajama",
    "programme": "program", "cheque": "check", "licence": "license", "draught": "draft", "plough": "plow",
    "sulphur": "sulfur", "catalogue": "catalog", "dialogue": "dialog", "analogue": "analog", "disc": "disk",
    "metre": "meter", "litre": "liter", "centre": "center", "fibre": "fiber", "theatre": "theater",
    "colour": "color", "flavour": "flavor", "odour": "odor", "vapour": "vapor", "harbour": "harbor", "armour": "armor",
    "savoury": "savory", "neighbour": "neighbor", "modelled": "modeled", "labelled": "labeled",
    "cancelling": "canceling", "panelled": "paneled", "enrolment": "enrollment", "fulfil": "fulfill",
    "calibre": "caliber", "travelling": "traveling", "defence": "defense",
    "organiser": "organizer", "moisturiser": "moisturizer", "moisturising": "moisturizing", "steriliser": "sterilizer",
    "customisable": "customizable", "customised": "customized", "personalised": "personalized", "anodised": "anodized",
    "galvanised": "galvanized", "vulcanised": "vulcanized", "optimised": "optimized", "motorised": "motorized",
    "colourful": "colorful", "coloured": "colored", "multicolour": "multicolor", "multicoloured": "multicolored",
    "fibreglass": "fiberglass", "microfibre": "microfiber", "watercolour": "watercolor", "colouring": "coloring",
}  # fmt: skip


def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


# These end in s and are no plural, or their plural is another thing.
NO_PLURALS = _split(
    "glasses shorts news goods jeans arms customs woods gas lens bus canvas atlas alias basis series species always "
    "plus bass brass glass cross less tennis iris chassis access express wireless cordless seamless stainless windows "
    "contents trousers tights scissors"
)

# Words that change the meaning of all that follows or surround them; their number must be equal.
NEGATIONS = _split("not no non never without w/o excl excluding except free none")
NEGATIONS_ZH = "不非无未没免除勿"

# Where one of these stands, the order of the others means something ("VGA to HDMI").
DIRECTIONS = _split("to from into over per under on in for by after before vs than")
DIRECTIONS_ZH = "转到至从往→"

# Left out where something else is left: "USB Type C" is "USB-C", "black and white" is "black, white".
EMPTY_WORDS = _split("type and the")
# Of an attribute's name: "product colour" is the colour of what is sold.
EMPTY_IN_NAMES = _split("product item article goods 商品 产品")

# A Chinese value with and without one of these is the same ("黑", "黑色").
ENDINGS_ZH = ("材质", "颜色", "色", "款", "型", "类", "质", "形", "制")
