"""Market permissions: handed out and taken away with an audit entry, and never to oneself."""

from django.utils.translation import gettext as _

from ranking.errors import NotAllowed
from ranking.governance.actors import Actor
from ranking.governance.audit import Subject, governed, record
from ranking.governance.policies import Policies, read_policies
from ranking.models import MarketGrant


def save_grant(grant: MarketGrant, actor: Actor) -> None:
    with governed():
        stored = MarketGrant.objects.select_for_update().filter(pk=grant.pk).first()
        check_grant(grant, stored, actor, read_policies())
        grant.save()
        _record(grant, actor, "change" if stored else "create")


def delete_grant(grant: MarketGrant, actor: Actor) -> None:
    with governed():
        _record(grant, actor, "delete")
        grant.delete()


def check_grant(grant: MarketGrant, stored: MarketGrant | None, actor: Actor, policies: Policies) -> None:
    """Nobody gives a right to themselves or to a group of theirs; a superuser, who has all of them, may as long as four
    eyes are off everywhere. Giving up some of one's own is no matter.
    """
    if not _holds(grant, actor):
        return
    if actor.is_superuser and not policies.needs_approval(()):
        return
    if stored is not None and _holds(stored, actor) and stored.right == grant.right and _is_within(grant, stored):
        return
    raise NotAllowed(
        _("Nobody gives market permissions to themselves or to a group they belong to. Ask somebody else to do it."),
        right=grant.right,
    )


def _holds(grant: MarketGrant, actor: Actor) -> bool:
    if actor.user is None:
        return False
    if grant.user_id is not None:
        return bool(grant.user_id == actor.user.pk)
    return bool(actor.user.groups.filter(pk=grant.group_id).exists())


def _is_within(grant: MarketGrant, stored: MarketGrant) -> bool:
    """Same holder, and no market more."""
    same = (grant.user_id, grant.group_id) == (stored.user_id, stored.group_id)
    return same and (stored.all_markets or (not grant.all_markets and set(grant.markets) <= set(stored.markets)))


def _record(grant: MarketGrant, actor: Actor, action: str) -> None:
    document = {
        "user": grant.user.get_username() if grant.user else None,
        "group": grant.group.name if grant.group else None,
        "right": grant.right,
        "all_markets": grant.all_markets,
        "markets": grant.markets,
    }
    record(actor, action, Subject("permission", str(grant.pk), str(grant.user or grant.group), None, document))
