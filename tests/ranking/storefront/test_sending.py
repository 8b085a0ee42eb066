"""Redirects of rules: at most one a visit, however rules point at each other, and marked with the rule."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from catalog.models import Category
from tests.ranking.rule_shop import ask, build_shop, fresh_process, save_rule
from tests.ranking.rule_words import ALWAYS, on_query

MOST_HOPS = 20


@pytest.fixture(autouse=True)
def shop(db):
    fresh_process()
    build_shop()
    yield
    fresh_process()


def send(url, **options):
    return {"type": "redirect", "url": url, **options}


def on_page(key):
    return {"type": "category", "keys": [key]}


def walk(client, path):
    """The addresses a browser goes through."""
    seen = [path]
    while (answer := client.get(seen[-1])).status_code == 302:
        seen.append(answer["Location"])
        assert len(seen) < MOST_HOPS
    assert answer.status_code == 200
    return seen


LAMPS, CHAIRS = "/c/home/lamps/", "/c/home/chairs/"


@pytest.mark.parametrize(
    ("rules", "start", "hops"),
    [
        pytest.param([(send(LAMPS), ALWAYS)], LAMPS, 0, id="to itself"),
        pytest.param([(send(LAMPS), ALWAYS)], CHAIRS, 1, id="everything to one page"),
        pytest.param(
            [(send(LAMPS), on_page("home/chairs")), (send(CHAIRS), on_page("home/lamps"))], LAMPS, 1, id="to and fro"
        ),
        pytest.param(
            [(send("/search/"), on_query("lamp")), (send(LAMPS), on_query(match="empty"))],
            "/search/?q=lamp",
            1,
            id="by way of a search",
        ),
        pytest.param([(send("/search/"), ALWAYS)], "/search/?q=lamp", 1, id="every search to a search"),
        pytest.param(
            [(send("https://testserver/search/?q=lamp"), on_query("lamp"))],
            "/search/?q=lamp",
            1,
            id="the shop's own search by its full address",
        ),
        pytest.param([(send("https://testserver/search/?q=灯具"), on_query("灯具"))], "/search/?q=灯具", 1, id="zh"),
    ],
)
def test_no_two_rules_send_a_shopper_round_in_circles(client, rules, start, hops):
    for action, when in rules:
        save_rule(action, when=[when])
    assert len(walk(client, start)) == hops + 1


def test_the_address_names_the_rule_and_keeps_it_through_the_page(client):
    rule = save_rule(send("/c/home/lamps/?sort=rating#top"), when=[on_query("lamp", match="is")])
    arrived = walk(client, "/search/?q=lamp")[-1]
    assert parse_qs(urlsplit(arrived).query) == {"sort": ["rating"], "by": [str(rule.pk)]}
    assert urlsplit(arrived).fragment == "top"
    assert f"by={rule.pk}" in client.get(arrived).content.decode()


@pytest.mark.parametrize("name", ["testserver:443", "TESTSERVER:443", "www.testserver"])
def test_the_shop_by_another_name_is_marked_too_so_that_no_circle_leads_through_it(client, settings, name):
    settings.ALLOWED_HOSTS = ["testserver", "www.testserver"]
    rule = save_rule(send(f"https://{name}/c/home/lamps/"), when=[ALWAYS])
    answer = client.get("/search/?q=lamp")
    assert answer["Location"] == f"https://{name}/c/home/lamps/?by={rule.pk}"
    assert client.get(LAMPS, {"by": rule.pk}).status_code == 200


def test_a_path_of_this_shop_with_two_slashes_never_becomes_another_host(client):
    save_rule(send("https://testserver//evil.example/灯"), when=[ALWAYS])
    assert client.get("/search/?q=lamp")["Location"].startswith("https://testserver//evil.example/")


def test_a_chinese_address_is_the_page_it_names(client):
    Category.objects.create(key="灯具", name_zh="灯具")
    save_rule(send("/c/灯具/"), when=[on_page("灯具")])
    assert client.get("/c/灯具/").status_code == 200


def test_addresses_of_others_are_left_as_they_are(client):
    save_rule(send("https://shop.example/sale?a=1"), when=[on_query("lamp", match="is")])
    assert client.get("/search/?q=lamp")["Location"] == "https://shop.example/sale?a=1"


def test_who_looks_on_from_there_may_be_sent_again(client):
    save_rule(send(LAMPS), when=[on_query("lamp", match="is")])
    arrived = walk(client, "/search/?q=lamp")[-1]
    page = client.get(arrived).content.decode()
    form = page[page.index('role="search"') : page.index("</form>")]
    assert 'name="by"' not in form


@pytest.mark.parametrize("mark", ["<script>", "a b", "x" * 65, ""])
def test_a_mark_that_no_rule_made_is_ignored(client, mark):
    save_rule(send(LAMPS), when=[on_query("lamp", match="is")])
    assert client.get("/search/", {"q": "lamp", "by": mark}).status_code == 302


def test_the_chinese_shop_may_have_a_page_of_its_own(client):
    rule = save_rule(send(LAMPS, url_zh="/c/home/"), when=[on_query("lamp", "灯具", match="is")])
    assert ask("灯具", locale="zh").redirect.url == "/c/home/"
    assert ask("lamp").redirect.url == LAMPS
    answer = client.get(reverse("storefront:results"), {"q": "灯具"}, headers={"Accept-Language": "zh"})
    assert answer["Location"] == f"/c/home/?by={rule.pk}"
