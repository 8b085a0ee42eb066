"""Proposed values as a person reviews them: in words, with the sentence that states them, and what speaks against."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.contracts import Scalar
from catalog.effective import value_key
from catalog.models import Attribute, AttributeValue, Evidence, ExtractorVersion, Proposal
from catalog.units import format_quantity

# Characters of a text shown on each side of the quote: the sentence, or so much of a long one.
AROUND = 140
_SENTENCE_END = re.compile(r"[.!?](?=\s)|[。!?；;\n]")
_TAG = re.compile(r"<[^<>]*>|^[^<>]*>|<[^<>]*$")


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One line of the queue, ready to print. `meter` is the width of the confidence bar, 0 to 100."""

    proposal: Proposal
    title: str
    category: str
    attribute: str
    value: str
    written: str
    before: str
    quote: str
    after: str
    language: str
    percent: str
    meter: float
    found_by: tuple[str, ...]
    says: str
    unknown_attribute: bool

    @property
    def is_decided(self) -> bool:
        return self.proposal.decided_at is not None


def describe_rows(proposals: Sequence[Proposal]) -> list[ReviewRow]:
    """In three queries, however many rows; proposals come with their product and category."""
    attributes = {each.key: each for each in Attribute.objects.filter(key__in={p.attribute for p in proposals})}
    evidence = _read_evidence(proposals)
    names = _read_names(proposals, attributes)
    return [_describe(proposal, attributes, evidence, names) for proposal in proposals]


def show_value(value: Any, attribute: Attribute | None, names: Mapping[tuple[str, str], str]) -> str:
    """A value for people: with its unit, yes or no, or its name in the reader's language."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return format_quantity(float(value), attribute.unit if attribute else "", locale=_locale())
    key = (attribute.key if attribute else "", value_key(value) if isinstance(value, str) else "")
    return names.get(key) or str(value)


def cut_sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a quote in its sentence, markup left out; "…" where a long one is cut."""
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    opened = [match.end() for match in _SENTENCE_END.finditer(before)]
    closed = _SENTENCE_END.search(after)
    lead = before[opened[-1] :] if opened else ("…" if start > AROUND else "") + before
    tail = after[: closed.end()] if closed else after + ("…" if end + AROUND < len(text) else "")
    return _TAG.sub(" ", lead).lstrip(), _TAG.sub(" ", tail).rstrip()


def _describe(
    proposal: Proposal,
    attributes: Mapping[str, Attribute],
    evidence: Mapping[tuple[int, str, str], Sequence[Evidence]],
    names: Mapping[tuple[str, str], str],
) -> ReviewRow:
    product, attribute = proposal.product, attributes.get(proposal.attribute)
    found = evidence.get((proposal.product_id, proposal.attribute, proposal.value_key), ())
    before, after = _context(proposal, found)
    said = product.attributes.get(proposal.attribute, [])
    return ReviewRow(
        proposal=proposal,
        title=str(product),
        category=str(product.category or ""),
        attribute=str(attribute or proposal.attribute),
        value=show_value(proposal.value, attribute, names),
        written="" if proposal.edited_value is None else show_value(proposal.edited_value, attribute, names),
        before=before,
        quote=proposal.quote if proposal.is_stated else "",
        after=after,
        language="zh" if proposal.field.endswith("_zh") else "en",
        percent=number_format(100 * proposal.confidence, 0),
        meter=round(100 * min(max(proposal.confidence, 0.0), 1.0), 1),
        found_by=tuple(_name_finders(proposal, found)),
        says=", ".join(show_value(value, attribute, names) for value in said),
        unknown_attribute=attribute is None,
    )


def _context(proposal: Proposal, found: Iterable[Evidence]) -> tuple[str, str]:
    """Around the place that the evidence names, or else the first one that holds the quote; nothing when it is gone."""
    text = getattr(proposal.product, proposal.field, "") if proposal.field and proposal.quote else ""
    starts = (row.start for row in found if row.field == proposal.field and row.start is not None)
    start = next((at for at in starts if text.startswith(proposal.quote, at)), text.find(proposal.quote))
    return cut_sentence(text, start, start + len(proposal.quote)) if text and start >= 0 else ("", "")


def _name_finders(proposal: Proposal, found: Iterable[Evidence]) -> Iterable[str]:
    """Each extractor with its own confidence where its evidence is at hand."""
    own = {row.version.name: row.confidence for row in found}
    for name in proposal.extractors:
        yield f"{name} {number_format(100 * own[name], 0)} %" if name in own else name


def _read_evidence(proposals: Sequence[Proposal]) -> dict[tuple[int, str, str], list[Evidence]]:
    rows = Evidence.objects.filter(
        product_id__in={proposal.product_id for proposal in proposals},
        attribute__in={proposal.attribute for proposal in proposals},
        version__status=ExtractorVersion.Status.LIVE,
    ).select_related("version")
    found: dict[tuple[int, str, str], list[Evidence]] = {}
    for row in rows:
        found.setdefault((row.product_id, row.attribute, row.value_key), []).append(row)
    return found


def _read_names(proposals: Sequence[Proposal], attributes: Mapping[str, Attribute]) -> dict[tuple[str, str], str]:
    """Names in the reader's language of the proposed values and of what the catalog says."""
    values = [
        value
        for proposal in proposals
        for value in (
            proposal.value,
            proposal.edited_value,
            *proposal.product.attributes.get(proposal.attribute, []),
        )
    ]
    rows = AttributeValue.objects.filter(
        attribute__in=[attribute.pk for attribute in attributes.values()], key__in=_text_keys(values)
    ).select_related("attribute")
    return {(row.attribute.key, row.key): str(row) for row in rows}


def _text_keys(values: Iterable[Scalar | None]) -> set[str]:
    return {value_key(value) for value in values if isinstance(value, str)}


def _locale() -> Literal["en", "zh"]:
    return "zh" if (get_language() or "").startswith("zh") else "en"
