"""How a query says "at most", "at least", "about" and "between", and how it writes money, in both languages.

Every pattern is for normalised (lower-case, half-width) text whose numbers are in digits already.
"""

import re
from typing import Literal

Bound = Literal["max", "min", "about"]
BOUNDS: tuple[Bound, ...] = ("max", "min", "about")

CURRENCIES = {
    "USD": (r"us\$|\$", r"us\$|\$|usd|us dollars?|dollars?|bucks|美元|美金|刀"),
    "EUR": ("€|eur ?", "€|eur|euros?|欧元"),
    "GBP": ("£|gbp ?", "£|gbp|quid|英镑"),
    "CNY": ("¥|rmb ?|cny ?", "元钱?|块钱?|¥|rmb|cny|yuan|人民币"),
    "JPY": ("jpy ?", "jpy|yen|日元|円"),
}
MONEY_BEFORE = re.compile(
    "(?:" + "|".join(f"(?P<{code}>{before})" for code, (before, _) in CURRENCIES.items()) + r")\s?$"
)
MONEY_AFTER = re.compile(
    r"\s?(?:" + "|".join(f"(?P<{code}>{after})" for code, (_, after) in CURRENCIES.items()) + r")(?![a-z0-9])"
)
_PRICE_NOUN = (
    r"(?:(?:in the |with a |at a )?(?:price|priced|pricing|cost|costs|costing|budget)(?: range)?"
    "|价格|价位|售价|单价|价钱|预算)"
)
_FILLER = r"(?:\s*(?:is|are|of|at|a|an|the|about|was|be|:|为|在|是|要|的|控制在|大概)(?![a-z]))*"

_BEFORE: dict[Bound, str] = {
    "max": (
        r"under|below|beneath|less than|lower than|cheaper than|lighter than|shorter than|narrower than|thinner than"
        r"|smaller than|quieter than|up to|at most|no more than|not more than|no greater than|not over|not exceeding"
        r"|no higher than|no larger than|within|max(?:imum)?(?: of)?|<=?|≤"
        r"|不超过|不高于|不大于|不多于|不能超过|别超过|低于|小于|少于|轻于|薄于|短于|便宜于|最多|至多|不到|最高"
    ),
    "min": (
        r"over|above|more than|greater than|higher than|at least|no less than|not less than|no lower than|larger than"
        r"|bigger than|wider than|taller than|longer than|heavier than|thicker than|deeper than|exceeding"
        r"|min(?:imum)?(?: of)?|starting (?:at|from)|>=?|≥"
        r"|至少|不低于|不少于|不小于|大于|高于|超过|多于|宽于|长于|重于|厚于|最少|最低|起码"
    ),
    "about": r"about|around|approx(?:imately)?\.?|roughly|circa|close to|nearly|~|大约|大概|差不多|接近|约",
}
_AFTER: dict[Bound, str] = {
    "max": (
        r"or less|or under|or below|or cheaper|or lower|or smaller|or lighter|and under|and below|and less|max(?:imum)?"
        r"|tops|at most|或?以下|及以下|以内|之内|之下|封顶|内(?![存衣裤部置胆])"
    ),
    "min": (
        r"or more|or above|or over|or higher|or larger|or bigger|or longer|or better|and up|and above|and over|and more"
        r"|min(?:imum)?|at least|plus|\+(?!\d)|或?以上|及以上|之上|起步|起(?![a-z司])"
    ),
    "about": r"or so|-?ish|左右|上下|出头|左近",
}
_NO_LETTER = r"(?![a-z0-9])"
BEFORE: dict[Bound, re.Pattern[str]] = {
    bound: re.compile(rf"(?:{_PRICE_NOUN}{_FILLER}\s*)?(?<![a-z])(?:{words}){_FILLER}\s*$")
    for bound, words in _BEFORE.items()
}
AFTER: dict[Bound, re.Pattern[str]] = {
    bound: re.compile(rf"\s*(?:{words}){_NO_LETTER}(?:\s*的?(?:价格|价位|预算))?") for bound, words in _AFTER.items()
}
PRICE_BEFORE = re.compile(rf"(?:{_PRICE_NOUN}){_FILLER}\s*$")
BUDGET_BEFORE = re.compile(rf"(?:budget|预算){_FILLER}\s*$")
PRICE_AFTER = re.compile(r"\s*的?(?:价格|价位|预算|budget)")
BETWEEN_BEFORE = re.compile(rf"(?:{_PRICE_NOUN}{_FILLER}\s*)?(?:(?<![a-z])(?:between|from)|从|在)\s*$")
BETWEEN_AFTER = re.compile(r"\s*(?:之间|间(?!隔)|的?价位|range|price range)")
JOINED = re.compile(r"\s*(?P<sign>-|~|to|and|到|至|和|与|&)\s*")

