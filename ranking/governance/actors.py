"""Who acts on a rule: a person, a key or a program, and for which markets they may write and approve."""

from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

from ranking.models import MarketGrant

ALL = "*"
_WRITING = ("ranking.add_rule", "ranking.change_rule", "ranking.delete_rule")


@dataclass(frozen=True, slots=True)
class Actor:
    """`identity` is what four eyes compare: two keys of one person, and that person signed in, are the same."""

    identity: str
    label: str
    writes: frozenset[str] = frozenset()
    approves: frozenset[str] = frozenset()
    is_superuser: bool = False
    user: Any = None

    def may(self, right: str, markets: frozenset[str]) -> bool:
        """A rule without markets concerns all of them."""
        held = self.approves if right == MarketGrant.Right.APPROVE.value else self.writes
        return ALL in held or bool(markets and markets <= held)


# Imports and programs that name nobody: they write, and never approve.
SYSTEM = Actor("system", "system", writes=frozenset({ALL}))


class KeyLike(Protocol):
    """An API key, as the site's model has it."""

    pk: Any
    name: str
    prefix: str
    scopes: list[str]
    markets: list[str]
    made_by_id: int | None


def actor_of_command(name: str) -> Actor:
    return Actor(f"command:{name}"[:80], _("command %s") % name, writes=frozenset({ALL}))


def actor_of_user(user: Any) -> Actor:
    """Superusers may for every market; others what their grants and their groups' grants name, and nothing else."""
    identity, label = f"user:{user.pk}", user.get_username()
    if user.is_active and user.is_superuser:
        return Actor(identity, label, frozenset({ALL}), frozenset({ALL}), is_superuser=True, user=user)
    held: dict[str, set[str]] = {"write": set(), "approve": set()}
    for grant in MarketGrant.objects.filter(Q(user=user) | Q(group__in=user.groups.all())):
        held[grant.right] |= {ALL} if grant.all_markets else set(grant.markets)
    writes = held["write"] if any(user.has_perm(name) for name in _WRITING) else set()
    approves = held["approve"] if user.has_perm("ranking.approve_rule") else set()
    return Actor(identity, label, frozenset(writes), frozenset(approves), user=user)


def actor_of_key(key: KeyLike) -> Actor:
    """`admin` implies every right for all markets, as it did before there were others."""
    held = frozenset(key.markets)
    everything = "admin" in key.scopes
    identity = f"user:{key.made_by_id}" if key.made_by_id else f"key:{key.pk}"
    return Actor(
        identity,
        f"{key.name} ({key.prefix}…)",
        writes=frozenset({ALL}) if everything else held if "rules:write" in key.scopes else frozenset(),
        approves=frozenset({ALL}) if everything else held if "rules:approve" in key.scopes else frozenset(),
    )


def actor_of(person: Any) -> Actor:
    """The person who owns what is written; nobody: a program."""
    return actor_of_user(person) if person is not None else SYSTEM
