"""Proposed values: what people and thresholds make of them, and what reaches search."""

import threading
from itertools import pairwise

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.utils import timezone

from catalog.documents import load_documents
from catalog.effective import merge_attributes
from catalog.errors import NotFound
from catalog.evidence import recombine
from catalog.models import Evidence, ExtractorVersion, Product, Proposal, SchemaSuggestion
from catalog.proposals import (
    accept_above,
    apply_thresholds,
    decide,
    decided_singly,
    edit,
    lock_products,
    settle,
    switch_version,
    withdraw_unsupported,
)
from catalog.review.edited_value import ValueRefused
from tests.catalog.proposed_values import add_evidence, add_version, propose
from tests.shop import add_attribute, add_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return User.objects.create_user("mei", is_staff=True)


@pytest.fixture
def colour():
    return add_attribute("colour", name_zh="颜色", values=[("black", "Black", "黑色")])


@pytest.fixture
def lamp(colour):
    return add_product("L-1", "Black desk lamp, 45 cm", "黑色台灯")


def shown(product):
    product.refresh_from_db()
    return merge_attributes(product.attributes, product.extracted)


def merge(attribute, source, target, kind="value"):
    return SchemaSuggestion.objects.create(
        kind=kind, attribute=attribute, source=source, target=target, status=SchemaSuggestion.Status.ACCEPTED
    )


@pytest.mark.parametrize(
    ("field", "quote", "value"),
    [pytest.param("title_en", "Black", "Black", id="en"), pytest.param("title_zh", "黑色", "黑色", id="zh")],
)
def test_an_accepted_value_is_shown_with_where_it_is_stated(lamp, user, field, quote, value):
    found = propose(lamp, "colour", value, quote, field=field)
    done = decide([found.pk], decision="accept", user=user)
    assert (done.proposals, done.product_ids) == (1, (lamp.pk,))
    assert shown(lamp) == {"colour": [value]}
    assert lamp.extracted == {"values": {"colour": [[value, field, quote]]}}
    found.refresh_from_db()
    assert (found.status, found.decided_by, bool(found.decided_at)) == ("accepted", user, True)


def test_an_accepted_value_is_a_facet(lamp, user):
    decide([propose(lamp, "colour", "Black", "Black").pk], decision="accept", user=user)
    (document,) = load_documents([lamp.pk])
    assert [entry.words for entry in document.facets] == ["Black 黑色"]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"attribute": "glow", "value": "Black", "quote": "Black"}, id="attribute the shop does not have"),
        pytest.param({"attribute": "colour", "value": "Red", "quote": "Red"}, id="quote not in the text"),
        pytest.param({"attribute": "colour", "value": "Black", "quote": "Black", "field": "title_zh"}, id="other text"),
        pytest.param({"attribute": "colour", "value": 45.0, "quote": "45"}, id="a number for a text"),
        pytest.param({"attribute": "height", "value": "45", "quote": "45"}, id="a text for a number"),
        pytest.param({"attribute": "shade", "value": True, "quote": "Black"}, id="yes for a text"),
        pytest.param({"attribute": "material", "value": "Steel", "quote": "Black"}, id="the catalog says it itself"),
    ],
)
def test_what_never_reaches_search_even_when_accepted(lamp, user, fields):
    for key, kind in (("height", "number"), ("shade", "text"), ("material", "text")):
        add_attribute(key, kind)
    Product.objects.filter(pk=lamp.pk).update(attributes={"material": ["Wood"]})
    done = decide([propose(lamp, **fields).pk], decision="accept", user=user)
    assert (done.proposals, done.product_ids) == (1, ())
    assert shown(lamp) == {"material": ["Wood"]}


def test_an_edited_text_no_longer_carries_the_value(lamp, user):
    decide([propose(lamp, "colour", "Black", "Black").pk], decision="accept", user=user)
    Product.objects.filter(pk=lamp.pk).update(title_en="White desk lamp")
    assert settle([lamp.pk]) == [lamp.pk]
    assert shown(lamp) == {}


