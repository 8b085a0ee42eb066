"""Words for the reasons of a possible duplicate: the codes of catalog.duplicates.matching in a reviewer's language."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

_FOR = {
    "same_barcode": _("same barcode %s"),
    "same_model": _("same model number %s"),
    "same_brand": _("same brand %s"),
    "same_words": _("%s of the title words in common"),
    "alike": _("%s alike in meaning"),
    "same_values": _("same values: %s"),
}
_AGAINST = {
    "other_model": _("other model numbers: %s"),
    "other_quantity": _("other quantity: %s"),
    "other_colour": _("other colour: %s"),
    "other_size": _("other size: %s"),
    "other_price": _("prices far apart: %s"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """`against` where it speaks for two products."""

    text: str
    against: bool


def describe_reason(code: str, detail: str) -> Reason:
    """A code that a newer matcher wrote is shown as it is."""
    wording = _FOR.get(code) or _AGAINST.get(code)
    return Reason(str(wording) % detail if wording else f"{code} {detail}".strip(), code in _AGAINST)
