"""The form of a ranking configuration: every number has one place, under a heading."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ranking.admin.config_groups import ACROSS, GROUPS, build_fieldsets
from ranking.admin.config_words import EXPLANATIONS, NAMES
from ranking.registry import DEFAULT_PARAMETERS
from ranking.scorers.registry import SCORERS

OFF = dict.fromkeys(SCORERS, 0.0)


def names_of(options: dict[str, Any]) -> list[str]:
    return [name for row in options["fields"] for name in row]


def test_every_weight_and_parameter_stands_in_exactly_one_group() -> None:
    placed = [name for group in GROUPS for name in (*group.weights, *group.parameters)]
    assert sorted(placed) == sorted([*SCORERS, *DEFAULT_PARAMETERS])
    assert set(placed) <= set(NAMES) & set(EXPLANATIONS)


def test_what_no_group_names_still_has_its_field() -> None:
    sets = build_fieldsets({**OFF, "of_a_plugin": 1.0}, [*DEFAULT_PARAMETERS, "b"])
    by_title = {str(title): names_of(options) for title, options in sets}
    assert "weight_of_a_plugin" in by_title["How well it answers the words"]
    assert "parameter_b" in by_title["Retrieval"]


@pytest.mark.parametrize(
    ("weights", "title", "closed"),
    [
        pytest.param(OFF, "Learned models (off)", True, id="off"),
        pytest.param({**OFF, "ltr": 0.5}, "Learned models", False, id="one has a weight"),
    ],
)
def test_learned_models_are_closed_while_they_are_off(weights: dict[str, float], title: str, closed: bool) -> None:
    sets = {str(title): options for title, options in build_fieldsets(weights, DEFAULT_PARAMETERS)}
    assert ("collapse" in sets[title].get("classes", ())) is closed
    assert "collapse" in sets["Retrieval"]["classes"]
    assert "weight_cross_encoder" in names_of(sets[title])
    assert all(len(row) <= ACROSS for options in sets.values() for row in options["fields"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "headings"),
    [
        ("en", ("How well it answers the words", "What the shop knows of the product", "Learned models (off)")),
        ("zh-hans", ("与搜索词的契合程度", "商城对商品的了解", "学习模型（未启用）")),
    ],
    ids=["en", "zh"],
)
def test_the_form_has_headings_in_both_languages(client: Client, language: str, headings: tuple[str, ...]) -> None:
    client.force_login(User.objects.create_superuser("admin"))
    address = reverse("admin:ranking_rankingconfig_add")
    page = client.get(address, headers={"Accept-Language": language}).content.decode()
    assert [heading for heading in headings if heading not in page] == []