def test_an_implied_value_needs_a_person(lamp, user):
    found = propose(lamp, "colour", "Black", confidence=1.0)
    Proposal.objects.filter(pk=found.pk).update(status="accepted")  # by no person
    assert settle([lamp.pk]) == []
    decide([found.pk], decision="accept", user=user)
    assert shown(lamp) == {"colour": ["Black"]}
    assert lamp.extracted["values"]["colour"] == [["Black", "", ""]]


def test_only_products_that_change_are_written(lamp, user):
    found = propose(lamp, "colour", "Black", "Black")
    other = add_product("L-2", "Lamp")
    assert decide([found.pk], decision="accept", user=user).product_ids == (lamp.pk,)
    assert settle([lamp.pk, other.pk, 10**9]) == []
    assert decide([found.pk], decision="accept", user=user).proposals == 0, "decided so already"


def test_several_values_of_one_attribute_are_shown_in_one_order(lamp, user):
    Product.objects.filter(pk=lamp.pk).update(title_en="Black or White lamp")
    for value in ("White", "Black"):
        decide([propose(lamp, "colour", value, value).pk], decision="accept", user=user)
    assert shown(lamp) == {"colour": ["Black", "White"]}


@pytest.mark.parametrize(("source", "value"), [pytest.param("blk", "Blk", id="en"), pytest.param("黑", "黑", id="zh")])
def test_merged_values_are_shown_as_one(colour, user, source, value):
    product = add_product("L-3", f"{value} lamp")
    stated = add_product("L-4", "Lamp", attributes={"colour": [value, "White"]})
    merge(colour, source, "black")
    decide([propose(product, "colour", value, value).pk], decision="accept", user=user)
    assert settle([stated.pk]) == [stated.pk]
    assert (shown(product), shown(stated)) == ({"colour": ["Black"]}, {"colour": ["Black", "White"]})
    assert stated.extracted == {"same": {"colour": {source: "Black"}}}, "only what this product has"


def test_merged_attributes_are_shown_as_one(colour, user):
    add_attribute("颜色")
    stated = add_product("L-5", "Black lamp", attributes={"颜色": ["White"]})
    silent = add_product("L-6", "Black lamp")
    merge(colour, "颜色", "colour", kind="attribute")
    for product in (stated, silent):
        decide([propose(product, "颜色", "Black", "Black").pk], decision="accept", user=user)
    assert shown(stated) == {"colour": ["White"]}, "the catalog states the merged attribute itself"
    assert shown(silent) == {"colour": ["Black"]}


def test_a_rejected_value_is_taken_away_and_undone(lamp, user):
    add_evidence(lamp, add_version(), "colour", "Black", "Black")
    found = propose(lamp, "colour", "Black", "Black")
    decide([found.pk], decision="accept", user=user)
    assert decide([found.pk], decision="reject", user=user).product_ids == (lamp.pk,)
    assert shown(lamp) == {}
    assert decide([found.pk], decision="reopen", user=user).proposals == 1
    found.refresh_from_db()
    assert (found.status, found.decided_by, found.decided_at) == ("open", None, None)
    assert decide([found.pk], decision="reopen", user=user).proposals == 0


def test_taking_a_decision_back_lets_the_threshold_decide_again(lamp, user):
    add_evidence(lamp, add_version(), "colour", "Black", "Black")
    found = propose(lamp, "colour", "Black", "Black", confidence=0.99)
    apply_thresholds([lamp.pk])
    settle([lamp.pk])
    decide([found.pk], decision="reject", user=user)
    assert shown(lamp) == {}
    decide([found.pk], decision="reopen", user=user)
    assert shown(lamp) == {"colour": ["Black"]}


