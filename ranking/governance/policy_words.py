"""Policies in words: a cap as a sentence, and what differs between two versions of a policy."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from ranking.governance.differences import Difference
from ranking.governance.policy_documents import FIELDS, Document
from ranking.merchandising.cap_rows import Cap, describe_cap
from ranking.models import RulePolicy, ShareCap


def say_cap(cap: Document) -> str:
    field = cap["attribute"] if cap["kind"] == ShareCap.Kind.ATTRIBUTE.value else str(ShareCap.Kind(cap["kind"]).label)
    return describe_cap(Cap("", "", cap["kind"], field, tuple(cap["values"]), cap["places"], cap["percent"]))


def find_policy_differences(before: Document, after: Document) -> tuple[Difference, ...]:
    """Field by field in the order of the form; of lists only what comes and goes."""
    found = []
    for name in (*FIELDS, "caps"):
        was, now = _say(before, name), _say(after, name)
        if was != now:
            removed = tuple(line for line in was if line not in now)
            added = tuple(line for line in now if line not in was)
            found.append(Difference(name, _label_of(name), removed, added))
    return tuple(each for each in found if each.removed or each.added)


def _label_of(name: str) -> str:
    return _("caps") if name == "caps" else str(RulePolicy._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _say(document: Document, name: str) -> Sequence[str]:
    value = document[name]
    if name == "caps":
        return [say_cap(cap) for cap in value]
    if name == "market":
        return [value or _("whole shop")]
    return [_("yes") if value else _("no")] if isinstance(value, bool) else list(value)
