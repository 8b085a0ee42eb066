"""Rules as code: what is written reads back the same, a file's difference is told, and a bad file changes nothing."""

import pytest
from django.core.management import CommandError, call_command
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ranking.errors import RuleRefused
from ranking.merchandising.schema import parse_rule, to_columns, to_document
from ranking.models import Rule
from ranking.rules_file import read_rules, write_rules
from ranking.rules_import import import_rules
from tests.ranking.rule_shop import fresh_process, save_rule
from tests.ranking.rule_words import boost, clause, document, hide, on_query, pin, show_only
from tests.ranking.test_rules_api import client_with

pytestmark = pytest.mark.django_db
ELEVEN = [{"from": "2026-11-11T00:00", "until": "2026-11-12T00:00", "timezone": "Asia/Shanghai"}]


@pytest.fixture(autouse=True)
def process():
    fresh_process()
    yield
    fresh_process()


@pytest.fixture
def rules():
    """One of every kind, with windows, markets, a redirect, Chinese, and what YAML likes to take for something else."""
    save_rule(
        pin("0012", 1), pin("1e5", 2), boost(40, clause("brand", "no")), hide(clause("in_stock", "false")),
        name="双十一 手机: “yes”", when=[on_query("手机", "on", "2026-11-11")], windows=ELEVEN, markets=["cn"],
        locales=["zh"], tags=["双11"], priority=10, holdout_share=0.1, reason="Line one\nline two",
        expires_at="2026-11-13T00:00:00+08:00", stop_processing=True,
    )  # fmt: skip
    save_rule({"type": "redirect", "url": "/c/lamps/"}, name="Lamps", when=[on_query("lamp", match="is")])
    save_rule(
        {"type": "banner", "title_en": "Sale", "title_zh": "促销", "slot": "inline", "position": 4},
        {"type": "slot", "target": [clause("brand", "nord")], "position": 2, "until": 4},
        {"type": "replace", "words": ["tv"], "by": "television"},
        {"type": "sort", "sort": "newest"},
        {"type": "facets", "first": ["brand"], "hide": ["price"]},
        show_only({"field": "price", "minimum": 5.5}),
        name="Page", status="draft", when=[{"type": "detected", "field": "size", "minimum": 1}, {"type": "always"}],
    )  # fmt: skip


def documents():
    """Without versions: a rule that comes back goes on counting."""
    return {rule.pk: {**to_document(rule), "version": None} for rule in Rule.objects.all()}


def test_writing_and_reading_back_is_the_identity(rules):
    before, text = documents(), write_rules(Rule.objects.all())
    Rule.objects.all().delete()
    report = import_rules(text, dry_run=False)
    assert report.counts == {"create": 3, "change": 0, "unchanged": 0, "delete": 0}
    assert documents() == before
    assert write_rules(Rule.objects.all()) == text


def test_the_same_file_again_changes_nothing(rules):
    text = write_rules(Rule.objects.all())
    versions = dict(Rule.objects.values_list("pk", "version"))
    assert import_rules(text, dry_run=False).counts["unchanged"] == 3
    assert dict(Rule.objects.values_list("pk", "version")) == versions


def test_a_dry_run_tells_the_difference_and_changes_nothing(rules):
    text = write_rules(Rule.objects.all()).replace("/c/lamps/", "/c/light/").replace("priority: 10\n", "priority: 20\n")
    before = documents()
    report = import_rules(text, dry_run=True)
    assert documents() == before
    told = {change.name: set(change.fields) for change in report.changes}
    assert told == {"双十一 手机: “yes”": {"priority"}, "Lamps": {"actions"}}


def test_a_change_is_a_new_version_with_history(rules):
    text = write_rules(Rule.objects.all()).replace("/c/lamps/", "/c/light/")
    import_rules(text, dry_run=False)
    changed = Rule.objects.get(name="Lamps")
    assert (changed.version, changed.actions[0]["url"]) == (2, "/c/light/")
    assert changed.history.count() == 2


def test_pruning_deletes_what_the_file_does_not_name(rules):
    text = write_rules(Rule.objects.filter(name="Lamps"))
    assert import_rules(text, dry_run=False).counts["delete"] == 0
    assert import_rules(text, dry_run=False, prune=True).counts == {
        "create": 0, "change": 0, "unchanged": 1, "delete": 2,
    }  # fmt: skip
    assert [rule.name for rule in Rule.objects.all()] == ["Lamps"]


