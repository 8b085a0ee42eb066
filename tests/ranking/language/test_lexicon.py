"""The lexicon of a real catalog: names of both languages, kept while the vocabulary is the same."""

import pytest
from django.db import connection

from catalog.models import Brand, Product
from ranking.language import lexicon
from ranking.language.lexicon import MAX_NAME_CHARACTERS, current_lexicon, forget_lexicon, name_keys
from ranking.registry import live_state
from tests.ranking.language.small_shop import build_small_shop, small_lexicon
from tests.shop import add_attribute, add_product, build_bilingual_shop, index_all


def found(name: str, of: lexicon.Lexicon | None = None) -> set[tuple[str, str]]:
    of = of or small_lexicon()
    return {(entry.field, entry.key) for key in name_keys(name) for entry in of.find(key)}


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("Sonar", ("brand", "sonar")),
        ("声纳", ("brand", "sonar")),
        ("headphone", ("category", "audio/headphones")),
        ("耳机", ("category", "audio/headphones")),
        ("phone-case", ("category", "phones/cases")),
        ("BLACK", ("colour", "black")),
        ("黑色", ("colour", "black")),
        ("wifi", ("wifi", "true")),
        ("tablets", ("category", "computers")),
        ("平板", ("category", "computers")),
        ("Memory", ("memory", "")),
    ],
)
def test_names_of_both_languages(name: str, entry: tuple[str, str]) -> None:
    assert entry in found(name)


@pytest.mark.parametrize(
    "name", ["12", "50 x 28 x 175", "s", "Yes", "是", "其他", "x" * (MAX_NAME_CHARACTERS + 1), "", "!!"]
)
def test_what_names_nothing_has_no_key(name: str) -> None:
    assert name_keys(name) == set()


def test_a_part_of_a_name_is_marked() -> None:
    (entry,) = small_lexicon().find("tablet")
    assert entry.alias


def test_counts_are_products() -> None:
    counts = {entry.key: entry.count for name in ("black", "sonar", "audio") for entry in small_lexicon().find(name)}
    assert counts == {"black": 10, "sonar": 25, "audio": 15}


def test_numbers_are_counted_by_category() -> None:
    snapshot, built = build_small_shop()
    tv = snapshot.vocabulary.categories["tv"].id
    assert built.numbers.count_documents("screen", 139, 141) == 2
    assert built.numbers.count_documents("width", 139, 141, categories={tv}) == 0
    assert built.numbers.count_documents("nothing", 0, 1) == 0
    assert [node.key for node in built.numbers.by_dimension["data"]] == ["memory"]


@pytest.mark.django_db
class TestInTheDatabase:
    def current(self) -> lexicon.Lexicon:
        return current_lexicon(live_state().snapshot)

    @pytest.fixture(autouse=True)
    def fresh(self) -> None:
        forget_lexicon()

    def test_a_catalog_is_read_once(self, django_assert_num_queries) -> None:
        build_bilingual_shop()
        snapshot = live_state().snapshot
        with django_assert_num_queries(1):
            first = current_lexicon(snapshot)
            assert current_lexicon(snapshot) is first
        assert found("黑色", first) == {("colour", "black")}
        assert found("特图", first) == {("brand", "tetto")}

    def test_a_new_name_is_known_at_once(self) -> None:
        build_bilingual_shop()
        assert found("Nimbus", self.current()) == set()
        brand = Brand.objects.create(key="nimbus", name_en="Nimbus", name_zh="云")
        add_product("NIM-1", "Nimbus radio", brand=brand)
        index_all()
        assert found("nimbus", self.current()) == {("brand", "nimbus")}

    def test_values_of_one_product_are_known_where_values_are_few(self) -> None:
        build_bilingual_shop()
        add_attribute("pattern", values=[("striped", "Striped", "条纹")])
        add_product("STR-1", "Striped sofa", attributes={"pattern": ["Striped"]})
        index_all()
        assert found("条纹", self.current()) == {("pattern", "striped")}

    def test_a_slow_build_runs_beside_the_searches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        build_bilingual_shop()
        old = self.current()
        started: list[tuple] = []
        monkeypatch.setattr(lexicon, "_seconds", lexicon.SLOW_SECONDS * 2)
        monkeypatch.setattr(lexicon, "_rests_until", 0.0)
        monkeypatch.setattr(lexicon.threading.Thread, "start", lambda thread: started.append(thread._args))
        Product.objects.filter(sku="HP-1").delete()
        Brand.objects.create(key="late", name_en="Late")
        snapshot = live_state().snapshot
        assert current_lexicon(snapshot) is old
        assert started == [(snapshot,)]

    def test_the_beside_build_replaces_the_lexicon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        build_bilingual_shop()
        old = self.current()
        Brand.objects.create(key="late", name_en="Late")
        closed: list[bool] = []
        monkeypatch.setattr(connection, "close", lambda: closed.append(True))
        lexicon._rebuild_beside(live_state().snapshot)
        assert self.current() is not old
        assert closed == [True]
