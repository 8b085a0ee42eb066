"""What a rule names that the catalog does not have: a warning, not an error, since products come and go."""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from catalog.models import Attribute, Brand, Category
from ranking.merchandising.actions import DiversifyAction, FacetsAction, PinAction, list_clauses
from ranking.merchandising.clauses import FLAG_FIELDS, RANGE_FIELDS, SKU_FIELD, WORDS_FIELD
from ranking.merchandising.conditions import CategoryCondition, DetectedCondition
from ranking.merchandising.schema import RuleDocument
from ranking.merchandising.targets import find_product_ids

Reference = tuple[str, str, str]  # field path, kind of thing, its key


def find_unknown(document: RuleDocument) -> dict[str, str]:
    """Field path → warning."""
    return find_unknown_in([document])[0]


def find_unknown_in(documents: Sequence[RuleDocument]) -> list[dict[str, str]]:
    """The warnings of each, by one question a kind for all of them."""
    listed = [list(list_references(document)) for document in documents]
    named = [reference for references in listed for reference in references]
    known = {kind: find_known(kind, [key for _path, found, key in named if found == kind]) for kind in KINDS}
    return [_warn(references, known) for references in listed]


def _warn(references: Sequence[Reference], known: Mapping[str, set[str]]) -> dict[str, str]:
    warnings: dict[str, list[str]] = {}
    for path, kind, key in references:
        if key not in known[kind]:
            warnings.setdefault(path, []).append(key)
    return {path: _("Not in the catalog now: %s.") % ", ".join(keys) for path, keys in warnings.items()}


KINDS = (SKU_FIELD, "brand", "category", "attribute")


def find_known(kind: str, keys: list[str]) -> set[str]:
    if not keys:
        return set()
    if kind == SKU_FIELD:
        return set(find_product_ids(keys))
    models = {"brand": Brand, "category": Category, "attribute": Attribute}
    return set(models[kind]._default_manager.filter(key__in=keys).values_list("key", flat=True))


def list_references(document: RuleDocument) -> Iterator[Reference]:
    for number, condition in enumerate(document.conditions):
        if isinstance(condition, CategoryCondition):
            yield from ((f"conditions.{number}.keys", "category", key) for key in condition.keys)
        elif isinstance(condition, DetectedCondition):
            yield from list_field_references(condition.field, condition.values, f"conditions.{number}")
    for number, action in enumerate(document.actions):
        path = f"actions.{number}"
        if isinstance(action, PinAction):
            yield f"{path}.sku", SKU_FIELD, action.sku
        name, clauses = list_clauses(action)
        for position, clause in enumerate(clauses):
            yield from list_field_references(clause.field, clause.values, f"{path}.{name}.{position}")
        if isinstance(action, DiversifyAction) and action.field not in ("brand", "category"):
            yield f"{path}.field", "attribute", action.field
        elif isinstance(action, FacetsAction):
            yield from list_facet_references(action, path)


def list_facet_references(action: FacetsAction, path: str) -> Iterator[Reference]:
    known = {"category", "brand", *FLAG_FIELDS, *RANGE_FIELDS}
    for name in ("first", "hide", "open"):
        yield from ((f"{path}.{name}", "attribute", key) for key in getattr(action, name) if key not in known)
    for number, item in enumerate(action.values):
        keys = (*item.first, *item.hide) if item.field in ("brand", "category") else ()
        yield from ((f"{path}.values.{number}", item.field, key) for key in keys)
        if item.field not in known:
            yield f"{path}.values.{number}.field", "attribute", item.field


def list_field_references(field: str, values: Sequence[str], path: str) -> Iterator[Reference]:
    if field in (SKU_FIELD, "brand", "category"):
        yield from ((f"{path}.values", field, value) for value in values)
    elif field not in FLAG_FIELDS | RANGE_FIELDS | {WORDS_FIELD}:
        yield f"{path}.field", "attribute", field
