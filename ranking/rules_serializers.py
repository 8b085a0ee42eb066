"""Rules in REST: a document in, a document out. The schema module alone judges what is valid."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field
from rest_framework import serializers

from ranking.errors import RuleRefused
from ranking.governance.versions import pending_of
from ranking.merchandising.clauses import Part
from ranking.merchandising.describe import describe_rule
from ranking.merchandising.schema import RuleDocument, parse_rule, to_document
from ranking.models import Rule, RuleChange
from ranking.moving.formats import RULE_FORMATS
from ranking.rule_preview import PREVIEW_SIZE
from ranking.rules_file import MAX_BYTES
from ranking.serializers import SearchRequestSerializer, StrictSerializer


class WaitingChange(Part):
    """What waits beside a live rule, which is served as it is until then. Steps name this `version`."""

    kind: Literal["edit", "delete"]
    status: Literal["draft", "review"]
    version: int
    document: dict[str, Any]
    summary: str = ""
    changed_by: str = ""
    comment: str = ""


class RuleAnswer(RuleDocument):
    """A stored rule. `summary` says it as a sentence; one that is not valid (stored by other means) has `errors`."""

    summary: str = ""
    errors: dict[str, str] = Field(default_factory=dict)
    owner: str | None = None
    changed_by: str = ""
    comment: str = ""
    pending: WaitingChange | None = None
    created_at: datetime
    updated_at: datetime


class FieldDifference(Part):
    """One field's lines before and after, in the words of the rule's sentence."""

    field: str
    label: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...] = ()


class RuleVersion(Part):
    """One stored version; `gone` when it is the rule's deletion."""

    version: int
    at: datetime
    who: str
    action: str
    comment: str
    status: str
    document: dict[str, Any]
    differences: tuple[FieldDifference, ...] = ()
    gone: bool = False


class RuleHistory(Part):
    """Newest first."""

    versions: tuple[RuleVersion, ...]


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
        "changed_by": rule.changed_by_label,
        "comment": rule.comment,
        "pending": render_change(pending_of(rule)),
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
    }


def render_change(change: RuleChange | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "kind": change.kind,
        "status": change.status,
        "version": change.version,
        "document": change.document,
        "summary": summarise(change.document)[0],
        "changed_by": change.changed_by_label,
        "comment": change.comment,
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


class StepSerializer(StrictSerializer):
    """A step on a rule's way. `version` is the one that was seen; an approval cannot do without."""

    version = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1)
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class ApprovalSerializer(StepSerializer):
    version = serializers.IntegerField(min_value=1, help_text="exactly the version that was seen")


class RejectionSerializer(ApprovalSerializer):
    comment = serializers.CharField(max_length=2000, help_text="why; its author reads it")


class RestoreSerializer(StepSerializer):
    to_version = serializers.IntegerField(min_value=1, help_text="of GET /rules/{id}/history")


class ImportRulesAnswer(Part):
    """`counts` by kind (create, change, unchanged, delete); `changes` with each field's value before and after; `notes`
    name what of another system's file did not come along, `unknown` what its rules name that the catalog lacks.
    """

    counts: dict[str, int]
    changes: list[dict[str, Any]]
    dry_run: bool
    notes: list[dict[str, str]] = Field(default_factory=list)
    unknown: list[dict[str, str]] = Field(default_factory=list)
