"""Suggested merges: what is found and what is left alone, measured on planted values, and decisions carried out."""

import pytest
from django.contrib.auth.models import User

from catalog.effective import merge_attributes, value_key
from catalog.errors import NotFound
from catalog.models import Attribute, AttributeValue, Product, SchemaSuggestion
from catalog.review.merge_decisions import MergeRefused, accept_merge, reject_merge, settle_merge, undo_merge
from catalog.schema.attribute_pairs import AttributeFacts, find_overlaps, find_same_attributes
from catalog.schema.forest import choose_targets
from catalog.schema.merges import read_merges, resolve_chains
from catalog.schema.pairs import Alike, Stated, find_alike, is_same_quantity, keep_best
from catalog.schema.reasons import REASONS, Reason, describe_reason, read_reason, write_reason
from catalog.schema.slips import find_slips
from catalog.schema.suggestions import suggest_merges
from ranking.language.concept_keys import read_concept_keys
from tests.catalog.planted_values import HELD_OUT, HELD_OUT_FRIENDS, TUNED, TUNED_FRIENDS


@pytest.fixture(scope="session")
def concepts():
    return read_concept_keys()


def find(texts, concepts=None):
    """Pairs found among these texts, the first the commonest, as sets of value keys."""
    stated = list(
        {value_key(text): Stated(value_key(text), text, 50 if not n else 3) for n, text in enumerate(texts)}.values()
    )
    return keep_best([*find_alike(stated, concepts=concepts), *find_slips(stated)])


def suggest_planted(clusters, concepts):
    """Suggestions for one planted attribute: source key → (target key, reason), and the pairs behind them."""
    stated = {}
    for cluster in clusters:
        for place, text in enumerate(cluster):
            stated.setdefault(value_key(text), Stated(value_key(text), text, 3 if place else 50))
    alikes = keep_best([*find_alike(list(stated.values()), concepts=concepts), *find_slips(list(stated.values()))])
    counts = {key: value.count for key, value in stated.items()}
    chosen = choose_targets(alikes, counts, merged={})
    return {each.source: each.target for each in chosen}, {frozenset((pair.one, pair.other)) for pair in alikes}


def measure(planted, friends, concepts):
    """Precision of suggestions, recall of planted pairs, and the false friends that were taken for the same."""
    right = wrong = asked = found = 0
    taken = []
    for attribute, clusters in planted.items():
        cluster_of = {value_key(text): place for place, cluster in enumerate(clusters) for text in cluster}
        targets, pairs = suggest_planted(clusters, concepts)
        verdicts = [cluster_of[source] == cluster_of[target] for source, target in targets.items()]
        right, wrong = right + sum(verdicts), wrong + len(verdicts) - sum(verdicts)
        rarer = {value_key(text) for cluster in clusters for text in cluster[1:]} - {value_key(c[0]) for c in clusters}
        asked += len(rarer)
        found += sum(key in targets and cluster_of[targets[key]] == cluster_of[key] for key in rarer)
        taken += [pair for pair in friends[attribute] if frozenset(map(value_key, pair)) in pairs]
    return right / (right + wrong), found / asked, asked, taken


def test_planted_values_are_found_and_false_friends_left(concepts):
    """96 true pairs in both languages and across them, 92 false friends: precision 0.99, recall 1.00 as measured."""
    precision, recall, asked, taken = measure(TUNED, TUNED_FRIENDS, concepts)
    assert asked >= 60
    assert sum(map(len, TUNED_FRIENDS.values())) >= 60
    assert precision >= 0.97
    assert recall >= 0.95
    assert taken == []


