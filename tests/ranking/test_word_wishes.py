"""Synonyms, separations and replacements as rules: what is searched while the rule holds, and who wins."""

import pytest
from django.utils import translation

from catalog.models import Brand, Category, Product
from catalog.steps.index import index_products
from ranking.errors import RuleRefused
from ranking.merchandising.describe import describe_actions
from ranking.merchandising.schema import parse_rule
from ranking.models import Synonym
from ranking.retrieval.suggest_refresh import rebuild_suggestions
from tests.ranking.rule_shop import add_product, ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import document, on_query

LAMPS = ["L1", "L2", "L3", "L4", "L5", "L6"]


def synonym(words, alternatives, **options):
    return {"type": "synonym", "words": list(words), "alternatives": list(alternatives), **options}


def apart(words, others=()):
    return {"type": "unassociate", "words": list(words), "others": list(others)}


@pytest.fixture
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


def also_searched(query, **fields):
    return {item.text: (item.source, item.weight) for item in ask(query, **fields).understanding.expansions}


@pytest.mark.parametrize(
    ("query", "words", "others"),
    [
        pytest.param("zorgo", ["zorgo"], ["lamp"], id="en"),
        pytest.param("佐果", ["佐果"], ["灯具"], id="zh"),
        pytest.param("佐果", ["佐果"], ["lamp"], id="zh to en"),
    ],
)
def test_a_rule_lets_words_find_others(shop, query, words, others):
    assert ask(query).total == 0
    save_rule(synonym(words, others, weight=0.8))
    assert sorted(skus(ask(query))) == LAMPS
    assert also_searched(query)[others[0]] == ("rule", 0.8)


def test_it_holds_only_where_the_rule_does(shop):
    save_rule(synonym(["zorgo"], ["lamp"]), when=[{"type": "segment", "values": ["vip"]}], markets=["cn"])
    assert ask("zorgo", segments=("vip",), market="cn").total == 6
    assert ask("zorgo", segments=("vip",)).total == 0
    assert ask("zorgo", market="cn").total == 0
    assert ask("zorgo", segments=("vip",), market="cn", literal=True).total == 0


def test_both_ways_or_one(shop):
    save_rule(synonym(["zorgo"], ["lamp"]))
    save_rule(synonym(["blarg"], ["chair"], one_way=True))
    assert "zorgo" in also_searched("lamp")
    assert "chair" in also_searched("blarg")
    assert "blarg" not in also_searched("chair")


def test_the_rules_weight_counts_above_the_stored_synonyms(shop):
    Synonym.objects.create(words=["zorgo", "lamp"], weight=0.9)
    Synonym.objects.create(words=["blarg", "chair"], weight=0)
    save_rule(synonym(["zorgo"], ["lamp"], weight=0.3), synonym(["blarg"], ["chair"], weight=0.5))
    assert also_searched("zorgo")["lamp"] == ("rule", 0.3)
    assert also_searched("blarg")["chair"] == ("rule", 0.5)


@pytest.mark.parametrize(
    ("query", "other"),
    [pytest.param("tablet", "平板", id="a translation"), pytest.param("平板", "tablet", id="zh")],
)
def test_a_rule_parts_what_the_dictionary_joins(shop, query, other):
    assert other in also_searched(query)
    rule = save_rule(apart([query], [other]))
    assert other not in also_searched(query)
    rule.delete()
    assert other in also_searched(query)


def test_a_rule_parts_stored_synonyms_for_its_own_searches_alone(shop):
    Synonym.objects.create(words=["zorgo", "lamp"])
    save_rule(apart(["zorgo"], ["lamp"]), markets=["cn"])
    assert ask("zorgo", market="us").total == 6
    assert ask("zorgo", market="cn").total == 0


def test_words_kept_alone_find_nothing_but_themselves(shop):
    Synonym.objects.create(words=["zorgo", "lamp"])
    save_rule(apart(["zorgo", "tablet"]))
    assert also_searched("zorgo") == {}
    assert also_searched("tablet") == {}


@pytest.fixture
def misread_shop(shop):
    """LogiGear is a brand here, and many titles say "to": both draw words towards them."""
    brand = Brand.objects.create(key="logigear", name_en="LogiGear")
    category = Category.objects.get(key="home/chairs")
    for number in range(30):
        add_product(f"G{number}", f"logigear mouse {number} to desk", category, brand, price=10)
    index_products(list(Product.objects.values_list("id", flat=True)))
    rebuild_suggestions()


