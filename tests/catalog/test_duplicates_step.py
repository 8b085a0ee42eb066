"""Duplicates found in a shop: who is compared, what waits for review, and that decisions stay."""

import numpy as np
import pytest
from django.db import connection

from catalog.duplicates import candidates, loading
from catalog.duplicates.candidates import MAX_CANDIDATES, find_candidates, pair_up
from catalog.duplicates.loading import load_offers, load_rarity
from catalog.duplicates.matching import shipped_model
from catalog.duplicates.merging import keep_apart, merge
from catalog.models import Brand, DuplicateSuggestion, Embedding, EmbeddingGeneration, Product, Variant
from catalog.steps.find_duplicates import every_batch, find_duplicates
from tests.shop import add_product, index_all

pytestmark = pytest.mark.django_db
Status = DuplicateSuggestion.Status


@pytest.fixture
def shop() -> dict[str, Product]:
    """Twins in each language, their neighbours, and things that share nothing with them."""
    canon = Brand.objects.create(key="canon", name_en="Canon", name_zh="佳能")
    olive = Brand.objects.create(key="olivetta", name_en="Olivetta", name_zh="欧丽薇")
    made = {
        "cam": add_product("CAM", "Canon PowerShot SX210 IS 14.1MP digital camera black", brand=canon, price="279"),
        "cam2": add_product("CAM2", "Canon PowerShot SX210IS black digital camera 14.1 megapixel", brand=canon,
                            price="265"),
        "other": add_product("CAM3", "Canon PowerShot SD1300 IS 12.1MP digital camera silver", brand=canon,
                             price="169"),
        "pot": add_product("POT", "", "欧丽薇 RC-562电饭煲 5升 IH电磁加热 煮粥", brand=olive, price="147"),
        "pot2": add_product("POT2", "", "欧丽薇 电饭煲 RC562 5L 煮粥 IH电磁加热 包邮", brand=olive, price="139"),
        "small": add_product("POT3", "", "欧丽薇 RC-318电饭煲 3升 IH电磁加热 煮粥", brand=olive, price="99"),
    }  # fmt: skip
    for number in range(40):
        add_product(f"F-{number}", f"Wooden chair no {number}", f"木椅子 第{number}款")
    index_all()
    return made


def pairs() -> set[tuple[str, str]]:
    rows = DuplicateSuggestion.objects.values_list("first__sku", "second__sku")
    return set(rows)


def ids(*products: Product) -> list[int]:
    return [product.pk for product in products]


def test_twins_are_found_in_both_languages_and_neighbours_are_not(shop):
    assert find_duplicates([product.pk for product in shop.values()]) == 2
    assert pairs() == {("CAM", "CAM2"), ("POT", "POT2")}


def test_the_older_product_comes_first_whichever_is_new(shop):
    find_duplicates(ids(shop["cam2"]))
    find_duplicates(ids(shop["cam"]))
    assert pairs() == {("CAM", "CAM2")}


def test_a_second_run_changes_nothing(shop):
    everything = [product.pk for product in shop.values()]
    find_duplicates(everything)
    before = list(DuplicateSuggestion.objects.values())
    assert find_duplicates(everything) == 0
    assert list(DuplicateSuggestion.objects.values()) == before


def test_two_products_stays_decided_until_a_text_is_edited(shop, django_user_model):
    find_duplicates(ids(shop["cam"]))
    user = django_user_model.objects.create(username="merchandiser")
    assert keep_apart([DuplicateSuggestion.objects.get().pk], user=user) == 1
    Variant.objects.filter(product=shop["cam"]).update(price=199)
    assert find_duplicates(ids(shop["cam"], shop["cam2"])) == 0
    assert DuplicateSuggestion.objects.get().status == Status.APART
    Product.objects.filter(pk=shop["cam2"].pk).update(title_en="Canon PowerShot SX210 IS 14.1MP digital camera")
    assert find_duplicates(ids(shop["cam2"])) == 1
    again = DuplicateSuggestion.objects.get()
    assert (again.status, again.decided_by) == (Status.OPEN, None)


def test_an_open_pair_goes_when_its_texts_no_longer_look_alike(shop):
    find_duplicates(ids(shop["cam"]))
    Product.objects.filter(pk=shop["cam2"].pk).update(title_en="Nikon garden hose 25 m", brand=None)
    find_duplicates(ids(shop["cam2"]))
    assert not DuplicateSuggestion.objects.exists()


@pytest.mark.parametrize("status", ["archived", "draft"])
def test_what_is_not_on_sale_is_not_compared(shop, status):
    Product.objects.filter(pk=shop["cam2"].pk).update(status=status)
    assert find_duplicates(ids(shop["cam"], shop["cam2"])) == 0


