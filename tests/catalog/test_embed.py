"""Embedding jobs: only what is stale, once, whoever dies; a new encoder's vectors grow beside the live ones."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection, connections

from catalog import pipeline
from catalog.encoder import get_encoder
from catalog.models import Embedding, EmbeddingGeneration, LiveVersion, Product
from catalog.steps import embed
from catalog.tasks import embed_stale
from tests.shop import add_product

pytestmark = pytest.mark.slow
Status = EmbeddingGeneration.Status


@pytest.fixture
def shop(transactional_db: None) -> list[Product]:
    # An index is made on a table that the same transaction wrote to, which Postgres refuses: real commits here.
    titles = [("Wireless mouse", "无线鼠标"), ("Desk lamp", "台灯"), ("Running shoes", "跑步鞋"), ("", "不锈钢保温杯")]
    return [add_product(f"P-{number}", en, zh) for number, (en, zh) in enumerate(titles)]


def live() -> EmbeddingGeneration:
    return EmbeddingGeneration.objects.get(status=Status.LIVE)


def add_many(count: int) -> None:
    Product.objects.bulk_create(Product(sku=f"M-{number}", title_en=f"Item {number}") for number in range(count))


def test_the_first_generation_is_live_from_the_start_and_holds_every_active_product(shop):
    Product.objects.filter(pk=shop[0].pk).update(status="draft")
    assert pipeline.embed_stale() == (3, False)
    assert live().model == get_encoder().model_name
    assert pipeline.count_embedded() == (3, 3)
    assert pipeline.embed_stale() == (0, False)


def test_vectors_are_the_encoders_and_are_found_through_the_generations_index(shop):
    pipeline.embed_stale()
    generation, query = live(), get_encoder().encode_queries(["鼠标"])[0]
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_sort = off")
        sql = (
            f"SELECT product_id FROM catalog_embedding WHERE generation_id = {generation.pk} "
            f"ORDER BY vector::halfvec({generation.dimension}) <#> %s::halfvec({generation.dimension}) LIMIT 4"
        )
        cursor.execute(sql, [str(query.tolist())])
        assert cursor.fetchone()[0] == shop[0].pk
        cursor.execute(f"EXPLAIN {sql}", [str(query.tolist())])
        assert f"catalog_embedding_hnsw_{generation.pk}" in "".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan; RESET enable_sort")


def test_only_a_changed_text_is_embedded_again(shop):
    pipeline.embed_stale()
    Product.objects.filter(pk=shop[1].pk).update(title_en="Floor lamp")
    Product.objects.filter(pk=shop[2].pk).update(popularity=9)
    before = Embedding.objects.get(product_id=shop[1].pk).vector
    assert pipeline.embed_stale() == (1, False)
    assert Embedding.objects.get(product_id=shop[1].pk).vector != before


def test_a_text_that_changes_while_it_is_encoded_stays_stale(shop, monkeypatch):
    store = embed._store

    def edit_then_store(*args: object) -> None:
        Product.objects.filter(pk=shop[0].pk).update(title_en="Edited meanwhile")
        store(*args)

    pipeline_generation, encoder = embed.open_generations()[0]
    monkeypatch.setattr(embed, "_store", edit_then_store)
    embed.embed_chunk(pipeline_generation, encoder, [shop[0].pk])
    monkeypatch.setattr(embed, "_store", store)
    assert embed.stale_for_embedding(pipeline_generation.pk, 10) == [product.pk for product in shop]


def test_a_product_deleted_while_it_is_encoded_leaves_no_vector(shop, monkeypatch):
    store = embed._store

    def delete_then_store(*args: object) -> None:
        Product.objects.filter(pk=shop[0].pk).delete()
        store(*args)

    monkeypatch.setattr(embed, "_store", delete_then_store)
    pipeline.embed_stale()
    assert not Embedding.objects.filter(product_id=shop[0].pk).exists()


def test_a_new_encoder_is_built_beside_the_live_one_and_takes_over_when_complete(shop, settings):
    pipeline.embed_stale()
    old = live()
    settings.MODEL_MAX_TOKENS = 32
    version = LiveVersion.objects.get(name="embedding").version
    add_product("NEW", "Garden chair", "花园椅")
    generation, encoder = embed.open_generations()[1]
    assert generation.status == Status.BUILDING
    embed.embed_chunk(generation, encoder, [shop[0].pk])
    assert live() == old
    assert not embed.promote_if_complete(generation)
    assert pipeline.embed_stale() == (1 + 4, False)
    assert live() == generation
    assert EmbeddingGeneration.objects.get(pk=old.pk).status == Status.RETIRED
    assert LiveVersion.objects.get(name="embedding").version > version
    assert pipeline.count_embedded() == (5, 5)


def test_going_back_to_the_former_encoder_embeds_only_what_changed_since(shop, settings):
    pipeline.embed_stale()
    former = live()
    settings.MODEL_MAX_TOKENS = 32
    pipeline.embed_stale()
    Product.objects.filter(pk=shop[0].pk).update(title_en="Trackball")
    settings.MODEL_MAX_TOKENS = 96
    assert pipeline.embed_stale() == (2, False), "the changed product, in the live and in the former generation"
    assert live() == former


def test_only_the_last_retired_generation_is_kept(shop, settings):
    for tokens in (96, 48, 32):
        settings.MODEL_MAX_TOKENS = tokens
        pipeline.embed_stale()
    assert EmbeddingGeneration.objects.count() == 2
    assert Embedding.objects.count() == 8


def test_time_runs_out_between_chunks_and_the_rest_is_said(shop):
    assert pipeline.embed_stale(seconds=0) == (0, True)


def test_the_command_counts_honestly(shop, capsys):
    call_command("embed_catalog")
    call_command("embed_catalog")
    first, second = capsys.readouterr().out.splitlines()[-2:]
    assert first.startswith("4 embedded; 4 of 4")
    assert second.startswith("0 embedded; 4 of 4")


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_embed_every_product_exactly_once():
    add_many(700)
    get_encoder()
    done: list[int] = []

    def work() -> None:
        try:
            done.append(pipeline.embed_stale()[0])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 700
    assert pipeline.count_embedded() == (700, 700)


@pytest.mark.timeout(300)
def test_a_killed_worker_loses_nothing(celery_worker):
    add_many(1500)
    embed_stale.delay()
    celery_worker.wait_until(lambda: Embedding.objects.count() > 0, seconds=90)
    celery_worker.kill()
    kept = Embedding.objects.count()
    assert 0 < kept < 1500
    celery_worker.start()
    embed_stale.delay()
    celery_worker.wait_until(lambda: Embedding.objects.count() == 1500, seconds=110)
    assert not embed.stale_for_embedding(live().pk, 1)
