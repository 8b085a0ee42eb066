"""Why a merge was suggested: kept as a code with its figures, said in the reader's language."""

from dataclasses import dataclass

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

REASONS = {
    "writing": _("Only spaces or punctuation differ"),
    "spelling": _("British and American spelling"),
    "form": _("Singular and plural"),
    "order": _("The same words in another order"),
    "short": _("One is written in short"),
    "word": _("Two words for one thing"),
    "concept": _("The dictionary translates one as the other"),
    "name": _("Both have the same name"),
    "quantity": _("The same amount, written in other units"),
    "ending": _("The same Chinese word, with and without its ending"),
    "prefix": _("“Product …” adds nothing to the name"),
    "slip": _("Probably mistyped"),
    "homophone": _("Sounds the same in Chinese; one character differs"),
    "initials": _("The initials of the other"),
    "shortened": _("Probably short for the other"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of REASONS, or "overlap" with the percentage of shared values; some products that state the one and the
    other, and how many state the other (the text that stays).
    """

    code: str
    overlap: int = 0
    source_examples: tuple[int, ...] = ()
    target_examples: tuple[int, ...] = ()
    target_products: int = 0


def write_reason(reason: Reason) -> str:
    """One line that fits SchemaSuggestion.reason (300 characters; ids have at most 19)."""
    lists = (",".join(map(str, ids[:3])) for ids in (reason.source_examples, reason.target_examples))
    return "|".join([reason.code, str(reason.overlap), *lists, str(reason.target_products)])


def read_reason(text: str) -> Reason:
    """What `write_reason` wrote; a text from elsewhere is a code without figures."""
    code, *rest = text.split("|")
    if len(rest) != 4 or not all(part.replace(",", "").isdigit() or not part for part in rest):
        return Reason(code)
    overlap, source, target, products = rest
    return Reason(code, int(overlap or 0), _read_ids(source), _read_ids(target), int(products or 0))


def describe_reason(reason: Reason) -> str:
    if reason.code == "overlap":
        return _t("%(share)d%% of their values are the same, and hardly a product states both") % {
            "share": reason.overlap
        }
    return str(REASONS.get(reason.code, reason.code))


def _read_ids(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)
