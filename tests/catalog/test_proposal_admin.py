"""The review queue in the admin: who may decide, what is shown, one decision after another, and many at once."""

import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalog.admin.proposal_bulk import draw_curve
from catalog.admin.proposal_rows import AROUND, cut_sentence, describe_rows
from catalog.models import Evidence, Extraction, ExtractorVersion, Product, Proposal
from catalog.review.figures import CurvePoint
from tests.catalog.proposed_values import add_evidence, add_version, propose
from tests.shop import add_attribute, add_category, add_product

pytestmark = pytest.mark.django_db
QUEUE, BULK = reverse("admin:catalog_proposal_changelist"), reverse("admin:catalog_proposal_bulk")
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(admin_client):
    return admin_client


@pytest.fixture
def lamp():
    add_attribute(
        "colour", name_en="Colour", name_zh="颜色", values=[("black", "Black", "黑色"), ("white", "White", "白色")]
    )
    add_attribute("height", "number", name_en="Height", name_zh="高度", unit="cm")
    category = add_category("lights", "Lights", "灯具")
    return add_product(
        "L-1", "Black desk lamp", "黑色台灯", category=category,
        description_en="For the desk. It is 45 cm tall, and <b>dimmable</b>! Made to last.",
    )  # fmt: skip


def text_of(answer):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def staff(*permissions):
    client = Client()
    user = User.objects.create_user(f"u{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


def decide_address(proposal):
    return reverse("admin:catalog_proposal_decide", args=[proposal.pk])


def test_a_row_shows_the_value_and_the_sentence_that_states_it(client, lamp):
    propose(lamp, "height", 45.0, "45 cm", field="description_en", unit="cm", confidence=0.62)
    answer = client.get(QUEUE)
    assert "It is <mark>45 cm</mark> tall, and  dimmable ! " not in answer.content.decode()
    assert "<mark>45 cm</mark> tall, and" in answer.content.decode()
    text = text_of(answer)
    for words in ("Black desk lamp", "L-1", "Lights", "Height", "62 %", "found by patterns", "45 cm"):
        assert words in text
    assert "For the desk" not in text


def test_the_queue_in_chinese(client, lamp):
    propose(lamp, "colour", "Black", "黑色", field="title_zh")
    client.cookies["django_language"] = "zh-hans"
    answer = client.get(QUEUE, headers={"accept-language": "zh-hans"})
    text = text_of(answer)
    assert "颜色" in text
    assert "黑色台灯" in text
    assert '<blockquote class="rv-quote" lang="zh"><mark>黑色</mark>台灯' in answer.content.decode()


def test_what_the_catalog_says_otherwise_is_shown(client, lamp):
    Product.objects.filter(pk=lamp.pk).update(attributes={"colour": ["White"]})
    propose(lamp, "colour", "Black", "Black", contradicts=True)
    assert "The catalog says: White" in text_of(client.get(QUEUE))


def test_markup_in_a_product_text_stays_text(client, lamp):
    Product.objects.filter(pk=lamp.pk).update(title_en="<script>alert(1)</script> Black <img src=x onerror=alert(1)>")
    propose(lamp, "colour", "<i>Black</i>", "Black")
    page = client.get(QUEUE).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<i>Black" not in page


@pytest.mark.parametrize("decision", ["accept", "reject"])
def test_a_decision_is_answered_with_its_row(client, lamp, decision):
    found = propose(lamp, "colour", "Black", "Black")
    answer = client.post(decide_address(found), {"decision": decision}, **HTMX)
    found.refresh_from_db()
    status = {"accept": "accepted", "reject": "rejected"}[decision]
    assert (answer.status_code, found.status, found.decided_by.username) == (200, status, "admin")
    page = answer.content.decode()
    assert page.lstrip().startswith(f'<li class="rv-row rv-row--{status} is-decided" id="rv-{found.pk}"')
    assert 'value="reopen"' in page
    assert "<html" not in page
    lamp.refresh_from_db()
    assert bool(lamp.extracted) == (decision == "accept")
    assert LogEntry.objects.get().object_id == str(found.pk)


def test_a_decision_without_script_leads_back(client, lamp):
    found = propose(lamp, "colour", "Black", "Black")
    back = "order=impact&attribute=colour&after=0.5~3&next=//evil.example"
    answer = client.post(decide_address(found), {"decision": "accept", "back": back})
    assert answer.url == f"{QUEUE}?order=impact&attribute=colour&after=0.5~3"


def test_a_decision_is_taken_back(client, lamp):
    add_evidence(lamp, add_version(), "colour", "Black", "Black")
    found = propose(lamp, "colour", "Black", "Black")
    for decision, status in (("reject", "rejected"), ("reopen", "open")):
        client.post(decide_address(found), {"decision": decision}, **HTMX)
        found.refresh_from_db()
        assert found.status == status


@pytest.mark.parametrize(
    ("typed", "kept", "words"),
    [
        pytest.param("18 inch", 45.72, "45.72 cm", id="inches"),
        pytest.param("46", 46, "46 cm", id="bare"),
    ],
)
def test_a_value_is_corrected(client, lamp, typed, kept, words):
    found = propose(lamp, "height", 5.0, "45 cm", field="description_en", unit="cm")
    answer = client.post(decide_address(found), {"decision": "edit", "value": typed}, **HTMX)
    found.refresh_from_db()
    assert (found.status, found.edited_value) == ("accepted", kept)
    assert words in text_of(answer)


def test_a_wrong_correction_says_why_and_keeps_what_was_typed(client, lamp):
    found = propose(lamp, "height", 45.0, "45 cm", field="description_en", unit="cm")
    page = client.post(decide_address(found), {"decision": "edit", "value": "3 kg"}, **HTMX).content.decode()
    assert 'role="alert"' in page
    assert 'value="3 kg"' in page
    assert "open" in re.search(r"<details[^>]*>", page).group()
    found.refresh_from_db()
    assert found.status == "open"
    assert not LogEntry.objects.exists()
    answer = client.post(decide_address(found), {"decision": "edit", "value": "3 kg"}, follow=True)
    assert "not in a unit of this attribute" in text_of(answer)


def test_a_decision_there_is_none_of(client, lamp):
    found = propose(lamp, "colour", "Black", "Black")
    assert "Choose what to do" in text_of(client.post(decide_address(found), {"decision": "burn"}, **HTMX))
    found.refresh_from_db()
    assert found.status == "open"


def test_a_proposal_that_went_away_meanwhile(client, lamp):
    address = reverse("admin:catalog_proposal_decide", args=[10**9])
    assert "does not exist any more" in text_of(client.post(address, {"decision": "accept"}, **HTMX))
    assert "does not exist any more" in text_of(client.post(address, {"decision": "edit", "value": "x"}, follow=True))


@pytest.mark.parametrize(
    ("permissions", "seen", "decided"),
    [
        pytest.param((), 403, 403, id="nothing"),
        pytest.param(("view_proposal",), 200, 403, id="may look"),
        pytest.param(("change_proposal",), 200, 200, id="may decide"),
    ],
)
def test_who_may_look_and_decide(lamp, permissions, seen, decided):
    found = propose(lamp, "colour", "Black", "Black")
    client = staff(*permissions)
    assert client.get(QUEUE).status_code == seen
    assert client.get(BULK).status_code == seen
    if seen == 200:
        assert ('value="accept"' in client.get(QUEUE).content.decode()) == (decided == 200)
    assert client.post(decide_address(found), {"decision": "accept"}, **HTMX).status_code == decided
    bulk = client.post(BULK, {"attribute": "colour", "threshold": "0.1"})
    assert bulk.status_code == (302 if decided == 200 else 403)


def test_decisions_need_the_form(lamp):
    found = propose(lamp, "colour", "Black", "Black")
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root", password="not used"))
    assert client.post(decide_address(found), {"decision": "accept"}).status_code == 403
    assert client.get(decide_address(found)).status_code == 302
    found.refresh_from_db()
    assert found.status == "open"


def test_no_value_is_made_or_deleted_here(client, lamp):
    found = propose(lamp, "colour", "Black", "Black")
    assert client.get(reverse("admin:catalog_proposal_add")).status_code == 403
    assert client.post(reverse("admin:catalog_proposal_delete", args=[found.pk]), {"post": "yes"}).status_code == 403
    answer = client.get(reverse("admin:catalog_proposal_change", args=[found.pk]), follow=True)
    assert f'id="rv-{found.pk}"' in answer.content.decode()


def test_pages_follow_each_other(client, lamp):
    for number in range(25):
        propose(lamp, "colour", f"c{number}", "Black", confidence=number / 100)
    first = client.get(QUEUE, {"order": "certain"})
    assert first.content.decode().count("data-row") == 20
    following = unescape(re.search(r'id="rv-next" href="([^"]+)"', first.content.decode()).group(1))
    second = client.get(following)
    assert second.content.decode().count("data-row") == 5
    assert "rv-next" not in second.content.decode()


@pytest.mark.parametrize("given", [{"after": "x"}, {"order": "x"}, {"status": "x"}], ids=["cursor", "order", "status"])
def test_an_address_that_makes_no_sense(client, given):
    answer = client.get(QUEUE, given)
    assert answer.url == QUEUE


def test_the_queue_takes_few_queries(client, lamp, django_assert_max_num_queries):
    version = add_version()
    for number in range(20):
        product = add_product(f"N-{number}", "Black lamp", attributes={"colour": ["White"]}, category=lamp.category)
        add_evidence(product, version, "colour", "Black", "Black")
        propose(product, "colour", "Black", "Black")
    with django_assert_max_num_queries(14):
        assert client.get(QUEUE).status_code == 200


@pytest.mark.parametrize(
    ("text", "quote", "before", "after"),
    [
        pytest.param("One. It is red, very red. Three.", "red", "It is ", ", very red.", id="en"),
        pytest.param("第一句。颜色是红色的，很红。第三句。", "红色", "颜色是", "的，很红。", id="zh"),
        pytest.param("Size 1.5 l", "1.5 l", "Size ", "", id="a decimal point ends no sentence"),
        pytest.param("x" * 500 + "red" + "y" * 500, "red", "…" + "x" * AROUND, "y" * AROUND + "…", id="no sentence"),
        pytest.param("a <b class='x'>red</b> hat", "red", "a  ", "  hat", id="tags"),
        pytest.param("<p class='" + "x" * 500 + "'>red<br " + "y" * 500, "red", "", "", id="tags cut through"),
        pytest.param("first line\nred\nlast", "red", "", "\n", id="lines"),
        pytest.param("red", "red", "", "", id="nothing around"),
    ],
)
def test_the_sentence_around_a_quote(text, quote, before, after):
    start = text.index(quote)
    lead, tail = cut_sentence(text, start, start + len(quote))
    assert (lead.strip(), tail.strip()) == (before.strip(), after.strip())


def test_the_place_is_the_one_the_evidence_names(lamp):
    Product.objects.filter(pk=lamp.pk).update(title_en="Black tea. A Black lamp")
    lamp.refresh_from_db()
    row = add_evidence(lamp, add_version(), "colour", "Black", "Black")
    Evidence.objects.filter(pk=row.pk).update(start=13, end=18)
    (shown,) = describe_rows([propose(lamp, "colour", "Black", "Black")])
    assert (shown.before, shown.after) == ("A ", " lamp")
    assert shown.found_by == ("patterns 80 %",)


def test_a_quote_that_is_gone_is_shown_without_a_sentence(lamp):
    Product.objects.filter(pk=lamp.pk).update(title_en="White lamp")
    (shown,) = describe_rows([propose(Product.objects.get(pk=lamp.pk), "colour", "Black", "Black")])
    assert (shown.before, shown.quote, shown.after) == ("", "Black", "")


def test_a_bulk_acceptance_is_foreseen_before_it_is_done(client, lamp):
    for number in range(12):
        product = add_product(f"N-{number}", "Black lamp")
        propose(product, "colour", "Black", "Black", confidence=0.95)
    answer = client.get(BULK, {"attribute": "colour", "threshold": "90%"})
    text = text_of(answer)
    assert "Accept these 12 values" in text
    assert "5.0 %" in text
    assert answer.content.decode().count("data-row") == 10
    assert 'value="accept"' not in answer.content.decode()
    assert Proposal.objects.filter(status="open").count() == 12
    done = client.post(BULK, {"attribute": "colour", "threshold": "0.9"}, follow=True)
    assert "12 values accepted." in text_of(done)
    assert Proposal.objects.filter(status="accepted", decided_by__username="admin").count() == 12
    assert LogEntry.objects.get().content_type.model == "attribute"


@pytest.mark.parametrize("threshold", ["2", "x", "-1", "nan"])
def test_a_threshold_that_is_none_accepts_nothing(client, lamp, threshold):
    propose(lamp, "colour", "Black", "Black", confidence=0.99)
    given = {"attribute": "colour", "threshold": threshold}
    assert "number from 0 to 1" in text_of(client.get(BULK, given))
    assert "number from 0 to 1" in text_of(client.post(BULK, given, follow=True))
    assert Proposal.objects.get().status == "open"


def test_the_learning_curve_is_drawn(client, lamp):
    rows = [propose(lamp, "colour", f"c{number}", "Black", confidence=0.8) for number in range(20)]
    for row in rows[:6]:
        Proposal.objects.filter(pk=row.pk).update(status="accepted", decided_at=timezone.now())
    page = client.get(BULK, {"attribute": "colour"}).content.decode()
    assert (page.count("<polyline"), "80–85 %" in page) == (0, True)
    for row in rows[6:]:
        Proposal.objects.filter(pk=row.pk).update(status="accepted", decided_at=timezone.now())
    page = client.get(BULK, {"attribute": "colour"}).content.decode()
    assert page.count("<polyline") == 2
    assert "80–85 %" in page


def test_the_lines_of_the_curve():
    curve = draw_curve([CurvePoint(5, 0.5, 1.0), CurvePoint(10, 1.0, 0.75)])
    assert curve["accepted"] == "300.0,80.0 600.0,0.0"
    assert curve["promised"] == "300.0,0.0 600.0,40.0"
    assert draw_curve([CurvePoint(5, 0.5, 1.0)]) is None


def test_another_version_says_what_it_changes_and_is_used(client, lamp):
    first = add_version("tagger", "1")
    second = add_version("tagger", "2", status="retired")
    add_evidence(lamp, first, "colour", "Black", "Black", confidence=0.99)
    add_evidence(lamp, first, "height", 45.0, "45 cm", field="description_en")
    add_evidence(lamp, second, "height", 45.0, "45 cm", field="description_en")
    add_evidence(lamp, second, "colour", "White", "desk")
    propose(lamp, "colour", "Black", "Black", status="accepted")
    listed = text_of(client.get(reverse("admin:catalog_extractorversion_changelist")))
    assert listed.count("Use this version…") == 1
    address = reverse("admin:catalog_extractorversion_use", args=[second.pk])
    text = text_of(client.get(address))
    assert "values it finds and the present one does not 1" in text
    assert "values only the present one finds 1 1 of them leave the shop" in text
    assert "values both find 1" in text
    first.refresh_from_db()
    assert first.status == "live", "looking changes nothing"
    assert "counts now" in text_of(client.post(address, follow=True))
    assert list(ExtractorVersion.objects.filter(status="live")) == [second]
    assert Proposal.objects.get(attribute="colour", value_key="black").status == "withdrawn"
    assert LogEntry.objects.get().object_id == str(second.pk)


def test_versions_are_changed_by_those_who_may(lamp):
    second = add_version("tagger", "2", status="retired")
    address = reverse("admin:catalog_extractorversion_use", args=[second.pk])
    assert staff("view_extractorversion").post(address).status_code == 403
    assert staff("change_extractorversion").get(address).status_code == 200
    assert staff("change_extractorversion").get(address.replace(str(second.pk), "999999")).status_code == 302


def test_what_could_not_be_read_is_tried_again(client, lamp):
    version = add_version("llm", "1")
    failed = Extraction.objects.create(
        product=lamp, version=version, status="failed", code="timeout", message="The model took too long."
    )
    address = reverse("admin:catalog_extraction_changelist")
    page = client.get(address, follow=True)
    assert "The model took too long." in text_of(page)
    client.post(f"{address}?status__exact=failed", {"action": "try_again", "_selected_action": [failed.pk]})
    failed.refresh_from_db()
    assert failed.try_after <= timezone.now()


def test_how_far_reading_has_come(client, lamp):
    version = add_version("patterns", "1")
    add_product("L-2", "Lamp")
    fresh = f"md5((SELECT text_fingerprint FROM catalog_product WHERE id = {lamp.pk}) || '{lamp.category_id}')"
    row = Extraction.objects.create(product=lamp, version=version, fingerprint="old")
    address = reverse("admin:catalog_extraction_progress")
    assert "0 read · 2 waiting · 0 failed" in text_of(client.get(address))
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE catalog_extraction SET fingerprint = {fresh} WHERE id = {row.pk}")
    assert "1 read · 1 waiting · 0 failed" in text_of(client.get(address))
    assert staff().get(address).status_code == 403
