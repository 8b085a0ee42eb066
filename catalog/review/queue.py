"""The queue of proposed values: which ones, in which order, a page at a time without counting anything."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from catalog.models import Proposal
from catalog.review.edited_value import ValueRefused

ORDERS = ("certain", "impact")
PAGE_SIZE = 20
_CURSOR = re.compile(r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)~(\d{1,18})")
# The attributes of a million proposals by leaps through the index (attribute, status): one look an attribute.
_ATTRIBUTES = """
WITH RECURSIVE found AS (
    (SELECT attribute FROM catalog_proposal WHERE attribute > '' ORDER BY attribute LIMIT 1)
    UNION ALL
    SELECT (SELECT p.attribute FROM catalog_proposal p WHERE p.attribute > found.attribute ORDER BY p.attribute LIMIT 1)
    FROM found WHERE found.attribute IS NOT NULL
)
SELECT attribute FROM found WHERE attribute IS NOT NULL AND (
    %(status)s = '' OR EXISTS (
        SELECT 1 FROM catalog_proposal p WHERE p.attribute = found.attribute AND p.status = %(status)s))
LIMIT 1000
"""


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """What is asked of the queue; empty means any. `order` is "certain" (least certain first) or "impact" (most looked
    at first); `after` the `next` of the page before.
    """

    order: str = "certain"
    status: str = Proposal.Status.OPEN
    attribute: str = ""
    category: str = ""
    extractor: str = ""
    contradicts: bool = False
    proposal_id: int | None = None
    after: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "QueueQuery":
        """Of address parameters; raises `ValueRefused` for an order or status there is none of."""
        order, status = given.get("order", "certain"), given.get("status", Proposal.Status.OPEN.value)
        if order not in ORDERS:
            raise ValueRefused(_("Order by “certain” or “impact”."), field="order")
        if status not in ("all", *Proposal.Status.values):
            raise ValueRefused(
                _("This status does not exist; choose one of: %(list)s")
                % {"list": ", ".join(("all", *Proposal.Status.values))},
                field="status",
            )
        number = given.get("id", "")
        return cls(
            order=order,
            status="" if status == "all" else status,
            **{
                name: given.get(name, "").replace("\x00", "")
                for name in ("attribute", "category", "extractor", "after")
            },
            contradicts=given.get("contradicts", "") in ("1", "true", "on"),
            proposal_id=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else None,
        )


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Proposals with their product, and where the next page begins; "" where there is none."""

    rows: tuple[Proposal, ...]
    next: str


def read_page(query: QueueQuery, *, size: int = PAGE_SIZE) -> QueuePage:
    """One page. Raises `ValueRefused` for a cursor that is none."""
    column, sign = ("confidence", "") if query.order == "certain" else ("impact", "-")
    rows = filter_queue(query).select_related("product", "product__category", "decided_by")
    if query.after:
        rows = _continue_after(rows, query.after, column=column, descending=bool(sign))
    found = list(rows.order_by(f"{sign}{column}", "pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return QueuePage(tuple(found[:size]), f"{getattr(last, column)!r}~{last.pk}" if last else "")


def filter_queue(query: QueueQuery) -> QuerySet[Proposal]:
    rows = Proposal.objects.all()
    if query.proposal_id is not None:
        return rows.filter(pk=query.proposal_id)
    if query.status:
        rows = rows.filter(status=query.status)
    if query.attribute:
        rows = rows.filter(attribute=query.attribute)
    if query.category:
        below = Q(product__category__key__startswith=f"{query.category}/")
        rows = rows.filter(Q(product__category__key=query.category) | below)
    if query.extractor:
        rows = rows.filter(extractors__contains=[query.extractor])
    if query.contradicts:
        rows = rows.filter(contradicts=True)
    return rows


def list_attributes(status: str = Proposal.Status.OPEN) -> list[str]:
    """Keys of the attributes that have proposals of this status ("" for any), in the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute(_ATTRIBUTES, {"status": status})
        return [row[0] for row in cursor.fetchall()]


def _continue_after(rows: QuerySet[Proposal], after: str, *, column: str, descending: bool) -> QuerySet[Proposal]:
    match = _CURSOR.fullmatch(after)
    if match is None:
        raise ValueRefused(_("This place in the list does not exist. Start again from its beginning."), field="after")
    value, pk = float(match[1]), int(match[2])
    beyond = "lt" if descending else "gt"
    # The first condition is implied by the second; it is what lets the index begin there.
    return rows.filter(**{f"{column}__{beyond}e": value}).filter(
        Q(**{f"{column}__{beyond}": value}) | Q(**{column: value}, pk__gt=pk)
    )
