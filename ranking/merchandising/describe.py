"""A rule said as a sentence, for lists, histories and reasons."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ranking.merchandising.actions import (
    Action,
    BannerAction,
    BoostAction,
    DiversifyAction,
    FacetsAction,
    FilterAction,
    GroupAction,
    HideAction,
    LayoutAction,
    PinAction,
    RedirectAction,
    SlotAction,
    SortAction,
)
from ranking.merchandising.choice_words import say_choice, say_choices, say_field
from ranking.merchandising.clauses import FLAG_FIELDS, WORDS_FIELD, Clause
from ranking.merchandising.conditions import (
    AlwaysCondition,
    CategoryCondition,
    Condition,
    DetectedCondition,
    FilterCondition,
    QueryCondition,
    ResultsCondition,
)
from ranking.merchandising.schema import RuleDocument
from ranking.merchandising.word_actions import ReplaceAction, SynonymAction, UnassociateAction

SHOWN_VALUES = 3


def describe_rule(document: RuleDocument) -> str:
    return _("When %(conditions)s: %(actions)s.") % {
        "conditions": describe_conditions(document),
        "actions": describe_actions(document),
    }


def describe_conditions(document: RuleDocument) -> str:
    return _(" and ").join(describe_condition(condition) for condition in document.conditions)


def describe_actions(document: RuleDocument) -> str:
    pins = [action for action in document.actions if isinstance(action, PinAction)]
    others = [describe_action(action) for action in document.actions if not isinstance(action, PinAction)]
    if len(pins) > SHOWN_VALUES:
        first = ngettext("pin %d product", "pin %d products", len(pins)) % len(pins)
        return _("; ").join([first, *others])
    return _("; ").join([*(describe_action(pin) for pin in pins), *others])


def describe_condition(condition: Condition) -> str:
    sentence = _say_condition(condition)
    return _("not (%s)") % sentence if getattr(condition, "negate", False) else sentence


def _say_condition(condition: Condition) -> str:
    match condition:
        case AlwaysCondition():
            return _("always")
        case QueryCondition():
            return _say_query(condition)
        case CategoryCondition(keys=keys):
            return _("the category is %s") % list_values(keys)
        case FilterCondition():
            return _say_filter(condition)
        case DetectedCondition():
            return _say_detected(condition)
    return _say_shopper(condition)


def _say_shopper(condition: Condition) -> str:
    """What is asked beside the words and the page."""
    if isinstance(condition, ResultsCondition):
        most = condition.at_most
        few = ngettext("the search finds at most %d product", "the search finds at most %d products", most)
        return few % most if most else _("the search finds nothing")
    names = {
        "intent": _("the shopper wants to %s"),
        "sort": _("the sort order is %s"),
        "market": _("the market is %s"),
        "locale": _("the language is %s"),
        "segment": _("the shopper is in the segment %s"),
        "device": _("the device is %s"),
    }
    values = say_choices(condition.type, condition.values)  # type: ignore[union-attr]
    return names[condition.type] % list_values(values)


def _say_filter(condition: FilterCondition) -> str:
    if not condition.values:
        return _("the shopper filters by %s") % say_field(condition.field)
    if condition.field in FLAG_FIELDS:
        return _("the shopper filters by %s") % describe_clause(Clause(field=condition.field, values=condition.values))
    details = {"field": say_field(condition.field), "values": list_values(condition.values)}
    return _("the shopper chose %(field)s %(values)s") % details


def _say_detected(condition: DetectedCondition) -> str:
    if condition.has_range:
        clause = Clause(field=condition.field, minimum=condition.minimum, maximum=condition.maximum)
        return _("the words ask for %s") % describe_clause(clause)
    if not condition.values:
        return _("the words name a %s") % say_field(condition.field)
    return _("the words name %(field)s %(values)s") % {
        "field": say_field(condition.field),
        "values": list_values(condition.values),
    }


def _say_query(condition: QueryCondition) -> str:
    sentences = {
        "is": _("the query is %s"),
        "starts": _("the query starts with %s"),
        "ends": _("the query ends with %s"),
        "contains": _("the query contains %s"),
        "fuzzy": _("the query is nearly %s"),
        "expression": _("the query fits %s"),
    }
    if condition.match == "empty":
        return _("the query is empty")
    if condition.match == "any":
        return _("anything is searched")
    quoted = [value if condition.match == "expression" else f"“{value}”" for value in condition.values]
    said = sentences[condition.match] % list_values(quoted)
    if condition.synonyms:
        said = _("%s or a synonym") % said
    return _("%s, typing errors forgiven") % said if condition.typos else said


def describe_action(action: Action) -> str:
    match action:
        case PinAction():
            return _say_pin(action)
        case HideAction(target=target):
            return _("hide %s") % describe_target(target)
        case FilterAction(filters=target):
            return _("show only %s") % describe_target(target)
    return _describe_placing(action)


def _describe_placing(action: Action) -> str:
    match action:
        case BoostAction():
            return _say_boost(action)
        case SlotAction(target=target):
            details = {"target": describe_target(target), "positions": _say_positions(action)}
            return _("keep position %(positions)s for %(target)s") % details
        case DiversifyAction(field=field, most=most, within=within):
            words = _("at most %(most)d of one %(field)s in a row")
            if within:
                words = _("at most %(most)d of one %(field)s among the first %(within)d")
            return words % {"field": field, "most": most, "within": within}
        case GroupAction():
            return _say_group(action)
    return _describe_page_action(action)


def _say_pin(pin: PinAction) -> str:
    words = _("pin %(sku)s at %(position)d or before") if pin.soft else _("pin %(sku)s at %(position)d")
    said = words % {"sku": pin.sku, "position": pin.position}
    if pin.on_missing != "substitute":
        return said
    return _("%(pin)s (in its place if need be: %(target)s)") % {
        "pin": said,
        "target": describe_target(pin.substitute),
    }


def _say_boost(boost: BoostAction) -> str:
    strength = boost.strength
    if boost.by == "position":
        words = (
            _("move %(target)s up by %(strength)d%% of their position")
            if strength > 0
            else _("move %(target)s down by %(strength)d%% of their position")
        )
    else:
        words = _("boost %(target)s by %(strength)d") if strength > 0 else _("bury %(target)s by %(strength)d")
    return words % {"target": describe_target(boost.target), "strength": abs(strength)}


def _say_group(group: GroupAction) -> str:
    chosen = [_("the best for “%s”") % group.words] if group.words else []
    chosen += [describe_target(group.target)] if group.target else []
    details = {"title": group.title_en or group.title_zh, "products": ", ".join(chosen), "position": group.position}
    return _("show the block “%(title)s” (%(products)s) at position %(position)d") % details


def _describe_page_action(action: Action) -> str:
    match action:
        case SortAction(sort=sort):
            return _("sort by %s") % say_choice("sort", sort)
        case RedirectAction(url=url):
            return _("send to %s") % url
        case BannerAction(title_en=english, title_zh=chinese):
            return _("show the banner “%s”") % (english or chinese)
        case FacetsAction():
            return _("; ").join(_say_facets(action))
        case LayoutAction(layout=layout):
            layouts = {
                "grid": _("show the results as a grid"),
                "list": _("show the results as a list"),
                "comparison": _("show the first results as a comparison table"),
            }
            return layouts[layout]
    return _describe_word_action(action)


def _say_facets(action: FacetsAction) -> Iterator[str]:
    if action.first:
        yield _("filters first: %s") % list_values(action.first)
    if action.hide:
        yield _("filters left out: %s") % list_values(action.hide)
    if action.open:
        yield _("filters unfolded: %s") % list_values(action.open)
    for item in action.values:
        if item.first:
            yield _("%(field)s: first %(values)s") % {"field": item.field, "values": list_values(item.first)}
        if item.hide:
            yield _("%(field)s: without %(values)s") % {"field": item.field, "values": list_values(item.hide)}


def _describe_word_action(action: Action) -> str:
    match action:
        case ReplaceAction(words=words, by=by):
            if by:
                return _("search for “%(by)s” instead of %(words)s") % {"by": by, "words": _quote(words)}
            return _("leave out the words %s") % _quote(words)
        case SynonymAction(words=words, alternatives=others, weight=weight):
            said = _("%(words)s also finds %(others)s (%(weight)d%%)")
            if not action.one_way:
                said = _("%(words)s and %(others)s find each other (%(weight)d%%)")
            return said % {"words": _quote(words), "others": _quote(others), "weight": round(weight * 100)}
        case UnassociateAction(words=words, others=others):
            if others:
                return _("do not look for %(others)s when %(words)s is typed") % {
                    "words": _quote(words),
                    "others": _quote(others),
                }
            return _("look for nothing but %s when it is typed") % _quote(words)
    raise TypeError(action)


def _quote(words: Sequence[str]) -> str:
    return list_values([f"“{word}”" for word in words])


def _say_positions(action: SlotAction) -> str:
    positions = action.positions
    return str(positions[0]) if len(positions) == 1 else f"{positions[0]}–{positions[-1]}"


def describe_target(clauses: Sequence[Clause]) -> str:
    return _(" and ").join(describe_clause(clause) for clause in clauses)


def describe_clause(clause: Clause) -> str:
    if clause.field in FLAG_FIELDS:
        wanted = ("false" not in clause.values) is not clause.exclude
        return {
            ("in_stock", True): _("in stock"),
            ("in_stock", False): _("out of stock"),
            ("on_sale", True): _("on sale"),
            ("on_sale", False): _("not on sale"),
        }[clause.field, wanted]
    if clause.field == WORDS_FIELD:
        sentence = _("saying %s") % list_values([f"“{value}”" for value in clause.values])
    elif clause.values:
        sentence = f"{say_field(clause.field)} {list_values(clause.values)}"
    else:
        low = "" if clause.minimum is None else f"{clause.minimum:g}"
        high = "" if clause.maximum is None else f"{clause.maximum:g}"
        sentence = f"{say_field(clause.field)} {low}–{high}"
    return _("not %s") % sentence if clause.exclude else sentence


def list_values(values: Sequence[str]) -> str:
    """`a or b or c or 4 more`."""
    shown = list(values[:SHOWN_VALUES])
    more = len(values) - len(shown)
    if more:
        shown.append(ngettext("%d more", "%d more", more) % more)
    return _(" or ").join(shown)