@pytest.mark.parametrize(
    ("kind", "unit", "written", "kept"),
    [
        pytest.param("text", "", "  Matt\u3000black ", "Matt black", id="text trimmed"),
        pytest.param("text", "", "哑光黑", "哑光黑", id="zh text"),
        pytest.param("text", "", "<b>Red</b>", "Red", id="tags taken out"),
        pytest.param("number", "cm", "18 inch", 45.72, id="inches into cm"),
        pytest.param("number", "cm", "55 英寸", 139.7, id="zh inches into cm"),
        pytest.param("number", "cm", "1,200.5", 1200.5, id="bare number in the attribute's unit"),
        pytest.param("number", "cm", 46, 46, id="JSON number"),
        pytest.param("number", "码", "42 码", 42, id="a unit of the shop's own"),
        pytest.param("number", "", "３", 3, id="wide digit without unit"),
        pytest.param("boolean", "", "是", True, id="zh yes"),
        pytest.param("boolean", "", "no", False, id="no"),
    ],
)
def test_a_person_writes_another_value(user, kind, unit, written, kept):
    add_attribute("feature", kind, unit=unit)
    product = add_product("L-7", "Black lamp")
    proposed = {"text": "Black", "number": 5.0, "boolean": "x"}[kind]
    found = propose(product, "feature", proposed, "Black")
    assert edit(found.pk, written, user=user).product_ids == (product.pk,)
    found.refresh_from_db()
    assert (found.status, found.edited_value, found.value) == ("accepted", kept, proposed)
    assert shown(product) == {"feature": [kept]}


