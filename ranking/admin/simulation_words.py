"""A simulation said in a merchandiser's words: what was asked, the headline figures, each query's change in a line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ranking.admin.simulation_categories import say_shares
from ranking.merchandising.choice_words import say_choice
from ranking.merchandising.schedule import load_zone
from ranking.merchandising.targets import find_product_ids
from ranking.merchandising.whatif_question import SimulationQuestion
from ranking.models import Simulation
from ranking.retrieval.cards import load_cards
from ranking.simulation_store import read_question
from ranking.storefront.money import format_money

Tone = Literal["", "good", "bad", "warn"]
# Of fewer queries the bootstrap draws the same few again and again.
LEAST_SAMPLE = 10
PRODUCTS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: str
    note: str = ""
    tone: Tone = ""


def describe_question(simulation: Simulation) -> dict[str, Any]:
    question = read_question(simulation)
    return {"moment": say_moment(question), "facts": list(_say_facts(question)), "rules": question.rules}


def say_moment(question: SimulationQuestion) -> str:
    zone: ZoneInfo = load_zone(question.timezone) if question.timezone else timezone.get_default_timezone()
    local: datetime = question.now.astimezone(zone)
    return f"{date_format(local, 'DATE_FORMAT')} {local:%H:%M} {zone.key}"


def _say_facts(question: SimulationQuestion) -> Iterable[str]:
    if question.without:
        yield _("the shop as it is, and then without the rules named")
    elif question.baseline == "without":
        yield _("the shop without these rules, and then with them")
    else:
        yield _("the shop as it is, and then with these rules")
    if question.queries:
        yield ngettext("%d query given", "%d queries given", len(question.queries)) % len(question.queries)
    else:
        words = _("the %(limit)s most frequent queries of the last %(days)d days")
        yield words % {"limit": f"{question.limit:,}", "days": question.days}
    yield _("the first %d products of each result") % question.depth
    if any(rule.get("holdout_share") for rule in question.rules):
        yield _("as if no shopper were held out")
    if question.locale:
        yield _("language: %s") % say_choice("locale", question.locale)
    if question.market:
        yield _("market: %s") % question.market
    if question.segments:
        yield _("segments: %s") % ", ".join(question.segments)
    if question.device:
        yield _("device: %s") % say_choice("device", question.device)


def describe_result(simulation: Simulation) -> dict[str, Any]:
    result = simulation.result
    return {
        "figures": [*_tell_reach(result), *_tell_results(result), *_tell_money(result), *_tell_judged(result)],
        "dead_pins": result["dead_pins"],
        "rules": result["rules"],
        "never_held": [rule["name"] for rule in result["rules"] if not rule["held"]["queries"]],
        "lost": result["lost"],
        "beaten": result["beaten"],
        "products": tell_products(result["products"]),
        "filters": [
            (name, sign, searches) for key, sign in (("added", "+"), ("removed", "−"))
            for name, searches in result["facets"][key]
        ],
        "pages": _tell_pages(result),
        "assumptions": _tell_assumptions(result["revenue"]),
        "judged": result["judged"],
        "failed": result["failed"],
    }  # fmt: skip


def _tell_reach(result: Mapping[str, Any]) -> Iterable[Figure]:
    changed = result["changes"].get("any", {"queries": 0, "searches": 0})
    share = changed["searches"] / (result["searches"] or 1)
    note = _("%(changed)s of %(all)s queries") % {
        "changed": f"{changed['queries']:,}", "all": f"{result['queries']:,}",
    }  # fmt: skip
    yield Figure(_("searches that change"), f"{share:.1%}", note)
    kept = _("%s positions differ on average") % f"{result['differ']:.1f}"
    yield Figure(_("likeness of the order"), f"{result['overlap']:.0%}", kept)


def _tell_results(result: Mapping[str, Any]) -> Iterable[Figure]:
    totals = result["results"]
    yield Figure(
        _("products found, on average"), f"{totals['after']:,.1f}", _("before: %s") % f"{totals['before']:,.1f}"
    )
    for name, label, tone in (
        ("zero_created", _("queries that become empty"), "bad"),
        ("zero_mended", _("empty queries that find something"), "good"),
    ):
        tally = result["changes"].get(name, {"queries": 0, "searches": 0})
        note = ngettext("%s search", "%s searches", tally["searches"]) % f"{tally['searches']:,}"
        yield Figure(label, f"{tally['queries']:,}", note, tone if tally["queries"] else "")  # type: ignore[arg-type]


def _tell_money(result: Mapping[str, Any]) -> Iterable[Figure]:
    money = result["revenue"]
    if not money["before"] and not money["after"]:
        return
    ends = (f"{money['change_low']:+.2f}\u00a0%", f"{money['change_high']:+.2f}\u00a0%")
    note = _("an estimate; %s") % _say_interval(*ends, queries=result["queries"])
    tone = say_tone(money["change_low"], money["change_high"], queries=result["queries"])
    yield Figure(_("estimated revenue"), f"{money['change']:+.2f}\u00a0%", note, tone)


def _tell_judged(result: Mapping[str, Any]) -> Iterable[Figure]:
    judged = result["judged"]
    if not judged:
        return
    gained, queries = judged["ndcg"]["difference"], judged["queries"]
    interval = _say_interval(f"{gained['low']:+.3f}", f"{gained['high']:+.3f}", queries=queries)
    note = ngettext("%d judged query", "%d judged queries", queries) % queries
    tone = say_tone(gained["low"], gained["high"], queries=queries)
    yield Figure("nDCG@10", f"{gained['mean']:+.3f}", _("; ").join((note, interval)), tone)


def _say_interval(low: str, high: str, *, queries: int) -> str:
    if queries < LEAST_SAMPLE:
        return _("too few queries to say how sure it is")
    return _("95 %% sure: %(low)s to %(high)s") % {"low": low, "high": high}


def say_tone(low: float, high: float, *, queries: int) -> Tone:
    """A difference whose interval holds zero may be chance."""
    if queries < LEAST_SAMPLE or low <= 0 <= high:
        return ""
    return "good" if low > 0 else "bad"


def tell_products(products: Mapping[str, Sequence[tuple[str, int]]]) -> dict[str, list[tuple[str, str, int]]]:
    """SKU, title and searches of those that come and go most."""
    shown = {name: rows[:PRODUCTS_SHOWN] for name, rows in products.items()}
    found = find_product_ids([sku for rows in shown.values() for sku, _searches in rows])
    cards = load_cards(list(found.values()), locale=read_locale(), now=timezone.now())
    titles = {sku: cards[id_].title for sku, id_ in found.items() if id_ in cards}
    return {name: [(sku, titles.get(sku, ""), searches) for sku, searches in rows] for name, rows in shown.items()}


def read_locale() -> str:
    return "zh" if (get_language() or "").startswith("zh") else "en"


def _tell_pages(result: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    labels = {
        "redirect": _("sent elsewhere, or no longer"),
        "banners": _("other banners"),
        "groups": _("other blocks of products"),
        "layout": _("another layout"),
        "sort": _("another order"),
        "rewritten": _("other words searched"),
        "facets": _("filters that come, go or move"),
        "facet_counts": _("filters with other numbers"),
    }
    changes = result["changes"]
    return [
        (label, changes[name]["queries"], changes[name]["searches"])
        for name, label in labels.items()
        if name in changes
    ]


def _tell_assumptions(money: Mapping[str, Any]) -> list[str]:
    """What the estimate takes for granted, on the page that shows it."""
    looks = [
        _("%(place)s: %(share)s") % {"place": place, "share": f"{share:.0%}"}
        for place, share in money["examination"].items()
    ]
    locale = read_locale()
    told = [
        _("Expected revenue of a search: who looks at each position × looks that end in buying × price, added up."),
        _("Everybody looks at the first product; of the others, at position %s.") % ", ".join(looks),
        *_tell_conversion(money),
        _("Per search: %(before)s before, %(after)s after; over all these searches: %(lift)s.")
        % {
            "before": format_money(money["before"], settings.SHOP_CURRENCY, locale),
            "after": format_money(money["after"], settings.SHOP_CURRENCY, locale),
            "lift": format_money(money["lift"], settings.SHOP_CURRENCY, locale),
        },
        _("The interval says how much the choice of queries matters, not whether the assumptions hold."),
    ]  # fmt: skip
    if money["left_out"]:
        words = ngettext(
            "%s search that is sent elsewhere is left out: what is bought there is not known.",
            "%s searches that are sent elsewhere are left out: what is bought there is not known.",
            money["left_out"],
        )
        told.append(words % f"{money['left_out']:,}")
    return told


def _tell_conversion(money: Mapping[str, Any]) -> Iterable[str]:
    usual, shares = f"{money['conversion']:.2%}", money.get("conversion_by_category")
    if not shares:
        yield _("%s of the looks at a product in stock end in buying it, the same for every product.") % usual
        return
    yield _("Looks at a product in stock that end in buying it: %(listed)s; in all other categories %(usual)s.") % {
        "listed": say_shares(shares),
        "usual": usual,
    }
    yield _("Products of a category below one of these have its share, unless a nearer one is named.")


def describe_rows(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """A line for each query; `row` may be refused by search, and then says why."""
    return [{"asked": asked, "row": asked.row, "tags": list(_tag(asked.row))} for asked in rows]


def _tag(row: Mapping[str, Any]) -> Iterable[tuple[str, Tone]]:
    if row.get("error"):
        yield row["error"], "bad"
        return
    if row["zero"] == "created":
        yield _("becomes empty"), "bad"
    if row["zero"] == "mended":
        yield _("finds something"), "good"
    yield from _tag_page(row["page"])
    shown = {product_id for product_id, _sku in row["before"]}
    if entered := sum(product_id not in shown for product_id, _sku in row["after"]):
        yield ngettext("%d product enters", "%d products enter", entered) % entered, ""
    if row["lost"]:
        yield _("a live rule loses"), "warn"
    if row["closed"] and not row["held"]:
        yield _("a rule outside its time"), ""
    if not row["size"]:
        yield _("no change"), ""


def _tag_page(page: Mapping[str, Sequence[Any]]) -> Iterable[tuple[str, Tone]]:
    if "redirect" in page:
        yield (
            (_("sent to %s") % page["redirect"][1], "warn") if page["redirect"][1] else (_("no longer sent on"), "warn")
        )
    if "rewritten" in page:
        yield _("searches for “%s”") % page["rewritten"][1] if page["rewritten"][1] else _("searches as typed"), ""
    if "banners" in page:
        yield _("other banners"), ""
    if "groups" in page:
        yield _("other blocks of products"), ""
    if "sort" in page:
        yield _("another order"), ""
    if "layout" in page:
        yield _("another layout"), ""
