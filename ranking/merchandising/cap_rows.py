"""The caps of the policies as searches read them, loaded with the rules."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ranking.contracts import Filter
from ranking.merchandising.clauses import Clause, to_filters
from ranking.models import RulePolicy, ShareCap

PREFIX = "cap:"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `percent` of the first `places` are products of this kind, unless they stood there without any rule."""

    id: str
    market: str
    kind: str
    field: str
    values: tuple[str, ...]
    places: int
    percent: int

    @property
    def limit(self) -> int:
        return self.places * self.percent // 100

    @property
    def target(self) -> tuple[Filter, ...]:
        return tuple(to_filters((Clause(field=self.field, values=self.values),)))


def load_caps() -> tuple[Cap, ...]:
    """Every cap that names anything. A market without own brands of its own has the shop's."""
    policies = {policy.market: policy for policy in RulePolicy.objects.all()}
    shop = policies.get("", RulePolicy())
    caps = []
    for row in ShareCap.objects.select_related("policy").order_by("places", "id"):
        values, field = row.values, row.kind
        if row.kind == ShareCap.Kind.OWN_BRANDS:
            values, field = row.policy.own_brands or shop.own_brands, "brand"
        elif row.kind == ShareCap.Kind.ATTRIBUTE:
            field = row.attribute
        if values and field:
            caps.append(
                Cap(f"{PREFIX}{row.pk}", row.policy.market, row.kind, field, tuple(values), row.places, row.percent)
            )
    return tuple(caps)


def describe_cap(cap: Cap) -> str:
    what = _("own brands") if cap.kind == ShareCap.Kind.OWN_BRANDS else f"{cap.field} {', '.join(cap.values)}"
    details = {"what": what, "percent": cap.percent, "places": cap.places}
    return _("%(what)s at most %(percent)d %% of the first %(places)d") % details
