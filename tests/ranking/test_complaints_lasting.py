"""Complaints 24 to 29: rules and synonyms lost at a reindex or a config save, or saved but not in effect.

Both are rows of their own, not parts of the index: nothing that happens to the catalog touches them, and a change is in
the next search of every process.
"""

import hashlib
import json
import os
import time
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.serializers import serialize

from catalog import pipeline
from catalog.models import Product, SearchDocument, Upload
from catalog.steps.index import index_products, merge_segments
from ranking.merchandising.schema import parse_rule, to_document
from ranking.models import RankingConfig, Rule, Synonym
from ranking.rule_store import delete_rule, update_rule
from ranking.synonym_store import create_synonym, delete_synonym, update_synonym
from tests.catalog.catalog_files import ROWS, as_csv, ingest
from tests.celery_worker import database_url
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule, skus
from tests.ranking.rule_words import boost, clause, on_query, pin
from tests.ranking.searching_process import start_searching

# A change must be in effect everywhere within this time; searches read the versions, so it is there at once.
SECONDS = 1.0


def hash_merchandising() -> str:
    """Every column of every rule and synonym, and of their histories."""
    models = (Rule, Rule.history.model, Synonym, Synonym.history.model)
    rows = "".join(serialize("json", model._default_manager.order_by("pk")) for model in models)
    return hashlib.sha256(rows.encode()).hexdigest()


def write_merchandising() -> None:
    save_rule(
        pin("C1", 1), boost(40, clause("brand", "nord")), {"type": "layout", "layout": "list"},
        when=[on_query("lamp", "灯具", "kettle", "电热水壶")],
        windows=[{"from": "2020-01-01T00:00", "until": None, "timezone": "Asia/Shanghai"}],
    )  # fmt: skip
    save_rule({"type": "synonym", "words": ["zorgo"], "alternatives": ["lamp"]}, markets=["cn"])
    save_rule({"type": "redirect", "url": "/c/home/"}, when=[on_query("sale", match="is")], status="draft")
    Synonym.objects.create(words=["blarg", "lamp"], weight=0.7)
    Synonym.objects.create(words=["台灯", "护眼灯"], locale="zh", status=Synonym.Status.SUGGESTED)


@pytest.fixture
def shop(db: None) -> Any:
    fresh_process()
    build_shop()
    write_merchandising()
    yield
    fresh_process()


def test_complaint_24_a_reindex_of_everything_keeps_rules_and_synonyms(shop: None) -> None:
    before, page, meant = hash_merchandising(), skus(ask()), skus(ask("blarg"))
    SearchDocument.objects.all().delete()
    index_products(list(Product.objects.values_list("id", flat=True)))
    merge_segments()
    fresh_process()
    assert hash_merchandising() == before
    assert skus(ask()) == page
    assert skus(ask("blarg")) == meant
    assert page[0] == "C1"


def test_complaint_25_and_26_a_full_upload_that_replaces_the_catalog_keeps_them(shop: None, settings: Any) -> None:
    settings.UPLOAD_MAX_ARCHIVED_PERCENT = 100
    before = hash_merchandising()
    upload = ingest(as_csv(), mode=Upload.Mode.REPLACE)
    assert upload.notes["archived"] == 8
    ingest(as_csv(ROWS[:2]), mode=Upload.Mode.REPLACE)
    assert hash_merchandising() == before
    assert ask("kettle").layout == "list"
    assert ask("电热水壶", locale="zh").layout == "list"
    assert Synonym.objects.filter(words__contains=["blarg"]).exists()


def test_complaint_27_saving_another_ranking_configuration_keeps_them(shop: None) -> None:
    before, page = hash_merchandising(), skus(ask())
    live = RankingConfig.objects.get(is_live=True)
    live.parameters = {**live.parameters, "k1": 1.3}
    live.save()
    assert hash_merchandising() == before
    assert skus(ask())[0] == page[0] == "C1"


@pytest.mark.slow
def test_complaint_24_a_new_embedding_generation_keeps_them(transactional_db: None, settings: Any) -> None:
    fresh_process()
    build_shop()
    write_merchandising()
    pipeline.embed_stale()
    before = hash_merchandising()
    settings.MODEL_MAX_TOKENS = 32
    pipeline.embed_stale()
    assert pipeline.count_embedded() == (8, 8)
    assert hash_merchandising() == before
    assert skus(ask())[0] == "C1"
    assert {"L1", "L2"} <= set(skus(ask("blarg")))
    fresh_process()


def test_complaint_28_and_29_an_edit_is_in_the_next_search_of_another_process(transactional_db: None) -> None:
    """Another process that has searched before, and so holds rules and synonyms, obeys without reload or restart."""
    fresh_process()
    build_shop()
    rule = save_rule(pin("C1", 1), when=[on_query("lamp", "灯具")])
    with start_searching(database_url(), str(django_settings.BASE_DIR)) as other:
        first = other.ask("lamp")
        assert first["pid"] != os.getpid()
        assert first["skus"][0] == "C1"
        assert other.ask("zorgo")["skus"] == []

        changed = {**to_document(rule), "actions": [pin("C2", 1), {"type": "layout", "layout": "list"}]}
        update_rule(rule.pk, parse_rule(changed), expected_version=1)
        obeyed(lambda: other.ask("lamp"), "C2", "list")
        obeyed(lambda: other.ask("灯具", locale="zh"), "C2", "list")

        synonym = create_synonym({"words": ["zorgo", "oak chair"], "kind": "two_way"})
        obeyed(lambda: other.ask("zorgo"), "C1", "grid")
        update_synonym(
            synonym.pk, {"words": ["佐果", "oak chair"], "kind": "two_way"}, expected_version=synonym.version
        )
        obeyed(lambda: other.ask("佐果", locale="zh"), "C1", "grid")
        assert other.ask("zorgo")["skus"] == []

        delete_synonym(synonym.pk, expected_version=None)
        assert other.ask("佐果", locale="zh")["skus"] == []
        delete_rule(rule.pk, expected_version=None)
        assert "C2" not in other.ask("lamp")["skus"]
    fresh_process()


def obeyed(ask_other: Any, first: str, layout: str) -> None:
    """The very next search obeys, and within the promised time."""
    started = time.monotonic()
    answer = ask_other()
    assert (answer["skus"][0], answer["layout"]) == (first, layout), json.dumps(answer)
    assert time.monotonic() - started < SECONDS
