"""Policies as plain documents: what is compared, proposed, audited and written back, each with its caps."""

from collections.abc import Mapping
from typing import Any

from ranking.governance.audit import hash_text, write_canonical
from ranking.models import RulePolicy, ShareCap

Document = Mapping[str, Any]
# By market; "" is the shop's.
Documents = Mapping[str, Document]

FIELDS = ("market", "four_eyes", "superusers_exempt", "protected", "own_brands")
CAP_FIELDS = ("kind", "attribute", "values", "places", "percent")


def document_of(policy: RulePolicy) -> dict[str, Any]:
    caps = list(policy.caps.order_by("id").values(*CAP_FIELDS)) if policy.pk else []
    return {**{name: getattr(policy, name) for name in FIELDS}, "caps": caps}


def read_documents() -> dict[str, Document]:
    return {policy.market: document_of(policy) for policy in RulePolicy.objects.all()}


def replace_document(documents: Documents, market: str, document: Document | None) -> Documents:
    """As they would be with this row; None: without it."""
    others = {key: row for key, row in documents.items() if key != market}
    return others if document is None else {**others, market: document}


def find_held(documents: Documents, market: str) -> dict[str, Any]:
    """What holds in a market: its own row, or who checks there as the shop's row says it. A market without a row has no
    words, brands or caps of its own, since the shop's hold everywhere.
    """
    if market in documents:
        return dict(documents[market])
    empty = document_of(RulePolicy(market=market))
    return {**empty, **{name: documents[""][name] for name in FIELDS[1:3]}} if "" in documents else empty


def hash_document(document: Document | None) -> str:
    return hash_text(write_canonical(document))


def hash_base(documents: Documents, market: str) -> str:
    """Of everything a change of this market's row is judged by: itself, the shop's, and what others protect."""
    others = {key: document["protected"] for key, document in documents.items() if key != market}
    return hash_document({"row": documents.get(market), "shop": documents.get(""), "others": others})


def write_document(policy: RulePolicy, document: Document) -> None:
    """Saves the row with exactly these caps; those that stay keep their rows. Raises ValidationError."""
    for name in FIELDS:
        setattr(policy, name, document[name])
    policy.full_clean()
    policy.save()
    wanted = [dict(cap) for cap in document["caps"]]
    for row in policy.caps.order_by("id"):
        values = {name: getattr(row, name) for name in CAP_FIELDS}
        if values in wanted:
            wanted.remove(values)
        else:
            row.delete()
    for values in wanted:
        cap = ShareCap(policy=policy, **values)
        cap.full_clean()
        cap.save()
