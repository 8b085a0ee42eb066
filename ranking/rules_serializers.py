"""Rules in REST: a document in, a document out. The schema module alone judges what is valid."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field
from rest_framework import serializers

from ranking.errors import RuleRefused
from ranking.merchandising.clauses import Part
from ranking.merchandising.describe import describe_rule
from ranking.merchandising.schema import RuleDocument, parse_rule, to_document
from ranking.models import Rule
from ranking.moving.formats import RULE_FORMATS
from ranking.rule_preview import PREVIEW_SIZE
from ranking.rules_file import MAX_BYTES
from ranking.serializers import SearchRequestSerializer, StrictSerializer


class RuleAnswer(RuleDocument):
    """A stored rule. `summary` says it as a sentence; one that is not valid (stored by other means) has `errors`."""

    summary: str = ""
    errors: dict[str, str] = Field(default_factory=dict)
    owner: str | None = None
    created_at: datetime
    updated_at: datetime


class RuleVerdict(Part):
    """What validation says: `warnings` name what the catalog does not have now, `conflicts` what other live rules want
    differently, with an example of a search in which it happens.
    """

    summary: str
    warnings: dict[str, str]
    conflicts: list[dict[str, Any]] = Field(default_factory=list)


def render_rule(rule: Rule) -> dict[str, Any]:
    document = to_document(rule)
    summary, errors = summarise(document)
    return {
        **document,
        "summary": summary,
        "errors": errors,
        "owner": rule.owner.get_username() if rule.owner else None,
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
    }


def summarise(document: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    try:
        return describe_rule(parse_rule(document)), {}
    except RuleRefused as error:
        return "", error.extra["errors"]


class PreviewSearchSerializer(SearchRequestSerializer):
    """The search to preview with; `now` may lie in the future."""

    page_size = serializers.IntegerField(required=False, default=PREVIEW_SIZE, min_value=1, max_value=100)
    now = serializers.DateTimeField(required=False, allow_null=True)


class PreviewRequestSerializer(StrictSerializer):
    rule = serializers.DictField(help_text="a whole rule document, saved or not")
    search = serializers.DictField(required=False, default=dict, help_text="as POST /search takes it, and `now`")


class ImportRulesSerializer(StrictSerializer):
    text = serializers.CharField(trim_whitespace=False, max_length=MAX_BYTES, help_text="the file")
    format = serializers.ChoiceField(
        choices=RULE_FORMATS,
        default="searchsite",
        help_text="YAML as `export` writes it, or what wrote the file",
    )
    status = serializers.ChoiceField(
        choices=Rule.Status.choices, default=Rule.Status.DRAFT, help_text="what rules of another system become"
    )
    dry_run = serializers.BooleanField(default=True, help_text="only tell what would change")
    prune = serializers.BooleanField(default=False, help_text="delete rules that the file does not name")


class ImportRulesAnswer(Part):
    """`counts` by kind (create, change, unchanged, delete); `changes` with each field's value before and after; `notes`
    name what of another system's file did not come along.
    """

    counts: dict[str, int]
    changes: list[dict[str, Any]]
    dry_run: bool
    notes: list[dict[str, str]] = Field(default_factory=list)