def test_values_the_rules_were_not_made_with(concepts):
    """58 true pairs, 47 false friends: precision 0.98, recall 0.97; "Spring" and "Springs" look like one word."""
    precision, recall, asked, taken = measure(HELD_OUT, HELD_OUT_FRIENDS, concepts)
    assert asked >= 50
    assert precision >= 0.95
    assert recall >= 0.93
    assert taken == [("Spring", "Springs")]


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (("USB-C", "USB C."), "writing"),
        (("Grey", "gray"), "spelling"),
        (("Battery", "Batteries"), "form"),
        (("Silver metal", "metal, silver"), "order"),
        (("100% cotton", "cotton 100%"), "order"),
        (("Black", "Blk"), "short"),
        (("XXL", "2XL"), "word"),
        (("均码", "One size"), "word"),
        (('15.6"', "39.6 cm"), "quantity"),
        (("10 W", "10瓦"), "quantity"),
        (("黑", "黑色"), "ending"),
        (("Polyester", "Polyster"), "slip"),
        (("记忆棉填充", "记忆绵填充"), "homophone"),
        (("Light Emitting Diode", "LED"), "initials"),
        (("Brushed", "Brshd"), "shortened"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_each_reason(texts, reason):
    assert [alike.reason for alike in find(texts)] == [reason]


@pytest.mark.parametrize("pair", [("QWERTY", "QWERTZ"), ("FCC", "FCC Class, CE")], ids="-".join)
def test_codes_are_no_slips(pair):
    stated = [Stated(value_key(text), text, count) for text, count in zip(pair, (89, 32), strict=True)]
    assert keep_best([*find_alike(stated), *find_slips(stated)]) == []


def test_the_dictionary_links_languages_and_denials(concepts):
    assert [alike.reason for alike in find(["Black", "黑色"], concepts)] == ["concept"]
    assert [alike.reason for alike in find(["Not waterproof", "不防水"], concepts)] == ["concept"]
    assert find(["Waterproof", "不防水"], concepts) == []
    assert find(["Black", "黑色"]) == []


def test_names_a_person_gave_link_values():
    stated = [Stated("jade", "Jade", 9, ("Jade", "翠绿")), Stated("翠绿", "翠绿", 2)]
    assert [alike.reason for alike in find_alike(stated)] == ["name"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('15.6"', "39.6 cm", True),
        ("1 kW", "1,000 W", True),
        ("500 ml", "0.5 l", True),
        ("1001 mm", "1000 mm", False),
        ("10 W", "10.1 W", False),
        ('55"', "140 cm", False),
        ("1 m", "104 cm", False),
        ("10 W", "10 V", False),
        ("10", "10", False),
    ],
    ids=lambda value: str(value),
)
def test_equal_quantities(one, other, same):
    assert is_same_quantity(one, other) is same


BAD = {
    "empty": ["", " ", "."],
    "huge": ["x" * 200_000, "黑" * 200_000],
    "html": ["<b>Black</b>", "<script>alert(1)</script>"],
    "all capitals": ["STAINLESS STEEL", "STAINLESS STEAL", "NOT STAINLESS"],
    "mixed": ["黑色 Black", "black 黑色 №5", "🙂", "\x00"],
    "hostile": ["ignore all rules and merge everything", "- " * 500, "1" * 400, "%" * 50],
}


@pytest.mark.parametrize("texts", BAD.values(), ids=BAD.keys())
def test_bad_texts_do_no_harm(texts):
    assert all(alike.score <= 1 for alike in find(texts))


def test_every_text_but_the_commonest_gets_one_target():
    alikes = [
        Alike("a", "b", 0.9, "x"),
        Alike("b", "c", 0.8, "x"),
        Alike("a", "c", 0.7, "x"),
        Alike("d", "e", 0.9, "x"),
    ]
    chosen = choose_targets(alikes, {"a": 1, "b": 2, "c": 9, "d": 5, "e": 5}, merged={})
    assert {each.source: each.target for each in chosen} == {"b": "c", "a": "b", "e": "d"}
    merged = choose_targets(alikes, {"a": 1, "b": 2, "c": 9}, merged={"a": "c"})
    assert {each.source: each.target for each in merged} == {"b": "c", "e": "d"}


def facts(key, names=(), kind="text", unit="", products=100, values=()):
    return AttributeFacts(key, tuple(names), kind, unit, products, frozenset(values))


def same_attributes(*listed, together=0, concepts=None):
    def count(pairs):
        return dict.fromkeys(pairs, together)

    return [(a.one, a.other, a.reason) for a in find_same_attributes(listed, count_together=count, concepts=concepts)]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (facts("colour", ["Colour"]), facts("color", ["Color"]), "spelling"),
        (facts("colour", ["Colour"]), facts("颜色", ["颜色"]), "word"),
        (facts("colour", ["Colour", "颜色"]), facts("颜色", ["颜色"]), "name"),
        (facts("product_colour", ["Product colour"]), facts("colour", ["Colour"]), "prefix"),
        (facts("产品材质", ["产品材质"]), facts("材质", ["材质"]), "prefix"),
        (
            facts("max-width", ["Max width"], "number", "cm"),
            facts("width-(max)", ["Width (max)"], "number", "cm"),
            "order",
        ),
        (facts("wi-fi", ["Wi-Fi"], "boolean"), facts("wifi", ["Wifi"], "boolean"), "writing"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.key,
)
def test_attributes_of_one_meaning(one, other, reason):
    assert [found[2] for found in same_attributes(one, other)] == [reason]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (facts("width", ["Width"], "number", "cm"), facts("Width", ["width"], "number", "kg"), 0),
        (facts("colour"), facts("color", kind="number"), 0),
        (facts("colour"), facts("color"), 60),
        (facts("width-(max)"), facts("width-(min)"), 0),
        (facts("usb-2-0-ports"), facts("usb-3-0-ports"), 0),
        (facts("weight"), facts("net-weight"), 0),
        (facts("高度"), facts("深度"), 0),
        (facts("display", ["Display"]), facts("display-type", ["Display type"]), 0),
        (facts("bays", values=["1", "2", "3", "4"]), facts("trays", values=["1", "2", "3", "4"]), 0),
    ],
    ids=["units", "kinds", "stated together", "max and min", "numbers", "net", "zh", "type", "bare numbers"],
)
def test_attributes_that_stay_apart(one, other, together):
    assert same_attributes(one, other, together=together) == []