def test_complaint_46_a_word_is_not_corrected_to_a_brand_when_a_rule_says_so(misread_shop):
    before = ask("logigaer mouse").understanding.correction
    assert before is not None
    assert dict(before.changes) == {"logigaer": "logigear"}
    save_rule(apart(["logigaer"], ["logigear"]))
    page = ask("logigaer mouse")
    assert page.understanding.correction is None
    assert page.understanding.text == "logigaer mouse"


def test_complaint_46_two_letters_are_never_corrected_and_a_rule_keeps_them_alone(misread_shop):
    for actions in ((), (apart(["TA"], ["to"]),), (apart(["TA"]),)):
        if actions:
            save_rule(*actions)
        understanding = ask("TA").understanding
        assert understanding.text == "ta"
        assert "to" not in [item.text for item in understanding.expansions]


def test_the_stronger_rule_says_what_a_word_finds_and_the_other_is_on_record(shop):
    weak = save_rule(synonym(["zorgo"], ["lamp"]), priority=9)
    strong = save_rule(apart(["zorgo"], ["lamp"]), priority=1)
    page = ask("zorgo", explain=True)
    assert page.total == 0
    (beaten,) = [rule for rule in page.ledger["rules"] if rule["status"] == "beaten"]
    assert (beaten["rule_id"], beaten["beaten_by"]) == (str(weak.pk), str(strong.pk))
    assert "zorgo" in beaten["reason"]


def test_a_stronger_synonym_stays_where_a_weaker_rule_keeps_the_word_alone(shop):
    save_rule(synonym(["zorgo"], ["lamp"]), priority=1)
    save_rule(apart(["zorgo"]), priority=2)
    assert set(also_searched("zorgo")) == {"lamp"}


def test_of_two_replacements_the_stronger_is_done_and_the_other_is_on_record(shop):
    strong = save_rule({"type": "replace", "words": ["luminaire"], "by": "lamp"}, priority=1)
    weak = save_rule({"type": "replace", "words": ["Luminaire"], "by": "chair"}, priority=2)
    page = ask("luminaire", explain=True)
    assert page.rewritten == "lamp"
    (beaten,) = [rule for rule in page.ledger["rules"] if rule["status"] == "beaten"]
    assert (beaten["rule_id"], beaten["beaten_by"]) == (str(weak.pk), str(strong.pk))


def test_what_replaces_words_is_read_with_the_rules_synonyms(shop):
    save_rule({"type": "replace", "words": ["luminaire"], "by": "zorgo"}, synonym(["zorgo"], ["lamp"]))
    page = ask("luminaire")
    assert page.rewritten == "zorgo"
    assert sorted(skus(page)) == LAMPS


def test_a_rule_of_words_may_ask_for_the_words_it_changes(shop):
    save_rule(synonym(["zorgo"], ["lamp"]), when=[on_query("zorgo", match="is")])
    assert ask("zorgo").total == 6


@pytest.mark.parametrize(
    ("action", "path"),
    [
        pytest.param(synonym(["a b"], []), "alternatives", id="nothing to find"),
        pytest.param(synonym([], ["a"]), "words", id="nothing typed"),
        pytest.param(synonym(["lamp"], ["Lamps"]), "", id="the same word"),
        pytest.param(synonym(["lamp"], ["light"], weight=0), "", id="no weight"),
        pytest.param(synonym(["lamp"], ["light"], weight=1.5), "weight", id="too much weight"),
        pytest.param(synonym(["!!"], ["light"]), "words", id="no word at all"),
        pytest.param(apart([]), "words", id="nothing to keep apart"),
    ],
)
def test_half_written_word_actions_are_refused_beside_the_field(action, path):
    with pytest.raises(RuleRefused) as refused:
        parse_rule(document(action))
    assert f"actions.0.{path}".rstrip(".") in refused.value.extra["errors"]


def test_rules_about_words_read_as_sentences():
    actions = [synonym(["couch"], ["sofa", "沙发"], weight=0.5), apart(["TA"], ["to"]), apart(["TA"])]
    with translation.override("en"):
        said = describe_actions(parse_rule(document(*actions)))
    assert said == (
        "“couch” and “sofa” or “沙发” find each other (50%); do not look for “to” when “TA” is typed; "
        "look for nothing but “TA” when it is typed"
    )
