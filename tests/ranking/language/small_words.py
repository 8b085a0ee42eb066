"""A small bilingual dictionary for tests of the speller: counts as a shop of some thousand products has them."""

from ranking.language.pinyin import read_words
from ranking.language.words import Dictionary, build_dictionary

LATIN = {
    "headphones": 300, "wireless": 250, "bluetooth": 240, "speaker": 120, "keyboard": 180, "laptop": 400, "usb": 500,
    "cable": 420, "hdmi": 150, "monitor": 210, "phone": 200, "toner": 80, "cartridge": 90, "printer": 160, "sony": 90,
    "logitech": 110, "dewalt": 40, "drill": 60, "fire": 30, "pit": 25, "firepit": 12, "iphone": 70, "desk": 50,
    "mouse": 130, "router": 45, "connector": 33, "top": 20, "case": 100,
}  # fmt: skip
HAN = {
    "连衣裙": 120, "洗衣机": 90, "手机": 300, "壳": 60, "蓝牙": 200, "耳机": 260, "羽绒服": 80, "电饭煲": 50,
    "鼠标": 70,
    "无线": 180, "键盘": 65, "牛仔裤": 75, "充电宝": 40, "滚筒": 30, "浴缸": 20, "洗衣": 30, "液": 10, "运动": 55,
}  # fmt: skip
PAIRS = {
    ("wireless", "headphones"): 90, ("usb", "cable"): 200, ("hdmi", "cable"): 90, ("toner", "cartridge"): 70,
    ("bluetooth", "speaker"): 60, ("dewalt", "drill"): 30, ("fire", "pit"): 14, ("wireless", "mouse"): 60,
    ("手机", "壳"): 50, ("蓝牙", "耳机"): 120, ("无线", "鼠标"): 40, ("洗衣", "液"): 9,
}  # fmt: skip
EVERYDAY = ("login", "can", "pen", "sang", "desalt", "banana", "lap", "mower", "with", "for")


def make_words() -> Dictionary:
    readings = {word: "".join(syllables) for word, syllables in read_words(HAN).items()}
    return build_dictionary({**LATIN, **HAN}, PAIRS, readings=readings, everyday=EVERYDAY, version=7)
