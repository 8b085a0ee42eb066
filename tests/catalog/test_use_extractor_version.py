"""The command that makes another extractor version count."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from catalog.models import ExtractorVersion, Proposal
from tests.catalog.proposed_values import add_evidence, add_version
from tests.shop import add_attribute, add_product

pytestmark = pytest.mark.django_db


def test_a_version_is_used_and_its_values_proposed():
    add_attribute("colour")
    product = add_product("U-1", "Black or White lamp")
    add_evidence(product, add_version("tagger", "1"), "colour", "Black", "Black")
    second = add_version("tagger", "2", status="retired")
    add_evidence(product, second, "colour", "White", "White")
    told = StringIO()
    call_command("use_extractor_version", "tagger", "2", stdout=told)
    assert "tagger 2 counts; of 1 products" in told.getvalue()
    assert list(ExtractorVersion.objects.filter(status="live")) == [second]
    assert list(Proposal.objects.values_list("value", flat=True)) == ["White"]


def test_an_unknown_version_is_told_with_the_known_ones():
    add_version("tagger", "1")
    with pytest.raises(CommandError, match="tagger 1"):
        call_command("use_extractor_version", "tagger", "9")