def test_a_merged_pair_is_left_alone(shop, django_user_model):
    find_duplicates(ids(shop["cam"]))
    merge(DuplicateSuggestion.objects.get().pk, user=django_user_model.objects.create(username="m"))
    assert find_duplicates(ids(shop["cam"], shop["cam2"])) == 0
    assert DuplicateSuggestion.objects.get().status == Status.MERGED


def test_ids_that_are_gone_are_no_error(shop):
    assert find_duplicates([10**9, shop["cam"].pk]) == 1
    assert find_duplicates([]) == 0


def test_candidates_by_barcode_whatever_its_zeros():
    one, two = add_product("A", "Pen"), add_product("B", "Fineliner")
    Variant.objects.filter(product=one).update(barcode="0012345678905")
    Variant.objects.filter(product=two).update(barcode="012345678905")
    assert find_candidates(load_offers(ids(one))) == {one.pk: [two.pk]}
    assert find_duplicates(ids(two)) == 1


def test_a_barcode_that_many_products_carry_is_a_placeholder():
    for number in range(candidates.BARCODE_IN + 1):
        Variant.objects.filter(product=add_product(f"P{number}", f"thing {number}")).update(barcode="9999999999994")
    assert find_candidates(load_offers(list(Product.objects.values_list("pk", flat=True)))) == {}


def test_candidates_are_bounded_and_never_the_product_itself(shop):
    for number in range(3 * MAX_CANDIDATES):
        add_product(f"Z-{number}", f"zyxt{number % 4} wvut{number % 5} qpon{number % 6} gadget")
    index_all()
    found = find_candidates(load_offers(list(Product.objects.values_list("pk", flat=True))))
    assert found
    assert max(map(len, found.values())) <= MAX_CANDIDATES
    assert all(own not in others for own, others in found.items())


def test_near_vectors_are_candidates_within_a_brand():
    brand, rival = (Brand.objects.create(key=key, name_en=key) for key in ("a", "b"))
    generation = EmbeddingGeneration.objects.create(model=shipped_model().encoder, dimension=4, status="live")
    products = [add_product(f"V-{place}", f"w{place}", brand=rival if place == 2 else brand) for place in range(4)]
    for product, vector in zip(products, np.eye(4)[[0, 0, 0, 1]] + [0, 0, 0.1, 0], strict=True):
        Embedding.objects.create(
            generation=generation, product_id=product.pk, fingerprint="f", vector=vector / np.linalg.norm(vector)
        )
    facts = load_offers(ids(*products), encoder=generation.model)
    assert facts[products[0].pk].offer.vector @ facts[products[1].pk].offer.vector == pytest.approx(1, abs=0.01)
    found = find_candidates(facts)
    assert found[products[0].pk] == ids(products[1], products[3])
    assert products[2].pk not in found


def test_vectors_of_another_encoder_are_not_believed():
    generation = EmbeddingGeneration.objects.create(model="another", dimension=4, status="live")
    product = add_product("V", "w")
    Embedding.objects.create(generation=generation, product_id=product.pk, fingerprint="f", vector=[1, 0, 0, 0])
    assert load_offers([product.pk], encoder=shipped_model().encoder)[product.pk].offer.vector is None


def test_words_are_counted_in_the_index(shop):
    rarity = load_rarity(["chair", "rc562", "nowhere"])
    assert rarity.total == 46
    assert rarity.counts["chair"] == 40
    assert "nowhere" not in rarity.counts
    assert rarity.weigh("nowhere") > rarity.weigh("rc562") > rarity.weigh("chair")


def test_a_batch_is_a_fixed_number_of_statements(shop, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        find_duplicates([product.pk for product in shop.values()])


def test_every_active_product_is_met_once(shop):
    Product.objects.filter(pk=shop["other"].pk).update(status="draft")
    met = [id_ for batch in every_batch() for id_ in batch]
    assert sorted(met) == sorted(Product.objects.filter(status="active").values_list("pk", flat=True))


def test_pairs_come_once_the_older_first():
    assert pair_up({5: [3, 9], 3: [5]}) == [(3, 5), (5, 9)]


def test_a_price_is_no_part_of_the_fingerprint_and_a_title_is(shop):
    def fingerprint() -> str:
        return loading.fingerprint_pair(*load_offers(ids(shop["cam"], shop["cam2"])).values())

    before = fingerprint()
    Variant.objects.filter(product=shop["cam"]).update(price=1)
    assert fingerprint() == before
    Product.objects.filter(pk=shop["cam"].pk).update(title_en="Edited")
    assert fingerprint() != before
    assert connection.vendor == "postgresql"
