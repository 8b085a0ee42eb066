"""What the health board calls things, in whole sentences for merchandisers."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ranking.models import HealthFinding

Kind = HealthFinding.Kind
# Kind → heading and what to do about it, in the order of the page.
SECTIONS: dict[str, tuple[Promise, Promise]] = {
    Kind.ZERO_RESULTS: (
        _("Searches that find nothing"),
        _("Nothing in the shop holds all that was asked, in the last 30 days and still. Every suggestion was tried."),
    ),
    Kind.CONFLICT: (
        _("Rules in each other's way"),
        _("Both can hold in one search, and only one can have what it wants. Change one, or leave it to priority."),
    ),
    Kind.DEAD_PIN: (
        _("Pins that cannot be shown"),
        _("The product is gone, not sold, or sold out. Choose another one, or take the pin away."),
    ),
    Kind.BROKEN: (
        _("Rules that are skipped"),
        _("They are not valid, so searches go on without them. Open and correct them."),
    ),
    Kind.ALWAYS_BEATEN: (
        _("Rules that always lose"),
        _("They held in searches, and other rules never left anything of them."),
    ),
    Kind.NEVER_FIRED: (
        _("Rules that nobody meets"),
        _("Live for long, and no search of the last weeks met them. Are the words those that shoppers type?"),
    ),
    Kind.UNKNOWN_NAME: (
        _("Names the catalog does not have"),
        _("A brand, category, attribute or product that a rule names is not in the catalog: that part has no effect."),
    ),
    Kind.EXPIRING: (_("Rules that end soon"), _("Within seven days. Extend them, or let them go.")),
    Kind.EXPIRED: (_("Rules that have expired"), _("They are still marked live and do nothing. Pause or delete them.")),
    Kind.PAST_WINDOW: (
        _("Rules whose last time window is over"),
        _("They are still marked live and do nothing. Add a window for the next time, or pause them."),
    ),
}
STAGES = {
    "dates": _("looking at dates"),
    "names": _("looking up products and names"),
    "usage": _("counting how rules were met"),
    "conflicts": _("looking for conflicts"),
    "searches": _("asking empty searches again"),
}
PIN_STATES = {
    "missing": _("not in the catalog"),
    "archived": _("archived"),
    "draft": _("not published"),
    "not_indexed": _("not searchable yet"),
    "out_of_stock": _("sold out"),
}
NAMED = {"brand": _("brand"), "category": _("category"), "attribute": _("attribute"), "sku": _("product")}


def say(kind: str, detail: dict[str, Any]) -> list[str]:
    """The sentences of one finding."""
    return _SAYERS[kind](detail) if kind in _SAYERS else []


def say_moment(text: str) -> str:
    moment = parse_datetime(text)
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""


def _say_over(detail: dict[str, Any]) -> list[str]:
    days = detail["days"]
    return [ngettext("Since %d day.", "Since %d days.", days) % days if days else _t("Since today.")]


def _say_ending(detail: dict[str, Any]) -> list[str]:
    return [_t("Ends on %s.") % say_moment(detail["until"])]


def _say_beaten(detail: dict[str, Any]) -> list[str]:
    count = detail["matched"]
    words = ngettext("It held in %d search without effect.", "It held in %d searches without effect.", count)
    return [words % count]


def _say_pins(detail: dict[str, Any]) -> list[str]:
    return [*map(_say_pin, detail["pins"]), *_say_more(detail["more"])]


def _say_names(detail: dict[str, Any]) -> list[str]:
    return [*map(_say_name, detail["names"]), *_say_more(detail["more"])]


def _say_conflict(detail: dict[str, Any]) -> list[str]:
    messages = detail["message"]
    return [messages.get(get_language() or "en") or messages["en"]]


def _say_unused(detail: dict[str, Any]) -> list[str]:
    since = _t("Live since %s.") % say_moment(detail["live_since"])
    last = detail.get("last_at")
    return [since, _t("Last met on %s.") % say_moment(last) if last else _t("No search has met it yet.")]


def _say_pin(pin: dict[str, Any]) -> str:
    details = {"sku": pin["sku"], "position": pin["position"], "why": PIN_STATES.get(pin["why"], pin["why"])}
    return _t("%(sku)s at position %(position)d: %(why)s") % details


def _say_name(item: dict[str, str]) -> str:
    return _t("%(kind)s “%(key)s”") % {"kind": NAMED.get(item["kind"], item["kind"]), "key": item["key"]}


def _say_more(count: int) -> list[str]:
    return [ngettext("and %d more", "and %d more", count) % count] if count else []


def _say_searches(detail: dict[str, Any]) -> list[str]:
    counts = {"zero": detail["zero_results"], "searches": detail["searches"]}
    told = [_t("%(zero)d of %(searches)d searches found nothing that fits.") % counts]
    let_go = detail["let_go"]
    if not detail["total"]:
        told.append(_t("Shoppers see an empty page."))
    elif any(item["kind"] == "meaning" for item in let_go):
        count = detail["total"]
        words = ngettext(
            "Shoppers see %d product that is only near in meaning.",
            "Shoppers see %d products that are only near in meaning.",
            count,
        )
        told.append(words % count)
    else:
        words = _t("Shoppers see %(total)d products, without: %(words)s.")
        told.append(words % {"total": detail["total"], "words": ", ".join(item["text"] for item in let_go)})
    return told


_SAYERS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    Kind.EXPIRED: _say_over,
    Kind.PAST_WINDOW: _say_over,
    Kind.EXPIRING: _say_ending,
    Kind.NEVER_FIRED: _say_unused,
    Kind.ALWAYS_BEATEN: _say_beaten,
    Kind.DEAD_PIN: _say_pins,
    Kind.UNKNOWN_NAME: _say_names,
    Kind.CONFLICT: _say_conflict,
    Kind.ZERO_RESULTS: _say_searches,
}
