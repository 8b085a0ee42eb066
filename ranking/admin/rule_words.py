"""What the rule form's script needs to know beforehand: its words in the reader's language, choices, and errors."""

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from catalog.models import Attribute
from ranking.admin.rule_form import LISTS, RuleForm
from ranking.contracts import SORTS
from ranking.models import Rule

WORDS = (
    noop("the query"), noop("the category"), noop("a chosen filter"), noop("always"), noop("the sort order"),
    noop("the market"), noop("the language"), noop("the shopper's segment"), noop("the device"), noop("is"),
    noop("is not"), noop("starts with"), noop("ends with"), noop("contains"), noop("is empty"),
    noop("is anything"), noop("word or phrase, then Enter"), noop("Add a condition"), noop("and"),
    noop("exact letters"), noop("also other endings, widths, traditional or simplified"), noop("not"),
    noop("with subcategories"), noop("exactly these"), noop("any value"),
    noop("Every search and every page."), noop("Boost"), noop("Bury"), noop("Hide"), noop("Show only"),
    noop("Pin"), noop("at position"), noop("products where"), noop("Remove"), noop("Search a product to pin"),
    noop("When it cannot be shown"), noop("pins behind it move up"), noop("keep the gap"),
    noop("Only within the shopper's filters"), noop("Only while in stock"),
    noop("Not when the shopper sorts"), noop("Only when the words find it"), noop("Options"),
    noop("strength"), noop("a little"), noop("strongly"), noop("brand"), noop("category"), noop("product"),
    noop("price"), noop("rating"), noop("in stock"), noop("on sale"), noop("from"), noop("to"), noop("yes"),
    noop("no"), noop("Add another property"), noop("type to search"), noop("Nothing found"),
    noop("Add a time window"), noop("At any time."), noop("until"), noop("time zone"),
    noop("Without this rule"), noop("With this rule"), noop("pinned"), noop("boosted"), noop("buried"),
    noop("hidden"), noop("new"), noop("moves up"), noop("moves down"), noop("leaves the page"),
    noop("out of stock"), noop("results"), noop("The rule holds for this search."),
    noop("The rule does not hold for this search."),
    noop("This is the page now: drag a product to pin it, or choose what the rule does."),
    noop("The preview could not be loaded."), noop("Pin here"), noop("Other rules at work"),
    noop("Nothing is found."), noop("desktop"), noop("tablet"), noop("phone"), noop("English"),
    noop("Chinese"), noop("relevance"),
    noop("newest"), noop("popularity"), noop("price, low to high"), noop("price, high to low"),
    noop("Not in the catalog now"), noop("values"),
    noop("Keep places"), noop("Banner"), noop("Send elsewhere"), noop("Search for other words"), noop("Sort"),
    noop("Filters shown"), noop("positions"), noop("for the best products where"), noop("above the results"),
    noop("before a result"), noop("below the results"), noop("title (English)"), noop("title (Chinese)"),
    noop("text (English)"), noop("text (Chinese)"), noop("picture"), noop("leads to"), noop("to the page"),
    noop("instead of"), noop("search for (empty leaves the words out)"),
    noop("while the shopper has chosen no order"), noop("show first"), noop("leave out"), noop("the words name"),
    noop("the shopper wants to"), noop("find"), noop("compare"), noop("ask"), noop("look around"),
    noop("get help"), noop("reach a page"),
    noop("what it says"),
    # page and words
    noop("Also find"), noop("Keep apart"), noop("Layout"), noop("and also the other way round"),
    noop("but not the other way round"), noop("direction"), noop("counts as much as the typed word"),
    noop("who types"), noop("also finds"), noop("does not find"), noop("any other word"),
    noop("no synonym, translation or correction joins them"), noop("a grid of pictures"),
    noop("a list with descriptions"), noop("a comparison of the first products"),
    noop("while the shopper has chosen no view"), noop("unfold"), noop("arrange the values of"), noop("of"),
    noop("picture in the Chinese shop"), noop("leads to in the Chinese shop"),
    noop("to the page in the Chinese shop"), noop("Others in the Chinese shop"), noop("grid"), noop("list"),
    noop("comparison"), noop("laid out as"), noop("banner"),
    noop("put behind by a cap"),
    # The page's own frame: preview, conflicts, arranging.
    noop("Write when and what, or type what shoppers search for; the preview follows."), noop("The page now"),
    noop("Shoppers search for"), noop("any shopper"), noop("any market"), noop("type or choose"), noop("all"),
    noop("At this moment"), noop("Date and time"), noop("Now"), noop("New: press Enter to use it"),
    noop("place kept"), noop("not among those shown"), noop("by this rule"), noop("waits"), noop("Show again"),
    noop("Take the pin off"), noop("Move up"), noop("Move down"), noop("Pin the variant"), noop("Pin at position"),
    noop("What to do with it"), noop("Sends the shopper to"), noop("Searches for"), noop("Sorted by"),
    noop("before result"), noop("Conflicts with other rules"), noop("Conflicts"),
    noop("Let the other win"), noop("Let this rule win"), noop("Show this search"), noop("Open the other rule"),
    noop("stands in"), noop("held back"), noop("Block"),
    noop("To choose from"), noop("Not all rules could be compared in time; saving compares the rest."),
    noop("is nearly"), noop("fits the expression"), noop("the search finds"), noop("no product"), noop("no more than"),
    noop("products"), noop("synonyms too"), noop("typing errors too"), noop("expression"), noop("Understood as"),
    noop("also holds for what the list of synonyms says is the same"),
    noop("one wrong letter from 4 letters on, two from 8 on; Chinese characters that sound alike"),
    noop("phone AND NOT (case OR cover)"), noop("Counted before anything the shopper asked for is let go."),
    noop("Words without a sign must all be there; quotation marks keep them side by side; phone* also finds phones."),
    noop("exactly at position"), noop("at the latest at position"), noop("How strictly"), noop("Which variant"),
    noop("the product"), noop("another product stands in"), noop("the best product where"),
    noop("Stands for other offers of the same thing"), noop("Times of this pin alone"), noop("Mix"),
    noop("Block of products"), noop("by how well products match"), noop("by their position"), noop("measured"),
    noop("+50 % halves the position: the 10th becomes the 5th."),
    noop("−50 % doubles the position: the 5th becomes the 10th."), noop("of the same"),
    noop("in a row"), noop("among the first"), noop("Where"),
    noop("Others are held back, none is left out; pins stay."), noop("the best for these words"),
    noop("empty: what the shopper searches"), noop("the best"),
    noop("before the result at position"), noop("they leave the list"),
    noop("only those the list does not have"), noop("Each product once"),
    # counts, mistakes and a session that ended
    noop("1 result"), noop("%d results"), noop("1 place"), noop("%d places"), noop("kind of condition"),
    noop("When"), noop("Do"), noop("At what time"), noop("You are signed out"),
    noop("Nothing you wrote is lost. Sign in in a new tab, then come back here and save again."),
    noop("You are signed out. Sign in in a new tab; nothing you wrote here is lost."), noop("Sign in"),
    noop("Back to the rule"),
)  # fmt: skip
COMMON_ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Tokyo",
    "Europe/London",
    "Europe/Paris",
    "America/New_York",
)

REGIONS = {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}


def describe_page_settings(form: RuleForm, rule: Rule | None) -> dict[str, Any]:
    broken = {name: " ".join(map(str, form.errors[name])) for name in LISTS if name in form.errors}
    return {
        "id": str(rule.pk) if rule and not rule._state.adding else None,
        "words": {word: _(word) for word in WORDS},
        "attributes": list_attributes(),
        "sorts": list(SORTS),
        "zones": list_zones(),
        "zone": settings.TIME_ZONE,
        "errors": form.path_errors or broken,
        "isRefused": form.is_bound and bool(form.errors),
    }


def list_zones() -> list[str]:
    """The usual ones first; the database's old second names (PRC, US/Pacific, Etc/GMT+8) would only be in the way."""
    places = (name for name in available_timezones() if name.partition("/")[0] in REGIONS)
    return [*COMMON_ZONES, *sorted(set(places) - set(COMMON_ZONES))]


def list_attributes() -> list[dict[str, str]]:
    rows = Attribute.objects.order_by("position", "key")[:500]
    return [{"key": row.key, "label": str(row), "kind": row.kind, "unit": row.unit} for row in rows]
