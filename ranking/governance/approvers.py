"""Who could be the second person: four eyes of one person would let nothing through."""

from django.contrib.auth import get_user_model
from django.db.models import Q

from ranking.governance.actors import Actor, actor_of_user
from ranking.models import MarketGrant

APPROVE = MarketGrant.Right.APPROVE.value


def has_second_person(actor: Actor, *, market: str) -> bool:
    """Whether somebody else may approve rules of this market, or of all (empty)."""
    others = get_user_model().objects.filter(is_active=True, is_staff=True)
    if actor.user is not None:
        others = others.exclude(pk=actor.user.pk)
    if others.filter(is_superuser=True).exists():
        return True
    grants = MarketGrant.objects.filter(right=APPROVE)
    holders = others.filter(Q(pk__in=grants.values("user")) | Q(groups__in=grants.values("group"))).distinct()
    markets = frozenset({market}) if market else frozenset()
    return any(actor_of_user(user).may(APPROVE, markets) for user in holders)
