"""The pages of synonyms: refuse in the form, decide in the list, bring files in and out."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ranking.admin.synonym_words import REASONS, describe_evidence
from ranking.models import Synonym

LIST, ADD = "admin:ranking_synonym_changelist", "admin:ranking_synonym_add"


@pytest.fixture
def client(db) -> Client:
    user = User.objects.create_superuser("boss", "boss@example.com", "long-enough-1")
    client = Client()
    client.force_login(user)
    return client


def fields(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "two_way",
        "words": "sofa\n couch \n\n沙发床",
        "alternatives": "",
        "weight": "0.8",
        "locale": "",
        "status": "accepted",
        "enabled": "on",
        "note": "",
        **changes,
    }


def change_url(row: Synonym) -> str:
    return reverse("admin:ranking_synonym_change", args=[row.pk])


def test_a_group_is_written_one_word_a_line(client):
    assert client.post(reverse(ADD), fields()).status_code == 302
    row = Synonym.objects.get()
    assert (row.words, row.weight, row.changed_by.username, row.version) == (
        ["sofa", "couch", "沙发床"],
        0.8,
        "boss",
        1,
    )
    page = client.get(change_url(row)).content.decode()
    assert "sofa\ncouch\n沙发床" in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"words": "sofa"}, "Write at least two words", id="alone"),
        pytest.param({"words": "沙发\n。"}, "has no letter", id="zh no letter"),
        pytest.param({"words": "sofa\nsofas"}, "“sofas” is already found as “sofa”", id="one word twice"),
        pytest.param({"kind": "one_way"}, "should be found too", id="no target"),
        pytest.param({"alternatives": "divan"}, "has no direction", id="direction"),
        pytest.param({"weight": "2"}, "less than or equal to 1", id="weight"),
        pytest.param({"words": "x" * 101 + "\nsofa"}, "at most 100 characters", id="long word"),
        pytest.param({"words": "\n".join(f"wrd{n}" for n in range(51))}, "at most 50 words", id="many words"),
    ],
)
def test_the_form_refuses_in_words_for_merchandisers(client, changes, told):
    answer = client.post(reverse(ADD), fields(**changes))
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert not Synonym.objects.exists()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("SOF", ["sofa"], id="part-of-a-word-in-any-case"),
        pytest.param("床", ["sofa"], id="zh-one-character"),
        pytest.param("沙发", ["sofa"], id="zh"),
        pytest.param("aisle", ["lamp"], id="the-reason"),
        pytest.param("台灯", ["lamp"], id="zh-also-finds"),
        pytest.param('"couch 沙发"', ["sofa"], id="phrase-over-two-words"),
        pytest.param("_", [], id="underscore-is-a-letter"),
    ],
)
def test_words_are_found_in_groups_and_reasons(client, words, found):
    Synonym.objects.create(words=["sofa", "couch", "沙发床"])
    Synonym.objects.create(kind="one_way", words=["lamp"], alternatives=["台灯"], note="asked by the aisle team")
    listed = client.get(reverse(LIST), {"q": words}).context["cl"].result_list
    assert [row.words[0] for row in listed] == found


def test_a_change_is_a_new_version_and_an_old_page_is_refused(client):
    client.post(reverse(ADD), fields())
    row = Synonym.objects.get()
    assert client.post(change_url(row), fields(version="1", weight="0.5")).status_code == 302
    late = client.post(change_url(row), fields(version="1", weight="0.1"))
    assert "Somebody else changed this synonym" in late.content.decode()
    row.refresh_from_db()
    assert (row.version, row.weight, row.history.count()) == (2, 0.5, 2)


def test_saving_and_deciding_in_one_step(client):
    row = Synonym.objects.create(words=["head set", "headset"], status="suggested")
    client.post(
        change_url(row),
        fields(words="head set\nheadset", status="suggested", version="1", ranking_synonym_save_and_accept="1"),
    )
    row.refresh_from_db()
    assert row.status == "accepted"


@pytest.mark.parametrize(("action", "status"), [("accept", "accepted"), ("reject", "rejected")])
def test_suggestions_are_decided_in_the_list(client, action, status):
    rows = [Synonym.objects.create(words=[f"a{n}", f"b{n}"], status="suggested") for n in range(3)]
    asked = {"action": action, "_selected_action": [row.pk for row in rows[:2]]}
    answer = client.post(reverse(LIST), asked, follow=True)
    assert "2 synonyms changed" in answer.content.decode()
    assert [Synonym.objects.get(pk=row.pk).status for row in rows] == [status, status, "suggested"]


def test_a_row_is_changed_in_the_list(client):
    row = Synonym.objects.create(words=["head set", "headset"], status="suggested")
    asked = {
        "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": row.pk, "form-0-status": "accepted",
        "form-0-weight": "0.6", "form-0-enabled": "on", "_save": "Save",
    }  # fmt: skip
    assert client.post(reverse(LIST), asked).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.weight, row.version, row.changed_by.username) == ("accepted", 0.6, 2, "boss")


def test_the_list_shows_words_and_evidence(client):
    evidence = {"reason": "compound", "products": [48, 40]}
    Synonym.objects.create(words=["printhead", "print head"], status="suggested", source="catalog", evidence=evidence)
    Synonym.objects.create(kind="one_way", words=["鞋子"], alternatives=["运动鞋"])
    page = client.get(reverse(LIST)).content.decode()
    assert "printhead = print head" in page
    assert "Written together and apart · 48 + 40 products" in page
    assert "鞋子 → 运动鞋" in page
    narrowed = client.get(reverse(LIST) + "?status__exact=suggested").content.decode()
    assert "鞋子" not in narrowed


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_has_words(reason):
    assert describe_evidence({"reason": reason, "sessions": 3, "queries": ["a", "b"]}).endswith("3 visits · a / b")


def test_a_row_that_people_wrote_has_no_evidence():
    assert describe_evidence({}) == ""


IMPORT = "admin:ranking_synonym_open_import"


def test_pasted_lines_are_imported_and_refused_ones_shown(client):
    assert client.get(reverse(IMPORT)).status_code == 200
    asked = {"text": "sofa, couch\nbad\n鞋子 => 运动鞋", "format": "", "status": "accepted"}
    page = client.post(reverse(IMPORT), asked).content.decode()
    assert "2 new, 0 changed, 0 as before, 1 refused." in page
    assert "Write at least two words that mean the same." in page
    assert Synonym.objects.count() == 2


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_is_imported_and_comes_back_as_csv(client, encoding):
    file = SimpleUploadedFile("synonyms.csv", "words,weight\n沙发|长椅,0.5\n".encode(encoding))
    asked = {"file": file, "format": "", "status": "suggested"}
    assert client.post(reverse(IMPORT), asked).status_code == 302
    assert Synonym.objects.get().status == "suggested"
    answer = client.get(reverse("admin:ranking_synonym_export_csv"))
    assert "沙发|长椅,,0.5" in b"".join(answer.streaming_content).decode()
    solr = client.get(reverse("admin:ranking_synonym_export_solr"))
    assert b"".join(solr.streaming_content) == b""


def test_nothing_to_import_is_said(client):
    answer = client.post(reverse(IMPORT), {"text": " ", "status": "accepted"})
    assert "Choose a file or paste some lines." in answer.content.decode()


def test_who_may_only_look_changes_nothing(db):
    reader = User.objects.create_user("reader", password="x", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_synonym"))
    client = Client()
    client.force_login(reader)
    row = Synonym.objects.create(words=["head set", "headset"], status="suggested")
    assert client.get(reverse(LIST)).status_code == 200
    client.post(reverse(LIST), {"action": "accept", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.status == "suggested"
    assert client.post(reverse(IMPORT), {"text": "a1, b1", "status": "accepted"}).status_code == 403
    assert client.get(reverse("admin:ranking_synonym_export_csv")).status_code == 200