@pytest.mark.parametrize(
    ("kind", "unit", "written"),
    [
        pytest.param("text", "", "  ", id="blank"),
        pytest.param("text", "", "—", id="a dash says nothing"),
        pytest.param("text", "", "。!", id="no letter"),
        pytest.param("text", "", "x" * 201, id="too long"),
        pytest.param("text", "", ["Black"], id="a list"),
        pytest.param("text", "", None, id="null"),
        pytest.param("number", "cm", "3 kg", id="another dimension"),
        pytest.param("number", "", "3 kg", id="a unit where there is none"),
        pytest.param("number", "cm", "big", id="no number"),
        pytest.param("number", "cm", "nan", id="not a number"),
        pytest.param("number", "cm", True, id="yes is no number"),
        pytest.param("boolean", "", "maybe", id="neither yes nor no"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(user, kind, unit, written):
    add_attribute("feature", kind, unit=unit)
    found = propose(add_product("L-8", "Black lamp"), "feature", "Black", "Black")
    with pytest.raises(ValueRefused):
        edit(found.pk, written, user=user)
    found.refresh_from_db()
    assert (found.status, found.edited_value) == ("open", None)


def test_writing_the_proposed_value_is_accepting_it(lamp, user):
    found = propose(lamp, "colour", "Black", "Black")
    edit(found.pk, " black ", user=user)
    found.refresh_from_db()
    assert (found.status, found.edited_value) == ("accepted", None)


@pytest.mark.parametrize(
    "typed", [pytest.param("黑色", id="zh name"), pytest.param("BLACK", id="case"), pytest.param("black", id="key")]
)
def test_a_value_of_the_shop_is_known_by_all_its_names(colour, user, typed):
    product = add_product("L-9", "Dark lamp")
    found = propose(product, "colour", "Dark", "Dark")
    edit(found.pk, typed, user=user)
    assert shown(product) == {"colour": ["Black"]}


def test_edits_of_what_is_not_there(lamp, user):
    with pytest.raises(NotFound):
        edit(10**9, "Black", user=user)
    with pytest.raises(ValueRefused, match="glow"):
        edit(propose(lamp, "glow", "Black", "Black").pk, "Bright", user=user)


def test_a_bulk_acceptance_takes_only_what_is_safe(lamp, user):
    kept = [
        propose(lamp, "colour", "Red", confidence=0.99),  # implied
        propose(lamp, "colour", "Grey", "Black", confidence=0.99, contradicts=True),
        propose(lamp, "colour", "Blue", "Black", confidence=0.89),
        propose(lamp, "colour", "Pink", "Black", confidence=0.99, status="rejected"),
    ]
    taken = propose(lamp, "colour", "Black", "Black", confidence=0.9)
    done = accept_above("colour", 0.9, user=user)
    assert (done.proposals, done.product_ids, done.more) == (1, (lamp.pk,), False)
    taken.refresh_from_db()
    assert (taken.status, taken.decided_by) == ("accepted", user)
    assert {row.status for row in Proposal.objects.filter(pk__in=[row.pk for row in kept])} == {"open", "rejected"}


def test_a_bulk_acceptance_is_bounded_and_says_so(colour, user):
    for number in range(3):
        propose(add_product(f"B-{number}", "Black lamp"), "colour", "Black", "Black", confidence=0.9)
    first = accept_above("colour", 0.9, user=user, limit=2)
    assert (first.proposals, len(first.product_ids), first.more) == (2, 2, True)
    assert accept_above("colour", 0.9, user=user, limit=2).more is False


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_threshold_is_a_share(colour, user, threshold):
    with pytest.raises(ValueRefused):
        accept_above("colour", threshold, user=user)


def test_values_accepted_in_bulk_were_seen_by_nobody(colour, user):
    rows = [propose(add_product(f"B-{n}", "Black lamp"), "colour", "Black", "Black", confidence=0.9) for n in range(3)]
    decide([rows[0].pk], decision="reject", user=user)
    accept_above("colour", 0.5, user=user)
    assert list(decided_singly()) == [rows[0]]


@pytest.mark.parametrize(
    ("confidence", "accept_above_", "fields", "status"),
    [
        pytest.param(0.95, None, {}, "accepted", id="the shop's threshold"),
        pytest.param(0.94, None, {}, "open", id="below it"),
        pytest.param(0.7, 0.7, {}, "accepted", id="the attribute's own"),
        pytest.param(1.0, 1.0, {}, "open", id="1 means that a person reviews all"),
        pytest.param(0.99, None, {"contradicts": True}, "open", id="contradicts the catalog"),
        pytest.param(0.99, None, {"is_stated": False}, "open", id="implied"),
        pytest.param(0.99, None, {"attribute": "glow"}, "open", id="attribute the shop does not have"),
        pytest.param(
            0.99, None, {"status": "rejected", "decided_at": timezone.now()}, "rejected", id="rejected by one"
        ),
        pytest.param(0.5, None, {"status": "accepted", "decided_at": timezone.now()}, "accepted", id="accepted by one"),
        pytest.param(0.5, None, {"status": "accepted"}, "open", id="fell below"),
        pytest.param(0.99, None, {"status": "accepted", "contradicts": True}, "open", id="contradicts by now"),
    ],
)
def test_thresholds_decide_what_no_person_did(settings, confidence, accept_above_, fields, status):
    settings.EXTRACTION_ACCEPT_ABOVE = 0.95
    add_attribute("colour", accept_above=accept_above_)
    product = add_product("T-1", "Black lamp")
    found = propose(product, "colour", "Black", "Black", confidence=confidence)
    Proposal.objects.filter(pk=found.pk).update(**fields)
    before = fields.get("status", "open")
    assert apply_thresholds([product.pk]) == ([product.pk] if status != before else [])
    found.refresh_from_db()
    assert (found.status, found.decided_by) == (status, None)


@pytest.mark.parametrize(
    ("live", "decided", "before", "after"),
    [
        pytest.param(False, False, "open", "withdrawn", id="open, no evidence"),
        pytest.param(False, False, "accepted", "withdrawn", id="accepted by the threshold, no evidence"),
        pytest.param(False, True, "accepted", "accepted", id="accepted by a person"),
        pytest.param(False, True, "rejected", "rejected", id="rejected by a person"),
        pytest.param(True, False, "withdrawn", "open", id="found again"),
        pytest.param(True, False, "open", "open", id="still found"),
    ],
)
def test_values_without_live_evidence_are_withdrawn(lamp, live, decided, before, after):
    add_evidence(lamp, add_version(status="live" if live else "retired"), "colour", "Black", "Black")
    found = propose(lamp, "colour", "Black", "Black", status=before, decided_at=timezone.now() if decided else None)
    assert withdraw_unsupported([lamp.pk]) == ([lamp.pk] if before != after else [])
    found.refresh_from_db()
    assert found.status == after


def test_going_back_to_a_version_restores_exactly_what_was_shown(colour, user):
    """v1 finds, v2 finds otherwise, and v1 again: attribute for attribute, with a person's decisions in between."""
    add_attribute("height", "number", unit="cm")
    first = ExtractorVersion.objects.create(name="tagger", version="1", status="live")
    second = ExtractorVersion.objects.create(name="tagger", version="2", status="retired")
    products = [add_product(f"R-{n}", f"Black or White lamp, {40 + n} cm", "黑色台灯") for n in range(4)]
    for n, product in enumerate(products):
        add_evidence(product, first, "colour", "Black", "Black", confidence=0.99)
        add_evidence(product, first, "height", 40.0 + n, f"{40 + n} cm", confidence=0.99, unit="cm")
        add_evidence(product, second, "colour", "White", "White", confidence=0.99)
        if n % 2:
            add_evidence(product, second, "height", 40.0 + n, f"{40 + n} cm", confidence=0.4, unit="cm")
    ids = [product.pk for product in products]
    recombine(ids)
    decide(
        list(Proposal.objects.filter(product=products[0], attribute="height").values_list("pk", flat=True)),
        decision="reject", user=user,
    )  # fmt: skip
    before = [(shown(product), product.extracted) for product in products]
    assert before[1][0] == {"colour": ["Black"], "height": [41.0]}
    assert before[0][0] == {"colour": ["Black"]}

    assert switch_version(second.pk, recombine=recombine) == ids
    between = [shown(product) for product in products]
    assert between[1] == {"colour": ["White"]}, "the height is not certain enough by v2"
    assert between[0] == {"colour": ["White"]}

    assert switch_version(first.pk, recombine=recombine) == ids
    assert [(shown(product), product.extracted) for product in products] == before
    assert switch_version(first.pk, recombine=recombine) == [], "it counts already"
    assert Evidence.objects.count() == 4 * 3 + 2, "nothing is lost on the way"


def test_exactly_one_version_counts(lamp):
    first, second = add_version(version="1"), add_version(version="2", status="retired")
    other = add_version("llm", "9")
    switch_version(second.pk)
    assert set(ExtractorVersion.objects.filter(status="live")) == {second, other}
    first.refresh_from_db()
    assert first.status == "retired"
    with pytest.raises(NotFound):
        switch_version(10**9)


def test_a_switch_that_fails_changes_nothing(lamp):
    first, second = add_version(version="1"), add_version(version="2", status="retired")
    add_evidence(lamp, first, "colour", "Black", "Black")

    def fail(_ids):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        switch_version(second.pk, recombine=fail)
    assert list(ExtractorVersion.objects.filter(status="live")) == [first]


@pytest.mark.django_db(transaction=True)
def test_two_people_deciding_at_once_lose_nothing(user):
    add_attribute("colour")
    product = add_product("C-1", "Black White Red Blue lamp")
    rows = [propose(product, "colour", value, value) for value in ("Black", "White", "Red", "Blue")]
    start = threading.Barrier(len(rows))

    def accept(pk):
        try:
            start.wait(10)
            decide([pk], decision="accept", user=user)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=accept, args=(row.pk,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert shown(product) == {"colour": ["Black", "Blue", "Red", "White"]}


def test_products_are_locked_in_the_order_of_their_ids(lamp):
    ids = [add_product(f"K-{n}", "Lamp").pk for n in range(3)]
    with transaction.atomic():
        locked = lock_products(reversed([lamp.pk, *ids]))
    assert all(first < second for first, second in pairwise(locked))
    assert len(locked) == 4


def test_settling_takes_few_queries(lamp, user, django_assert_max_num_queries):
    products = [add_product(f"Q-{n}", "Black lamp") for n in range(50)]
    for product in products:
        propose(product, "colour", "Black", "Black", status="accepted")
    with django_assert_max_num_queries(8):
        assert len(settle([product.pk for product in products])) == 50
    assert connection.in_atomic_block, "the test itself"