HEAD = "format: searchsite-rules\nversion: 1\nrules:\n"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        pytest.param("{", "file", id="no YAML"),
        pytest.param("- 1", "file", id="no rules"),
        pytest.param("format: other\nversion: 1\nrules: []", "file", id="another format"),
        pytest.param("format: searchsite-rules\nversion: 9\nrules: []", "file", id="another version"),
        pytest.param("format: searchsite-rules\nversion: 1\nrules: [1]", "rules.0", id="no object"),
        pytest.param("a: &a [1]\nb: [*a, *a]", "file", id="aliases"),
        pytest.param("!!python/object/apply:os.system ['true']", "file", id="code"),
        pytest.param("[" * 5000, "file", id="lists-without-end"),
        pytest.param("a: " + "{b: " * 60 + "1" + "}" * 60, "file", id="nested-too-deeply"),
        pytest.param("a: " + "9" * 5000, "file", id="thousands-of-digits"),
        pytest.param("a: !!int x", "file", id="no-number"),
        pytest.param("a: !!timestamp never", "file", id="no-moment"),
        pytest.param("a: !!bool vielleicht", "file", id="no-flag"),
        pytest.param(f"{HEAD}- name: a\n  priority: 1\n  name: b\n", "file", id="said-twice"),
    ],
)
def test_bad_files_are_refused(text, path):
    with pytest.raises(RuleRefused) as refused:
        read_rules(text)
    assert path in refused.value.extra["errors"]


def test_one_wrong_rule_refuses_the_whole_file_and_names_its_field(rules):
    text = (
        write_rules(Rule.objects.all())
        .replace("/c/lamps/", "javascript:alert(1)")
        .replace("priority: 10", "priority: 11")
    )
    before = documents()
    with pytest.raises(RuleRefused) as refused:
        import_rules(text, dry_run=False)
    assert any(path.startswith("rules.") and "actions" in path for path in refused.value.extra["errors"])
    assert documents() == before


def test_commands(rules, tmp_path, capsys):
    file = tmp_path / "rules.yaml"
    call_command("export_rules", file)
    file.write_text(file.read_text().replace("/c/lamps/", "/c/light/"))
    call_command("import_rules", file)
    assert "nothing was changed" in capsys.readouterr().out
    assert Rule.objects.get(name="Lamps").actions[0]["url"] == "/c/lamps/"
    call_command("import_rules", file, "--apply")
    assert Rule.objects.get(name="Lamps").actions[0]["url"] == "/c/light/"
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_rules", tmp_path / "missing.yaml")


def test_rest_exports_and_imports(rules):
    client = client_with("admin")
    exported = client.get("/api/v1/rules/export")
    assert exported["Content-Type"].startswith("application/yaml")
    text = exported.content.decode().replace("/c/lamps/", "/c/light/")
    told = client.post("/api/v1/rules/import", {"text": text}).json()
    assert (told["dry_run"], told["counts"]["change"]) == (True, 1)
    assert told["changes"][0]["fields"]["actions"][1][0]["url"] == "/c/light/"
    assert client.post("/api/v1/rules/import", {"text": text, "dry_run": False}).json()["counts"]["change"] == 1
    assert Rule.objects.get(name="Lamps").actions[0]["url"] == "/c/light/"


@pytest.mark.parametrize("scopes", [(), ("search",)], ids=["no scope", "search only"])
def test_rest_refuses_who_may_not_write_rules(scopes):
    assert client_with(*scopes).post("/api/v1/rules/import", {"text": ""}).status_code == 403


HARD_WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=20)


@settings(max_examples=150, deadline=None)
@given(words=st.lists(HARD_WORDS.filter(str.strip), min_size=1, max_size=4), share=st.floats(0, 1))
@example(
    words=["=", "<<", "yes", "1e3", "0o7", "12:30:00", "~", "null", "# 灯", "- a", "\x85\u2028\ufeff耳机", "'\"'"],
    share=1e-9,
)
def test_words_that_look_like_something_else_in_yaml_are_words(words, share):
    written = document(
        hide(clause("words", *words)), {"type": "redirect", "url": "/c/灯/", "url_zh": "/zh/"},
        {"type": "synonym", "words": ["灯"], "alternatives": ["lamp"], "weight": 0.1 + 0.2},
        when=[on_query(*words)], name=words[0], reason="\n".join(words), tags=words[:1],
        holdout_share=share, windows=ELEVEN,
    )  # fmt: skip
    (read,) = read_rules(write_rules([Rule(**to_columns(parse_rule(written)))]))
    assert read.model_copy(update={"id": None}) == parse_rule(written)
