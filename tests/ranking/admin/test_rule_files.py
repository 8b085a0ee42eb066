"""Files of rules in the admin: what would change is told first, and done on a second click."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from ranking.models import Rule
from tests.ranking.rule_shop import save_rule
from tests.ranking.rule_words import on_query, pin

IMPORT = "admin:ranking_rule_open_rule_import"


@pytest.fixture
def client(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "long-enough-1"))
    return client


def post(client: Client, text: str, **fields: str):
    return client.post(reverse(IMPORT), {"format": "querqy", "status": "draft", "text": text, **fields})


def test_a_file_is_told_first_and_taken_over_on_the_second_click(client):
    text = "notebook =>\n  UP(50): laptop\n  DECORATE: hello\n"
    told = post(client, text)
    assert told.status_code == 200
    assert (told.context["report"].counts["create"], len(told.context["notes"])) == (1, 1)
    assert not Rule.objects.exists()
    assert told.context["form"].initial["text"] == text
    assert post(client, text, apply="1").status_code == 302
    assert [(rule.name, rule.status, rule.owner.username) for rule in Rule.objects.all()] == [
        ("notebook", "draft", "boss")
    ]


def test_a_file_of_chinese_windows_is_read(client):
    file = SimpleUploadedFile("pins.csv", "query,sku,position\n台灯,L1,1\n".encode("gb18030"))
    told = client.post(reverse(IMPORT), {"format": "pins", "status": "draft", "file": file})
    assert [change.name for change in told.context["changes"]] == ["台灯"]


def test_a_bad_file_is_refused_with_its_lines(client):
    told = post(client, "sku,position\nA,x\n", format="pins", apply="1")
    assert [place for place, _reason in told.context["refused"]] == ["line 2.position"]
    assert post(client, "", apply="1").context["form"].non_field_errors()
    assert not Rule.objects.exists()


def test_the_page_says_what_the_catalog_lacks_before_anything_is_done(client):
    told = post(client, "sku,position\n没有,1\n", format="pins").content.decode()
    assert "What the catalog does not have now" in told
    assert "没有" in told
    assert not Rule.objects.exists()


def test_a_file_for_markets_of_others_is_refused_on_the_page(db):
    person = User.objects.create_user("mei", password="long-enough-1", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=["add_rule", "change_rule", "view_rule"]))
    client = Client()
    client.force_login(person)
    told = post(client, "notebook =>\n  UP(50): laptop\n", apply="1")
    assert told.status_code == 200
    assert "notebook" in told.context["refusal"]
    assert not Rule.objects.exists()


def test_rules_and_pins_go_out_as_files(client):
    save_rule(pin("A", 1), when=[on_query("灯")], name="Lamps")
    for name, first in (("export_yaml", "format: searchsite-rules"), ("export_pins", "\ufeffrule_id,rule")):
        answer = client.get(reverse(f"admin:ranking_rule_{name}"))
        assert answer.getvalue().decode().startswith(first)
        assert "attachment" in answer["Content-Disposition"]


def test_who_may_not_change_rules_may_not_bring_them_in(client):
    viewer = User.objects.create_user("viewer", password="long-enough-1", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_rule"))
    client.force_login(viewer)
    assert client.get(reverse(IMPORT)).status_code == 403
    assert client.get(reverse("admin:ranking_rule_export_yaml")).status_code == 200
