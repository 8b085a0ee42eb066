"""Whether a text denies what it names: "without leather", "BPA-free", 不含酒精, "Bluetooth: no"."""

import re

from catalog.extractors.masking import ReadText

_WINDOW = 40
_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:without|no|not|non|isn't|aren't|doesn't|don't|never|neither|nor|free (?:of|from)|lacks?|lacking"
    r"|excluding|excludes|except|instead of|rather than|faux|fake|imitation|artificial|simulated)"
    r"(?:[\s-]+(?:any|the|a|an|be|is|have|has|use|uses|using|contain|contains|containing|include|includes|including"
    r"|suitable for|made (?:of|from|with)|real|genuine|harmful|added|for|with|support|supports)){0,3}[\s-]*"
    r"|(?:不含有?|不包含|不包括|不带|不是|不用|不支持|不具备?|不能|不可|不使用|不添加|非|无|没有|未添加|未含|拒绝|告别"
    r"|零添加|0添加|除了|免|仿|假|不|而非)(?:任何|有害|真正?的?)?)$"
)
_AFTER = re.compile(
    r"(?:[\s-]*free(?![a-z])|\s*(?::|=|\()?\s*(?:no(?![a-z0-9.°])|none(?![a-z])"
    r"|not (?:included|supported|available|suitable)|n/a(?![a-z])|✗|否(?!则)|不支持|不含|不适用)"
    r"|[\s-]+(?:look|effect|style|like|imitation|finish effect)(?![a-z])|[质皮]?(?:效果|纹理?)(?!身))"
)
_COMPATIBLE = re.compile(
    r"(?:(?<![a-z])(?:for|fits?|compatible with|suits?|suitable for|works with|designed for|such as|like)"
    r"(?: (?:the|a|an|your|use with|all))?|适用于?|兼容|适配|搭配|用于|如同?|像)[\s:]*$"
)


def is_negated(text: ReadText, start: int, end: int) -> bool:
    """Reads some words before and after; a comma or a full stop ends what a negation covers."""
    return bool(_BEFORE.search(text.lower[max(0, start - _WINDOW) : start])) or bool(
        _AFTER.match(text.lower[end : end + _WINDOW])
    )


def names_companion(text: ReadText, start: int) -> bool:
    """Whether it is what the product goes with ("case for leather sofas", 适用于实木), which it may not be itself."""
    return bool(_COMPATIBLE.search(text.lower[max(0, start - _WINDOW) : start]))