# After a bare number these show that it counts something, so it is no price.
COUNTS_SOMETHING = re.compile(
    r"\s?-?(?:%|°|岁|周岁|人|个|件|页|层|口|孔|档|级|代|码|号|支|片|粒|只|双|位|种|次|年|月|天|日|周|小时|分钟|秒|星|分|折"
    r"|期|倍|核|线|键|轴|帧|针|目|度|格|抽|寸|系|款|升级|x(?![a-z])|st(?![a-z])|nd(?![a-z])|rd(?![a-z])|th(?![a-z])"
    r"|(?:people|persons?|players?|pages?|sheets?|ports?|calories|stars?|reviews?|points?|steps?|years?|months?|days?"
    r"|weeks?|hours?|hrs?|minutes?|mins?|threads?|keys?|cores?|seats?|drawers?|lights?|slots?|pockets?|channels?|inputs?"
    r"|outlets?|speeds?|times|percent|degrees?|fps|size|count|packs?|pieces?|pcs|ct|cups?|shelves|tiers?|doors?|bits?)"
    r"(?![a-z]))"
)
NOT_A_PRICE_BEFORE = re.compile(
    r"(?:size|no\.?|number|nr\.?|version|gen|series|windows|chapter|volume|spf|尺码|第|型号)\s*$"
)
# Words that a size may be told with, and what the attribute is then called.
ADJECTIVES: dict[str, tuple[str, ...]] = {
    "width": ("wide", "wider", "narrow", "narrower", "width", "宽"),
    "height": ("high", "tall", "taller", "height", "高"),
    "length": ("long", "longer", "shorter", "length", "长"),
    "depth": ("deep", "deeper", "depth", "深"),
    "thickness": ("thick", "thicker", "thin", "thinner", "thickness", "厚", "薄"),
    "weight": ("heavy", "heavier", "light", "lighter", "weighs", "weighing", "weight", "重", "轻"),
    "diameter": ("diameter", "across", "直径"),
}

# A network generation, unless what follows says memory.
NETWORK = re.compile(r"[2-6]g")
SAYS_DATA = re.compile(
    r"memory|\bram\b|\brom\b|ssd|hdd|storage|\bdis[ck]|drive|phone|laptop|notebook|tablet|ipad|\busb|flash|graphics|gpu"
    r"|内存|存储|储存|硬盘|固态|手机|电脑|笔记本|轻薄本|游戏本|平板|运存|运行|[u优]盘|流量|闪存|显存|显卡|主机"
)
MEMORY_FOLLOWS = re.compile(r"\s?-?(?:ddr|memory|ram|rom|ssd|内存|运存|运行|显存|\+)")
SAYS_WEIGHT = re.compile(
    r"\bjack|truck|crane|hoist|千斤顶|吊|葫芦|吨|\btea\b|coffee|food|snack|茶|咖啡|坚果|零食|粮|糖|克"
)
# A length this way: "3m" alone may be the brand.
SAYS_LENGTH = re.compile(r"cable|cord|hose|rope|rug|carpet|ladder|\blong\b|wire|lead|chain|tape measure|线|绳|管|长|米")

PACKS = (
    re.compile(r"(?<![a-z0-9.-])(?P<number>\d{1,4})\s?-?(?:packs?|pk|pks)(?![a-z0-9])"),
    re.compile(r"(?<![a-z])(?:pack|set|box|case|lot|bundle) of (?P<number>\d{1,4})(?![\d.a-z])"),
    re.compile(r"(?<![a-z0-9.])(?P<number>\d{1,4})[支只件个片包瓶盒袋罐条卷粒枚双对张颗块]装"),
)
PAIRS = (re.compile(r"(?<![a-z0-9.-])(?P<number>\d{1,3})\s?-?pairs?(?![a-z0-9])"),)
# Width and length of trousers, width and height of blinds: 36w x 32l are no watts and litres.
SIZE_LETTERS = re.compile(r"\d+w\s?[x*]\s?\d+[lh](?![a-z0-9])")
PIECES = (
    re.compile(r"(?<![a-z0-9.-])(?P<number>\d{1,5})\s?-?(?:pieces?|pcs?|pce|counts?|ct)(?![a-z0-9])"),
    re.compile(r"(?<![a-z0-9.])(?P<number>\d{2,5})[片颗粒张]"),
)
