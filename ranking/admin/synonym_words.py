"""Why a synonym was suggested, as a sentence for merchandisers."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

REASONS = {
    "brand_spelling": _("Two spellings of a brand"),
    "initials": _("A brand and its initials"),
    "value_spelling": _("Two spellings of a value"),
    "shared_name": _("Both have the same name in the other language"),
    "compound": _("Written together and apart"),
    "dictionary": _("Two words of one thing, both in use"),
    "parallel_titles": _("Side by side in Chinese and English titles"),
    "same_clicks": _("Shoppers click the same products"),
    "reformulated": _("Typed after finding nothing"),
}


def describe_evidence(evidence: Mapping[str, Any]) -> str:
    """Reason, counts and examples, as far as the row has them; empty for rows people wrote."""
    reason = REASONS.get(str(evidence.get("reason", "")))
    return " · ".join([str(reason), *_list_facts(evidence)]) if reason else ""


def _list_facts(evidence: Mapping[str, Any]) -> list[str]:
    facts = []
    products = evidence.get("products")
    if products:
        counts = " + ".join(map(str, products)) if isinstance(products, list) else str(products)
        facts.append(_t("%s products") % counts)
    if evidence.get("shared_products"):
        facts.append(_t("%s products in common") % evidence["shared_products"])
    if evidence.get("sessions"):
        facts.append(_t("%s visits") % evidence["sessions"])
    if evidence.get("shared"):
        facts.append(str(evidence["shared"]))
    if evidence.get("queries"):
        facts.append(" / ".join(map(str, evidence["queries"])))
    return facts
