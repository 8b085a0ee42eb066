"""Which layouts there are: one file each, by the name that rules, shoppers and REST use."""

from collections.abc import Callable, Mapping

from ranking.contracts import Layout
from ranking.layouts import comparison, grid
from ranking.layouts import list as rows
from ranking.layouts.arrangement import Arrangement

Arrange = Callable[..., Arrangement]

LAYOUTS: Mapping[Layout, Arrange] = {"grid": grid.arrange, "list": rows.arrange, "comparison": comparison.arrange}
# These say attributes in words, which have to be looked up.
NEEDS_WORDS: frozenset[Layout] = frozenset({"list", "comparison"})
