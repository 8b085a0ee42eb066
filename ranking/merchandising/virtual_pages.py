"""Virtual categories: a category page without products of its own holds what a "show only" rule for it names."""

from ranking.merchandising.conditions import CategoryCondition
from ranking.merchandising.match import MatchedRules


def is_filled_by_rule(category: str, rules: MatchedRules | None) -> bool:
    """Whether a rule that holds says of this very page, by its key, which products to show.

    A rule for the category above does not: it narrows what is filed below, and an empty shelf stays empty.
    """
    return rules is not None and any(
        isinstance(condition, CategoryCondition) and not condition.negate and category in condition.keys
        for effect in rules.restricts
        for condition in effect.rule.conditions
    )
