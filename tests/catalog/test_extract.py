"""The extract step: texts become evidence and proposals, failures are tried again, versions go back exactly."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import evidence, proposals
from catalog.contracts import ExtractionFault, FoundAttribute, Span
from catalog.documents import load_documents, stale_for_index
from catalog.models import Attribute, Calibration, Evidence, Extraction, ExtractorVersion, Product, Proposal
from catalog.steps import extract, index

pytestmark = pytest.mark.django_db


class ReadsColours:
    """A stand-in with the contract of an extractor: finds one word, fails where the text says so."""

    name = "colours"

    def __init__(self, word="black", *, version="1", confidence=0.99, key="color", lie=False):
        self.word, self.version, self.confidence, self.key, self.lie = word, version, confidence, key, lie
        self.read = []

    def extract(self, products):
        self.read += [product.product_id for product in products]
        return [self.read_one(product) for product in products]

    def read_one(self, product):
        found = []
        for field, text in product.texts.items():
            if "unreadable" in text:
                return ExtractionFault("timeout", "The server did not answer.", retriable="for ever" not in text)
            at = text.lower().find(self.word)
            if at >= 0:
                quote = "purple" if self.lie else text[at : at + len(self.word)]
                span = Span(field, at, at + len(self.word))
                found.append(FoundAttribute(self.key, quote, "", span, quote, self.confidence, self.name, self.version))
        return tuple(found)


@pytest.fixture(autouse=True)
def colour():
    return Attribute.objects.create(key="color", name_en="Color", name_zh="颜色")


def make_product(title, **fields):
    number = Product.objects.count() + 1
    product = Product.objects.create(sku=f"P{number}", title_en=title, **fields)
    index.refresh_offers([product.pk])
    return product


def run(extractor, *, size=256):
    version = extract.open_version(extractor)
    chunks = list(extract.stale_chunks(version.pk, size=size))
    return [extract.extract_chunk(version, extractor, chunk) for chunk in chunks]


def attributes_of(product):
    product.refresh_from_db()
    return product.extracted.get("values", {})


@pytest.mark.parametrize(
    ("fields", "word", "quote"),
    [
        pytest.param({"title": "Black kettle"}, "black", "Black", id="en"),
        pytest.param({"title": "", "title_zh": "黑色水壶"}, "黑色", "黑色", id="zh"),
        pytest.param({"title": "Kettle", "description_en": "All <b>BLACK</b>."}, "black", "BLACK", id="html, caps"),
    ],
)
def test_a_stated_value_reaches_the_index_with_its_evidence(fields, word, quote):
    product = make_product(**fields)
    run(ReadsColours(word))
    row = Evidence.objects.get()
    assert getattr(product, row.field)[row.start : row.end] == row.quote == quote
    assert [value for value, _, _ in attributes_of(product)["color"]] == [quote]
    assert product.pk in stale_for_index(10)
    (document,) = load_documents([product.pk])
    assert quote in document.fields["attributes"]


def test_a_value_whose_quote_is_not_in_the_text_is_refused():
    product = make_product("Black kettle")
    run(ReadsColours(lie=True))
    assert not Evidence.objects.exists()
    assert attributes_of(product) == {}


def test_an_edited_title_drops_the_facet_at_once_and_the_proposal_with_the_next_reading():
    product = make_product("Black kettle")
    extractor = ReadsColours()
    run(extractor)
    Product.objects.filter(pk=product.pk).update(title_en="White kettle")
    (document,) = load_documents([product.pk])
    assert document.facets == ()
    run(extractor)
    assert Proposal.objects.get().status == Proposal.Status.WITHDRAWN
    assert attributes_of(product) == {}


def test_only_stale_products_are_read():
    first, second = make_product("Black kettle"), make_product("Black pot")
    extractor = ReadsColours()
    assert run(extractor, size=1) == [(1, 0), (1, 0)]
    assert run(extractor) == []
    Product.objects.filter(pk=second.pk).update(description_en="Now with a lid.")
    run(extractor)
    assert extractor.read == [first.pk, second.pk, second.pk]


def test_a_failure_is_counted_kept_apart_and_tried_again_later():
    good, bad = make_product("Black kettle"), make_product("Black unreadable pot")
    extractor = ReadsColours()
    assert run(extractor) == [(1, 1)]
    failed = Extraction.objects.get(product=bad)
    assert (failed.status, failed.code, failed.attempts) == ("failed", "timeout", 1)
    assert attributes_of(good)
    assert not attributes_of(bad)
    assert run(extractor) == []  # not before its time
    Extraction.objects.filter(pk=failed.pk).update(try_after=timezone.now() - timedelta(seconds=1))
    assert run(extractor) == [(0, 1)]
    failed.refresh_from_db()
    assert failed.attempts == 2
    assert failed.try_after > timezone.now() + timedelta(minutes=2)


def test_what_can_never_be_read_is_not_tried_again_until_its_text_changes():
    bad = make_product("unreadable for ever")
    extractor = ReadsColours()
    run(extractor)
    assert Extraction.objects.get().try_after is None
    assert run(extractor) == []
    Product.objects.filter(pk=bad.pk).update(title_en="Black pot")
    assert run(extractor) == [(1, 0)]
    assert Extraction.objects.get().status == "done"


def test_a_failed_reading_keeps_what_was_known_before():
    product = make_product("Black kettle")
    extractor = ReadsColours()
    run(extractor)
    Product.objects.filter(pk=product.pk).update(description_en="unreadable")
    run(extractor)
    assert "color" in attributes_of(product)


def test_a_new_version_takes_over_product_by_product_and_going_back_restores_exactly():
    product, other = make_product("Black kettle, white lid"), make_product("Black pot")
    run(ReadsColours("black", version="1"))
    before = {one.pk: attributes_of(one) for one in (product, other)}
    second = ReadsColours("white", version="2")
    version = extract.open_version(second)
    assert {one.pk: attributes_of(one) for one in (product, other)} == before  # nothing blinks
    for chunk in extract.stale_chunks(version.pk):
        extract.extract_chunk(version, second, chunk)
    assert [value for value, _, _ in attributes_of(product)["color"]] == ["white"]
    assert attributes_of(other) == {}
    first = ExtractorVersion.objects.get(version="1")
    proposals.switch_version(first.pk, recombine=evidence.recombine)
    assert {one.pk: attributes_of(one) for one in (product, other)} == before


def test_what_the_catalog_says_itself_is_never_overruled():
    product = make_product("Black kettle", attributes={"color": ["White"]})
    run(ReadsColours())
    proposal = Proposal.objects.get()
    assert (proposal.contradicts, proposal.status) == (True, Proposal.Status.OPEN)
    run(ReadsColours(version="2", confidence=0.3))
    assert not Proposal.objects.exists()  # the catalog is likelier right: nobody need look
    assert attributes_of(product) == {}


def test_what_the_catalog_says_already_needs_no_look():
    make_product("Black kettle", attributes={"color": ["black"]})
    run(ReadsColours())
    assert Evidence.objects.count() == 1
    assert not Proposal.objects.exists()


def test_confidence_follows_what_proved_right():
    for _ in range(60):
        make_product("Black kettle", attributes={"color": ["White"]})
    target = make_product("Black kettle")
    run(ReadsColours())
    assert "color" in attributes_of(target)
    assert evidence.refresh_calibration() == 60
    assert Calibration.objects.get(attribute="color").wrong == 60
    evidence.recombine([target.pk])
    assert not Proposal.objects.filter(product=target).exists()
    assert attributes_of(target) == {}


def test_what_a_person_decided_stays_however_little_is_thought_of_it():
    for _ in range(60):
        make_product("Black kettle", attributes={"color": ["White"]})
    target = make_product("Black kettle")
    run(ReadsColours())
    proposals.decide(Proposal.objects.filter(product=target).values_list("id", flat=True), decision="accept", user=None)
    evidence.refresh_calibration()
    evidence.recombine([target.pk])
    assert "color" in attributes_of(target)


def test_a_deleted_product_leaves_nothing():
    product = make_product("Black kettle")
    run(ReadsColours())
    product.delete()
    assert not Evidence.objects.exists()
    assert not Proposal.objects.exists()


def test_empty_texts_are_read_as_empty():
    make_product("")
    extractor = ReadsColours()
    assert run(extractor) == [(1, 0)]
    assert Extraction.objects.get().status == "done"
