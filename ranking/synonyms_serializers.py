"""Synonyms in REST: what a row says, and what an import or a trial asks."""

import math
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ranking.contracts import MAX_QUERY_CHARACTERS
from ranking.models import Synonym
from ranking.models.synonym import MAX_CHARACTERS, MAX_WORDS, find_errors, find_repeats
from ranking.serializers import LocaleField, StrictSerializer
from ranking.synonyms_file import FORMATS, MAX_BYTES

READ_ONLY = ("id", "evidence", "changed_by", "created_at", "updated_at")
MAX_IDS = 1000
_LISTS = ("words", "alternatives")


def make_phrases(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=MAX_CHARACTERS), max_length=MAX_WORDS, **options
    )


class SynonymSerializer(StrictSerializer):
    """A group of words. `one_way`: `words` also find `alternatives`. `two_way`: all `words` find each other."""

    id = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(choices=Synonym.Kind.choices, default=Synonym.Kind.TWO_WAY)
    words = make_phrases(min_length=1)
    alternatives = make_phrases(default=list)
    weight = serializers.FloatField(min_value=0, max_value=1, default=0.9, help_text="0 keeps the words apart")
    locale = serializers.ChoiceField(choices=["", "en", "zh"], default="", help_text="shop language; empty: both")
    status = serializers.ChoiceField(choices=Synonym.Status.choices, default=Synonym.Status.ACCEPTED)
    enabled = serializers.BooleanField(default=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a row's own name; DRF takes fields off the class
        choices=Synonym.Source.choices, default=Synonym.Source.MERCHANT
    )
    note = serializers.CharField(allow_blank=True, max_length=2000, default="")
    version = serializers.IntegerField(
        required=False, min_value=1, help_text="needed for a change: the version that was read"
    )
    evidence = serializers.DictField(read_only=True)
    changed_by = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def get_changed_by(self, synonym: Synonym) -> str | None:
        return synonym.changed_by.get_username() if synonym.changed_by else None

    def to_internal_value(self, data: Any) -> Any:
        """What an answer adds may come back unchanged: a client reads, edits, and writes."""
        if isinstance(data, dict):
            data = {name: value for name, value in data.items() if name not in READ_ONLY}
        return super().to_internal_value(data)

    def validate_weight(self, value: float) -> float:
        if not math.isfinite(value):
            raise serializers.ValidationError(_("Write a number between 0 and 1."))
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        stored = self.instance
        kind = attrs.get("kind", getattr(stored, "kind", ""))
        words, alternatives = (list(attrs.get(name, getattr(stored, name, None)) or ()) for name in _LISTS)
        errors = find_errors(kind, words, alternatives) or find_repeats(words, alternatives)
        if errors:
            raise serializers.ValidationError(errors)
        return attrs


class DecisionSerializer(StrictSerializer):
    ids = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=MAX_IDS)
    decision = serializers.ChoiceField(choices=[Synonym.Status.ACCEPTED.value, Synonym.Status.REJECTED.value])


class DecisionAnswer(serializers.Serializer[Any]):
    changed = serializers.IntegerField()


class ImportSerializer(StrictSerializer):
    """`text` as exported, or as Solr and Elasticsearch read it: `a, b => c` and `a, b, c`."""

    format = serializers.ChoiceField(choices=FORMATS)
    text = serializers.CharField(max_length=MAX_BYTES, trim_whitespace=False)
    status = serializers.ChoiceField(
        choices=Synonym.Status.choices, default=Synonym.Status.ACCEPTED, help_text="of new rows that name none"
    )


class RefusedLine(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    reason = serializers.CharField()


class ImportAnswer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = RefusedLine(many=True)


class ExportAnswer(serializers.Serializer[Any]):
    format = serializers.ChoiceField(choices=FORMATS)
    text = serializers.CharField()


class TrialSerializer(StrictSerializer):
    q = serializers.CharField(max_length=MAX_QUERY_CHARACTERS)
    locale = LocaleField(required=False)


class ExpansionAnswer(serializers.Serializer[Any]):
    """Products with all of `alternative` count as ones with all of `replaced`, at `weight`."""

    replaced = serializers.ListField(child=serializers.CharField())
    alternative = serializers.ListField(child=serializers.CharField())
    text = serializers.CharField()
    weight = serializers.FloatField()
    source = serializers.ChoiceField(choices=["synonym", "concept"])  # type: ignore[assignment]


class TrialAnswer(serializers.Serializer[Any]):
    terms = serializers.ListField(child=serializers.CharField())
    expansions = ExpansionAnswer(many=True)
