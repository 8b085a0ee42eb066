"""Saving synonyms: versions, decisions, and suggestions that never come back once rejected."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from catalog.errors import NotFound
from ranking.errors import SynonymConflict
from ranking.language.mining import SynonymSuggestion
from ranking.models import Synonym
from ranking.synonym_store import (
    MAX_OPEN_SUGGESTIONS,
    create_synonym,
    decide,
    delete_synonym,
    store_suggestions,
    update_synonym,
)

pytestmark = pytest.mark.django_db


def suggest(first: str, second: str, support: int = 5, **fields) -> SynonymSuggestion:
    values = {"kind": "two_way", "source": "catalog", "reason": "compound", **fields}
    return SynonymSuggestion(first, second, support=support, evidence={"products": support}, **values)


def test_a_change_is_a_new_version_and_knows_who():
    user = User.objects.create_user("ann")
    row = create_synonym({"words": ["sofa", "couch"]}, user=user)
    changed = update_synonym(row.pk, {"weight": 0.5}, expected_version=1)
    assert (changed.version, changed.weight, changed.changed_by, row.changed_by) == (2, 0.5, None, user)


def test_what_is_not_valid_is_not_saved():
    with pytest.raises(ValidationError):
        create_synonym({"words": ["sofa"]})
    assert not Synonym.objects.exists()


def test_an_old_version_is_refused_and_changes_nothing():
    row = create_synonym({"words": ["沙发", "长椅"]})
    update_synonym(row.pk, {"note": "first"}, expected_version=1)
    with pytest.raises(SynonymConflict) as refused:
        update_synonym(row.pk, {"note": "second"}, expected_version=1)
    assert refused.value.extra == {"version": 2}
    with pytest.raises(SynonymConflict):
        delete_synonym(row.pk, expected_version=1)
    assert Synonym.objects.get().note == "first"
    delete_synonym(row.pk, expected_version=None)
    with pytest.raises(NotFound):
        delete_synonym(row.pk, expected_version=None)


def test_a_decision_has_a_history_and_counts_what_it_changed():
    user = User.objects.create_user("ann")
    rows = [Synonym.objects.create(words=[f"a{n}", f"b{n}"], status="suggested") for n in range(3)]
    assert decide([row.pk for row in rows] + [0], "accepted", user=user) == 3
    assert decide([rows[0].pk], "accepted") == 0
    row = Synonym.objects.get(pk=rows[0].pk)
    assert (row.status, row.version, row.changed_by) == ("accepted", 2, user)
    assert row.history.first().history_user == user


def test_suggestions_wait_with_their_evidence():
    stored = store_suggestions([suggest("headset", "head set", 7), suggest("沙发", "长椅", kind="one_way")])
    assert (stored.created, stored.renewed, stored.known) == (2, 0, 0)
    rows = {row.words[0]: row for row in Synonym.objects.all()}
    assert (rows["headset"].status, rows["headset"].words) == ("suggested", ["headset", "head set"])
    assert rows["headset"].evidence == {"products": 7}
    assert (rows["沙发"].kind, rows["沙发"].alternatives) == ("one_way", ["长椅"])


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_what_somebody_decided_is_not_suggested_again(status):
    Synonym.objects.create(words=["head set", "headset", "earphones"], status=status)
    stored = store_suggestions([suggest("Headsets", "head set")])
    assert (stored.created, stored.known) == (0, 1)


def test_an_open_suggestion_gets_the_new_evidence():
    store_suggestions([suggest("headset", "head set", 7)])
    assert store_suggestions([suggest("head set", "headset", 9)]).renewed == 1
    assert Synonym.objects.get().evidence == {"products": 9}
    assert store_suggestions([suggest("headset", "head set", 9)]).renewed == 0


def test_only_the_strongest_wait(monkeypatch):
    assert MAX_OPEN_SUGGESTIONS >= 100
    monkeypatch.setattr("ranking.synonym_store.MAX_OPEN_SUGGESTIONS", 2)
    stored = store_suggestions([suggest(f"zor{n}a", f"vel{n}a", support=n) for n in range(5)])
    assert stored.created == 2
    assert {row.words[0] for row in Synonym.objects.all()} == {"zor3a", "zor4a"}
