"""What the shop's policies say of a rule's markets: the market's own row, else the shop's; of several the strictest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ranking.models import RulePolicy


@dataclass(frozen=True, slots=True)
class Policies:
    """All rows, by market; `""` is the shop's. Without any row the model's defaults hold."""

    rows: Mapping[str, RulePolicy]

    def needs_approval(self, markets: Iterable[str]) -> bool:
        return any(row.four_eyes for row in self._concerned(markets))

    def exempts_superusers(self, markets: Iterable[str]) -> bool:
        return all(row.superusers_exempt for row in self._concerned(markets) if row.four_eyes)

    def protected_words(self) -> tuple[str, ...]:
        """One list for the shop: what one market protects no rule anywhere may use."""
        return tuple(dict.fromkeys(word for row in self.rows.values() for word in row.protected))

    def _concerned(self, markets: Iterable[str]) -> list[RulePolicy]:
        """A rule without markets concerns every row."""
        shop = self.rows.get("") or RulePolicy()
        named = list(markets)
        if not named:
            return [shop, *(row for market, row in self.rows.items() if market)]
        return [self.rows.get(market, shop) for market in named]


def read_policies() -> Policies:
    return Policies({row.market: row for row in RulePolicy.objects.all()})