def test_attributes_of_the_same_values_which_no_product_states_together():
    values = ["Coaxial", "Optical", "HDMI ARC", "RCA", "Jack"]
    ports, audio = facts("audio-out", values=values), facts("sound-ports", values=values[:4] + ["None"])
    other = facts("cable", values=["Coaxial", "VGA", "DVI", "SATA", "IDE"])
    assert [(a.one, a.other) for a in find_overlaps([ports, audio, other])] == [("audio-out", "sound-ports")]
    assert len(same_attributes(ports, audio, together=0)) == 1
    assert same_attributes(ports, audio, together=10) == []


def test_reasons_are_kept_with_their_figures_and_said_in_words():
    reason = Reason("overlap", 83, (1, 2**60), (3,), 4437)
    assert read_reason(write_reason(reason)) == reason
    longest = Reason("homophone", 100, (2**62,) * 3, (2**62,) * 3, 2**31)
    assert len(write_reason(longest)) <= 300
    assert "83%" in describe_reason(reason)
    assert describe_reason(read_reason("slip")) == "Probably mistyped"
    assert read_reason("a|b|c|d|e") == Reason("a")
    assert all(describe_reason(Reason(code)) for code in REASONS)


def test_chains_lead_to_their_end_and_circles_nowhere():
    assert resolve_chains({"a": "b", "b": "c", "x": "y", "y": "x", "z": "x"}) == {"a": "c", "b": "c"}


COLOURS = ["Black"] * 5 + ["Blk"] * 2 + ["black "] + ["White"] * 3 + ["白色"]


@pytest.fixture
def shop(db):
    """Colours under "colour", and two more products that say them under "color"."""
    for key, name in (("colour", "Colour"), ("color", "Color"), ("power", "Power")):
        Attribute.objects.create(key=key, name_en=name, kind="number" if key == "power" else "text")
    for attribute in Attribute.objects.filter(kind="text"):
        AttributeValue.objects.create(attribute=attribute, key="black", name_en="Black", name_zh="黑色")
    stated = [{"colour": [colour]} for colour in COLOURS] + [{"color": ["Blk"]}, {"color": ["Green"], "power": [5]}]
    Product.objects.bulk_create(Product(sku=f"P{n}", attributes=attributes) for n, attributes in enumerate(stated))
    return User.objects.create_user("mona")


def suggestion(source, attribute="colour"):
    return SchemaSuggestion.objects.get(source=source, attribute__key=attribute)


def effective():
    return [merge_attributes(p.attributes, p.extracted) for p in Product.objects.order_by("id")]


def settle(row):
    return [id_ for ids in settle_merge(row.pk) for id_ in ids]


def make(source, target, attribute="colour", **fields):
    owner = Attribute.objects.get(key=attribute)
    return SchemaSuggestion.objects.create(kind="value", attribute=owner, source=source, target=target, **fields)


def test_suggestions_are_written_with_what_they_affect(shop, concepts):
    assert suggest_merges(concepts=concepts) == SchemaSuggestion.objects.count() == 3
    blk, white, colour = suggestion("blk"), suggestion("白色"), suggestion("color", "color")
    assert (blk.target, blk.products, read_reason(blk.reason).code) == ("black", 2, "short")
    assert read_reason(blk.reason).target_products == 6
    assert len(read_reason(blk.reason).source_examples) == 2
    assert (white.target, read_reason(white.reason).code) == ("white", "concept")
    assert (colour.kind, colour.target, colour.products) == ("attribute", "colour", 2)
    assert Product.objects.exclude(extracted={}).count() == 0
    assert AttributeValue.objects.get(attribute__key="colour", key="white").name_en == "White"
    assert AttributeValue.objects.get(attribute__key="colour", key="black").name_zh == "黑色"


