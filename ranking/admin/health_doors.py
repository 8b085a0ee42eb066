"""Each suggestion for an empty search as a sentence and the door to doing it: a form that is filled in, never more."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ranking.contracts import Filter
from ranking.models import HealthFinding
from ranking.storefront.results_url import ResultsUrl


@dataclass(frozen=True, slots=True)
class Door:
    """`says` stands before the link, `label` is the link's text; empty `url`: no permission for what is behind it."""

    says: str
    label: str
    url: str


def list_doors(finding: HealthFinding, *, user: Any) -> Iterator[Door]:
    if finding.kind != HealthFinding.Kind.ZERO_RESULTS:
        return
    may_rule, may_synonym = user.has_perm("ranking.add_rule"), user.has_perm("ranking.add_synonym")
    for item in finding.detail["suggestions"]:
        if item["kind"] in ("spelling", "synonym"):
            yield Door(_say_words(item), _("Make it a synonym"), _synonym_url(finding, item) if may_synonym else "")
        elif item["kind"] == "fewer_words":
            url = _rule_url(finding.query, leave_out=item["words"]) if may_rule else ""
            yield Door(_say_left_out(item), _("Leave it out by a rule"), url)
        else:
            url = _rule_url(finding.query, redirect=page_url(item)) if may_rule else ""
            yield Door(_say_page(item), _("Send shoppers there"), url)
    if may_rule:
        yield Door("", _("Write a rule for it"), _rule_url(finding.query))


def page_url(item: dict[str, Any]) -> str:
    if item["kind"] == "category":
        return ResultsUrl(category=item["key"]).path()
    return str(ResultsUrl(filters=(Filter("brand", (item["key"],)),)))


def _rule_url(query: str, **more: str) -> str:
    return f"{reverse('admin:ranking_rule_add')}?{urlencode({'query': query, **more})}"


def _synonym_url(finding: HealthFinding, item: dict[str, Any]) -> str:
    start = {"kind": "one_way", "words": item["words"], "alternatives": item["by"], "locale": finding.locale}
    return f"{reverse('admin:ranking_synonym_add')}?{urlencode(start)}"


def _say_words(item: dict[str, Any]) -> str:
    words = {
        "spelling": _("Misspelt? “%(words)s” as “%(by)s”: %(found)s."),
        "synonym": _("Another word? “%(words)s” as “%(by)s”: %(found)s."),
    }[item["kind"]]
    return words % {"words": item["words"], "by": item["by"], "found": _say_found(item)}


def _say_left_out(item: dict[str, Any]) -> str:
    return _("Without “%(words)s”: %(found)s.") % {"words": item["words"], "found": _say_found(item)}


def _say_page(item: dict[str, Any]) -> str:
    first, second = item["name_en"], item["name_zh"]
    if (get_language() or "").startswith("zh"):
        first, second = second, first
    words = {"category": _("Category “%(name)s”: %(found)s."), "brand": _("Brand “%(name)s”: %(found)s.")}[item["kind"]]
    return words % {"name": first or second or item["key"], "found": _say_found(item)}


def _say_found(item: dict[str, Any]) -> str:
    return ngettext("%d product", "%d products", item["total"]) % item["total"]
