"""Proposals, evidence and extractor versions as the extract step would leave them, for tests."""

from typing import Any

from catalog.effective import value_key
from catalog.models import Evidence, ExtractorVersion, Product, Proposal


def add_version(name: str = "patterns", version: str = "1", status: str = "live") -> ExtractorVersion:
    return ExtractorVersion.objects.create(name=name, version=version, status=status)


def add_evidence(
    product: Product, version: ExtractorVersion, attribute: str, value: Any, quote: str = "", **fields: Any
) -> Evidence:
    """Stated in the field (title_en unless given) where the quote is; implied without a quote."""
    field = fields.pop("field", "title_en" if quote else "")
    start = getattr(product, field).index(quote) if quote else None
    return Evidence.objects.create(
        product=product, version=version, attribute=attribute, value_key=value_key(value), value=value, field=field,
        start=start, end=None if start is None else start + len(quote), quote=quote,
        confidence=fields.pop("confidence", 0.8), **fields,
    )  # fmt: skip


def propose(product: Product, attribute: str, value: Any, quote: str = "", **fields: Any) -> Proposal:
    """An open proposal, stated where there is a quote."""
    return Proposal.objects.create(
        product=product, attribute=attribute, value_key=value_key(value), value=value, quote=quote,
        field=fields.pop("field", "title_en" if quote else ""), is_stated=bool(quote),
        confidence=fields.pop("confidence", 0.8), extractors=fields.pop("extractors", ["patterns"]), **fields,
    )  # fmt: skip
