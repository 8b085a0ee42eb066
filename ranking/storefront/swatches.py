"""Colour names (zh, en) as colours to show."""

COLOUR_OPTIONS = {"color", "colour", "颜色"}
_COLOURS = {
    "#1c1c1e": "black|jet black|黑色|黑",
    "#ffffff": "white|白色|白|snow white",
    "#8e8e93": "gray|grey|灰色|灰",
    "#3a3a3c": "graphite|charcoal|space grey|space gray|anthracite|深灰色|炭灰色|石墨色|深空灰",
    "#c7c7cc": "silver|light grey|light gray|银色|浅灰色|浅灰",
    "#d4af37": "gold|金色",
    "#e3b7a8": "rose gold|玫瑰金|玫瑰金色",
    "#b4713d": "bronze|copper|古铜色|铜色",
    "#d93025": "red|红色|红",
    "#8b1e2d": "burgundy|wine|wine red|酒红色|酒红",
    "#f28b82": "coral|珊瑚色|珊瑚红",
    "#f4a6c0": "pink|粉色|粉红色|粉",
    "#f3d5d9": "blush|rose|裸粉色|玫瑰色",
    "#f57c00": "orange|橙色|橘色",
    "#c1440e": "terracotta|rust|陶土色|铁锈红|砖红色",
    "#fbc02d": "yellow|黄色|黄",
    "#d9a520": "mustard|ochre|姜黄色|芥末黄",
    "#2e7d32": "green|绿色|绿",
    "#1b4d3e": "forest|forest green|dark green|墨绿色|深绿色",
    "#7d8f69": "sage|sage green|鼠尾草绿|灰绿色",
    "#6b6b2a": "olive|olive green|橄榄绿|橄榄色|军绿色",
    "#98dbc6": "mint|mint green|薄荷绿|薄荷色",
    "#00838f": "teal|petrol|青色|蓝绿色|墨青色|孔雀蓝",
    "#1e66d0": "blue|蓝色|蓝",
    "#8cc4ee": "light blue|sky blue|sky|浅蓝色|天蓝色",
    "#1b2a4a": "navy|navy blue|dark blue|藏青色|深蓝色|海军蓝|藏蓝色",
    "#3f51b5": "indigo|靛蓝色",
    "#7b3fa0": "purple|violet|紫色|紫",
    "#c7b1e0": "lavender|lilac|薰衣草紫|淡紫色|浅紫色|丁香紫",
    "#6d4c41": "brown|chocolate|棕色|咖啡色|褐色",
    "#b98b5e": "camel|tan|cognac|驼色|焦糖色",
    "#e6d7bd": "beige|sand|cream|ivory|米色|米白色|杏色|奶油色|沙色|象牙白|奶白色|奶油白",
    "#d9a98e": "nude|裸色",
    "#c3b091": "khaki|卡其色",
    "#c8a27a": "natural|oak|wood|原木色|橡木色|木色",
    "#5d3a24": "walnut|胡桃木色|胡桃色",
    "#dfe3e6": "clear|transparent|glass|透明|透明色",
    "#a9b4be": "stainless steel|steel|不锈钢色|钢色",
}
_BY_NAME = {name: colour for colour, names in _COLOURS.items() for name in names.split("|")}


def colour_of(name: str) -> str:
    """The colour of a name, "" when unknown: then the name itself is shown."""
    return _BY_NAME.get(name.strip().lower().replace("-", " ").replace("_", " "), "")
