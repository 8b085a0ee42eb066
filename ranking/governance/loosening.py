"""Whether a change of policy loosens it: what it gives up, in words. Where four eyes are on, that waits."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from catalog.text import normalise
from ranking.governance.policy_documents import Document, Documents, find_held
from ranking.governance.policy_words import say_cap
from ranking.models import ShareCap


def list_guards(before: Documents, after: Documents, market: str) -> tuple[str, ...]:
    """The markets whose four eyes a change of this row concerns; none named: all, as for a rule. The shop's row and
    protected words hold everywhere.
    """
    return () if not market or find_lost_words(before, after) else (market,)


def find_loosening(before: Documents, after: Documents, market: str) -> tuple[str, ...]:
    """The row of one market differs (or is new, or gone); empty: nothing is given up."""
    was, now = find_held(before, market), find_held(after, market)
    return (
        *_find_eyes(was, now),
        *_find_caps(before.get(market), after.get(market)),
        *_find_words(before, after),
        *_find_brands(before, after, market),
    )


def _find_eyes(was: Document, now: Document) -> Sequence[str]:
    if not was["four_eyes"]:
        return ()
    if not now["four_eyes"]:
        return (_("four eyes go off"),)
    return (_("superusers may approve their own changes"),) if _is_exempt(now) and not _is_exempt(was) else ()


def _is_exempt(document: Document) -> bool:
    return bool(document["superusers_exempt"])


def _find_caps(was: Document | None, now: Document | None) -> list[str]:
    """A cap is still held by one on the same places that means the same products or more, at no higher percentage."""
    caps = now["caps"] if now else ()
    found = []
    for cap in was["caps"] if was else ():
        others = [other for other in caps if _means(other, cap)]
        if any(other["percent"] <= cap["percent"] for other in others):
            continue
        if others:
            stricter = min(others, key=lambda other: int(other["percent"]))
            found.append(_("%(before)s becomes %(after)s") % {"before": say_cap(cap), "after": say_cap(stricter)})
        else:
            found.append(_("no longer held: %s") % say_cap(cap))
    return list(dict.fromkeys(found))


def _means(other: Document, cap: Document) -> bool:
    if (other["kind"], other["places"]) != (cap["kind"], cap["places"]):
        return False
    if cap["kind"] == ShareCap.Kind.OWN_BRANDS.value:  # they stand in a list of their own
        return True
    is_same = cap["kind"] != ShareCap.Kind.ATTRIBUTE.value or other["attribute"] == cap["attribute"]
    return is_same and set(other["values"]) >= set(cap["values"])


def find_lost_words(before: Documents, after: Documents) -> list[str]:
    """What no row protects any more: the words of all rows hold everywhere."""
    kept = {normalise(word) for document in after.values() for word in document["protected"]}
    words = [word for document in before.values() for word in document["protected"]]
    return [word for word in dict.fromkeys(words) if normalise(word) not in kept]


def _find_words(before: Documents, after: Documents) -> Sequence[str]:
    lost = find_lost_words(before, after)
    return (_("no longer protected: %s") % ", ".join(lost),) if lost else ()


def _find_brands(before: Documents, after: Documents, market: str) -> Sequence[str]:
    """A row that comes or goes brings or takes its caps with it; a market without brands of its own has the shop's."""
    if market not in before or market not in after:
        return ()
    lost = [brand for brand in _own_brands(before, market) if brand not in _own_brands(after, market)]
    return (_("no longer own brands: %s") % ", ".join(lost),) if lost else ()


def _own_brands(documents: Documents, market: str) -> Sequence[str]:
    own: Sequence[str] = documents[market]["own_brands"] or documents.get("", documents[market])["own_brands"]
    return own
