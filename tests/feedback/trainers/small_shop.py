"""Eight products and four concepts: enough to say who meets which query."""

from feedback.trainers.catalogs import TrainingProduct
from feedback.trainers.facts import FactBook
from feedback.trainers.lexicon import Concept, Lexicon

LEXICON = Lexicon(
    [
        Concept("e/laptop", ("laptop", "notebook"), ("笔记本电脑",), True),
        Concept("e/case", ("case",), ("保护套",), True),
        Concept("e/mouse", ("mouse",), ("鼠标",), True),
        Concept("g/black", ("black",), ("黑色", "黑"), False),
    ]
)


def product(title: str, brand: str, kind: str, text: str = "") -> TrainingProduct:
    return TrainingProduct("shop", {"en": title}, {"en": brand}, ({"en": kind},), (), {"en": text})


PRODUCTS = [
    product('HP Pavilion dv7 Notebook Black 17" 4GB', "HP", "Notebook"),
    product('Acer Swift Notebook Silver 14" 8 GB', "Acer", "Notebook"),
    product("HP Notebook case Black", "HP", "notebook case"),
    product("HP Wireless mouse Black", "HP", "mouse"),
    product("Acer mouse White", "Acer", "mouse"),
    TrainingProduct("shop", {"zh": "联想 笔记本电脑 黑色 14寸"}, {"zh": "联想"}, ({"zh": "笔记本电脑"},)),
]


def make_book() -> FactBook:
    return FactBook(PRODUCTS, LEXICON)
