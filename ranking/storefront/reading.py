"""How the words were read, in a shopper's words: what was kept to, what had to be left out, and the way back."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from ranking.contracts import NO_KNOWN_WORD, Page, Relaxation
from ranking.storefront.results_url import ResultsUrl


@dataclass(frozen=True, slots=True)
class Reading:
    """Sentences above the results; `exact_href` searches for exactly what was typed (empty where that is the same);
    `offer` is what may have been meant; `is_unknown`: nothing is found, and no word was understood.
    """

    sentences: tuple[str, ...]
    exact_href: str
    offer: str = ""
    offer_href: str = ""
    is_unknown: bool = False


def describe_reading(page: Page, url: ResultsUrl) -> Reading:
    understanding = page.understanding
    if understanding is None:
        return Reading((), "")
    dropped = {(item.kind, item.text) for item in page.relaxations}
    kept = [need.text for need in understanding.numbers if need.fields and ("number", need.text) not in dropped]
    left_out = [keyword.text for keyword in understanding.negated if ("unwanted", keyword.text) not in dropped]
    correction = understanding.correction
    applied = correction.corrected if correction and correction.applied else ""
    instead = page.rewritten or applied
    corrected = [_("Showing results for “%(words)s”.") % {"words": instead}] if instead else []
    relaxations = page.relaxations if page.hits else ()
    sentences = corrected + [_say_relaxed(relaxations, kind) for kind in ("meaning", "word", "number", "unwanted")]
    if kept:
        sentences.append(_("Only what fits: %(words)s.") % {"words": _quote(kept)})
    if left_out:
        sentences.append(_("Left out: %(words)s.") % {"words": _quote(left_out)})
    exact = str(replace(url, literal=True, page=1)) if kept or left_out or instead else ""
    offer = correction.corrected if correction and not applied else ""
    said = tuple(sentence for sentence in sentences if sentence)
    return Reading(
        said,
        exact,
        offer,
        offer_href=str(replace(url, query=offer, page=1)) if offer else "",
        is_unknown=not page.total and NO_KNOWN_WORD in page.notes,
    )


def _say_relaxed(relaxations: tuple[Relaxation, ...], kind: str) -> str:
    words = [item.text for item in relaxations if item.kind == kind]
    if not words:
        return ""
    said = {
        "meaning": _("No product holds these words. These come nearest in meaning."),
        "word": _("No product holds %(words)s as well; these hold the rest."),
        "number": _("No product fits %(words)s, so it was not asked for."),
        "unwanted": _("Every product found has %(words)s, so they are shown all the same."),
    }
    return said[kind] % {"words": _quote(words)}


def _quote(words: list[str]) -> str:
    return _(", ").join(_("“%(word)s”") % {"word": word.strip()} for word in words)