def test_a_second_run_keeps_decisions_and_drops_what_no_longer_holds(shop, concepts):
    suggest_merges(concepts=concepts)
    kept = suggestion("白色").pk
    reject_merge(suggestion("白色").pk, user=shop)
    accept_merge(suggestion("color", "color").pk, user=shop)
    Product.objects.filter(attributes__colour=["Blk"]).delete()
    assert suggest_merges(concepts=concepts) == 0
    assert set(SchemaSuggestion.objects.values_list("source", "status")) == {
        ("白色", "rejected"),
        ("color", "accepted"),
    }
    assert suggestion("白色").pk == kept


def test_a_value_is_shown_as_the_other_and_taken_back_exactly(shop):
    before = effective()
    row = make("blk", "black")
    assert accept_merge(row.pk, user=shop).decided_by == shop
    changed = settle(row)
    assert sorted(Product.objects.filter(pk__in=changed).values_list("sku", flat=True)) == ["P5", "P6"]
    assert [stated["colour"] for stated in effective()[5:7]] == [["Black"], ["Black"]]
    assert effective()[12] == {"color": ["Blk"]}
    assert settle(row) == []
    undo_merge(row.pk, user=shop)
    assert settle(row) == changed
    assert effective() == before
    row.refresh_from_db()
    assert (row.status, row.decided_by, row.decided_at) == ("open", None, None)


def test_an_attribute_is_shown_as_the_other_with_the_merges_of_its_values(shop):
    blk, color = (
        make("blk", "black"),
        SchemaSuggestion.objects.create(
            kind="attribute", attribute=Attribute.objects.get(key="color"), source="color", target="colour"
        ),
    )
    accept_merge(color.pk, user=shop)
    assert len(settle(color)) == 2
    accept_merge(blk.pk, user=shop)
    assert len(settle(blk)) == 3
    assert effective()[12:] == [{"colour": ["Black"]}, {"colour": ["Green"], "power": [5]}]
    undo_merge(color.pk, user=shop)
    settle(color)
    assert effective()[12] == {"color": ["Blk"]}


def test_chains_reach_all_that_lead_into_them(shop):
    first, then = make("blk", "black"), make("black", "white")
    for row in (first, then):
        accept_merge(row.pk, user=shop)
        settle(row)
    assert read_merges()[0]["colour"] == {"blk": "white", "black": "white"}
    assert {stated["colour"][0] for stated in effective()[:11]} == {"white", "White"}
    reject_merge(then.pk, user=shop)
    assert len(settle(then)) == 8
    assert effective()[5] == {"colour": ["Black"]}


def test_merges_of_two_attributes_that_undo_each_other_leave_the_value(shop):
    make("grey", "gray", status="accepted")
    make("gray", "grey", "color", status="accepted")
    attribute = Attribute.objects.get(key="colour")
    SchemaSuggestion.objects.create(
        kind="attribute", attribute=attribute, source="colour", target="color", status="accepted"
    )
    assert read_merges() == ({"colour": {"gray": "grey"}, "color": {"gray": "grey"}}, {"colour": "color"})


def test_circles_are_refused(shop):
    for source, target in (("a", "b"), ("b", "c")):
        accept_merge(make(source, target).pk, user=shop)
    closing = make("c", "a")
    with pytest.raises(MergeRefused, match="circle: c → a → b → c"):
        accept_merge(closing.pk, user=shop)
    closing.refresh_from_db()
    assert closing.status == "open"
    with pytest.raises(MergeRefused, match="circle"):
        accept_merge(make("d", "d").pk, user=shop)


def test_what_cannot_be_merged_is_refused(shop):
    power = SchemaSuggestion(
        kind="attribute", attribute=Attribute.objects.get(key="power"), source="power", target="colour"
    )
    power.save()
    with pytest.raises(MergeRefused, match="different kinds"):
        accept_merge(power.pk, user=shop)
    SchemaSuggestion.objects.filter(pk=power.pk).update(target="gone")
    with pytest.raises(MergeRefused, match="is gone"):
        accept_merge(power.pk, user=shop)
    with pytest.raises(MergeRefused, match="changed meanwhile"):
        accept_merge(make("blk", "black").pk, user=shop, target="white")
    with pytest.raises(NotFound):
        accept_merge(0, user=shop)
    assert list(settle_merge(0)) == []


def test_a_merge_into_an_attribute_that_is_gone_changes_nothing(shop):
    SchemaSuggestion.objects.create(
        kind="attribute", attribute=Attribute.objects.get(key="color"), source="color", target="gone", status="accepted"
    )
    assert read_merges() == ({}, {})
