"""People, keys and policies for the tests of governance."""

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client

from ranking.governance.actors import Actor, actor_of_user
from ranking.governance.workflow import approve as approve_rule
from ranking.merchandising.schema import RuleDocument, parse_rule
from ranking.models import MarketGrant, Rule, RulePolicy
from ranking.rule_store import create_rule
from tests.ranking.rule_words import document, on_query, pin

RULES = ("view_rule", "add_rule", "change_rule", "delete_rule", "approve_rule")


def person(
    name: str,
    *,
    permissions: tuple[str, ...] = RULES,
    write: tuple[str, ...] | None = ("*",),
    approve: tuple[str, ...] | None = ("*",),
) -> User:
    """Somebody of the staff; `*` stands for all markets, None for no grant at all."""
    user = User.objects.create_user(name, password="long-enough-1", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    for right, markets in (("write", write), ("approve", approve)):
        if markets is not None:
            everywhere = markets == ("*",)
            MarketGrant.objects.create(
                user=user, right=right, all_markets=everywhere, markets=[] if everywhere else list(markets)
            )
    return User.objects.get(pk=user.pk)


def sign_in(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def actor(name: str, **rights: Any) -> Actor:
    return actor_of_user(person(name, **rights))


def boss(name: str = "boss") -> Actor:
    return actor_of_user(User.objects.create_superuser(name, password="long-enough-1"))


def set_policy(market: str = "", **fields: Any) -> RulePolicy:
    policy, _made = RulePolicy.objects.update_or_create(market=market, defaults=fields)
    return policy


def written(*actions: dict[str, Any], **fields: Any) -> RuleDocument:
    fields.setdefault("when", [on_query("lamp", "台灯")])
    return parse_rule(document(*(actions or (pin("L6", 1),)), **fields))


def make_live(author: Actor, approver: Actor, **fields: Any) -> Rule:
    """A rule that went its whole way."""
    rule = create_rule(written(**{"status": "review", **fields}), actor=author)
    done = approve_rule(rule.pk, version=rule.version, actor=approver)
    assert done is not None
    return done
