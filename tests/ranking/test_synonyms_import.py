"""Bringing synonyms in: new rows, changed rows, the same file twice."""

import time

import pytest
from django.contrib.auth.models import User

from ranking.models import Synonym
from ranking.synonyms_import import import_synonyms

pytestmark = pytest.mark.django_db


def bring(text: str, format_: str = "solr", **options):
    report = import_synonyms(text, format_=format_, **{"status": "accepted", **options})
    return report.created, report.changed, report.unchanged, len(report.refused)


def test_new_rows_are_in_effect_or_wait_as_asked():
    user = User.objects.create_user("ann")
    assert bring("sofa, couch\n鞋子 => 运动鞋\nbad", user=user) == (2, 0, 0, 1)
    assert bring("lamp, light", status="suggested") == (1, 0, 0, 0)
    rows = {row.words[0]: row for row in Synonym.objects.all()}
    assert (rows["sofa"].status, rows["sofa"].changed_by, rows["lamp"].status) == ("accepted", user, "suggested")
    assert rows["鞋子"].history.count() == 1


def test_the_same_file_twice_changes_nothing():
    text = "sofa, couch\n鞋子 => 运动鞋\nCouch, SOFA"
    assert bring(text) == (2, 0, 1, 0)
    assert bring(text) == (0, 0, 3, 0)


def test_the_same_words_with_another_weight_are_changed_with_a_history():
    bring("words,weight\nsofa|couch,0.5\n", "csv")
    assert bring("words,weight,note\ncouch|sofa,0.7,why\n", "csv") == (0, 1, 0, 0)
    row = Synonym.objects.get()
    assert (row.weight, row.note, row.version) == (0.7, "why", 2)
    assert row.history.count() == 2


def test_what_the_file_does_not_say_stays():
    bring("words,weight,note\nsofa|couch,0.5,why\n", "csv")
    bring("words\nsofa|couch\n", "csv")
    assert (Synonym.objects.get().weight, Synonym.objects.get().note) == (0.5, "why")


def test_other_direction_or_language_is_another_row():
    assert bring("kind,words,alternatives,locale\n,a1|b1,,\n,a1|b1,,en\n,a1,b1,\n", "csv")[0] == 3


def test_a_long_list_takes_seconds():
    text = "\n".join(f"zor{n}x, 词{n}号, vel {n}" for n in range(1000))
    started = time.perf_counter()
    assert bring(text)[0] == 1000
    assert time.perf_counter() - started < 20
