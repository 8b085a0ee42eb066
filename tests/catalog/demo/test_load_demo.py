"""`load_demo` brings the demo into the shop through the ordinary import, and a second time changes nothing."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from catalog.models import Attribute, AttributeValue, Brand, Category, Product, Review, Upload, Variant

COUNT = 260


@pytest.fixture
def loaded(db: None, settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    call_command("load_demo", products=COUNT, stdout=StringIO(), stderr=StringIO())


@pytest.mark.usefixtures("loaded")
def test_every_product_arrives_with_both_languages() -> None:
    assert Product.objects.count() == COUNT
    assert not Product.objects.filter(title_en="").exists()
    assert not Product.objects.filter(title_zh="").exists()
    assert not Product.objects.filter(description_zh="").exists()
    assert not Product.objects.filter(brand=None).exists()
    assert not Product.objects.filter(category=None).exists()
    assert Upload.objects.get().refused_count == 0


@pytest.mark.usefixtures("loaded")
def test_names_in_both_languages_reach_the_vocabulary() -> None:
    assert Category.objects.filter(name_en="Smartphones", name_zh="智能手机").exists()
    assert Brand.objects.filter(name_en="Novari", name_zh="诺瓦里").exists()
    assert Attribute.objects.get(key="screen").unit == "cm"
    assert AttributeValue.objects.filter(attribute__key="colour", name_en="Black", name_zh="黑色").exists()


@pytest.mark.usefixtures("loaded")
def test_a_second_run_changes_nothing() -> None:
    before = (Variant.objects.count(), Review.objects.count(), Upload.objects.count())
    stamps = dict(Product.objects.values_list("sku", "updated_at"))
    said = StringIO()
    call_command("load_demo", products=COUNT, stdout=said, stderr=StringIO())
    assert (Variant.objects.count(), Review.objects.count(), Upload.objects.count()) == before
    assert dict(Product.objects.values_list("sku", "updated_at")) == stamps
    assert f"{COUNT} unchanged" in said.getvalue()
    assert "0 new of" in said.getvalue()
