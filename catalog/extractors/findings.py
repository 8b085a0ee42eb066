"""What a reader of one text found, before it is said of an attribute; and the best finding of each value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from catalog.contracts import FoundAttribute, Scalar, Span, TextField
from catalog.effective import value_key
from catalog.extractors.masking import ReadText

# A product with more stated values than this is a list of other products.
MAX_FOUND = 60
MAX_READ = 300
MAX_QUOTE = 300
# A description also tells of accessories, other models and the shop.
DESCRIPTION_WEIGHT = 0.85


@dataclass(frozen=True, slots=True)
class Finding:
    """One value of one attribute at characters [start, end)."""

    name: str
    value: Scalar
    unit: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Reader:
    """Who found it, for the record that every value keeps."""

    name: str
    version: str

    def record(self, field: TextField, text: ReadText, finding: Finding) -> FoundAttribute | None:
        """None where the place holds nothing, or so much that it is no statement of a value."""
        quote = text.quote(finding.start, finding.end)
        if not quote.strip() or len(quote) > MAX_QUOTE:
            return None
        weight = 1.0 if field.startswith("title") else DESCRIPTION_WEIGHT
        return FoundAttribute(
            name=finding.name,
            value=finding.value,
            unit=finding.unit,
            span=Span(field, finding.start, finding.end),
            quote=quote,
            confidence=round(min(max(finding.confidence * weight, 0.01), 0.99), 4),
            extractor=self.name,
            version=self.version,
        )


def keep_best(found: Iterable[FoundAttribute]) -> tuple[FoundAttribute, ...]:
    """The surest place of each value; several values of one attribute make each a little less sure."""
    best: dict[tuple[str, str], FoundAttribute] = {}
    for item in found:
        key = (item.name, value_key(item.value))
        if key not in best or best[key].confidence < item.confidence:
            best[key] = item
    counts: dict[str, int] = {}
    for name, _ in best:
        counts[name] = counts.get(name, 0) + 1
    settled = [_share_doubt(item, counts[item.name]) for item in best.values()]
    settled.sort(key=lambda item: -item.confidence)
    return tuple(settled[:MAX_FOUND])


def _share_doubt(item: FoundAttribute, values: int) -> FoundAttribute:
    if values == 1:
        return item
    factor = 0.85 if values == 2 else 0.7
    return replace(item, confidence=round(item.confidence * factor, 4))


def drop_covered(findings: Sequence[Finding]) -> list[Finding]:
    """Of findings of one attribute that overlap, the longest."""
    kept: list[Finding] = []
    for finding in sorted(findings[:MAX_READ], key=lambda item: item.start - item.end):
        if not any(
            other.name == finding.name and other.start < finding.end and finding.start < other.end for other in kept
        ):
            kept.append(finding)
    return kept
