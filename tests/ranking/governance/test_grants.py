"""Nobody hands market permissions to themselves, and every one that is handed out is in the audit log."""

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import translation

from ranking.errors import NotAllowed
from ranking.governance.actors import actor_of_user
from ranking.governance.grants import delete_grant, save_grant
from ranking.models import AuditEntry, MarketGrant
from tests.ranking.governance.people import boss, person, set_policy, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief() -> User:
    set_policy(four_eyes=True)
    return person("chief", permissions=("add_marketgrant", "change_marketgrant"), write=("cn", "de"), approve=None)


def give(giver: User, **fields) -> MarketGrant:
    grant = MarketGrant(**{"right": "approve", "markets": ["cn"], **fields})
    save_grant(grant, actor_of_user(giver))
    return grant


def test_to_somebody_else_it_is_given_and_recorded(chief):
    give(chief, user=person("lin", write=None, approve=None))
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.action, entry.actor_label, entry.object_name) == ("permission", "create", "chief", "lin")


def test_to_oneself_it_is_not(chief):
    with pytest.raises(NotAllowed, match="themselves"):
        give(chief, user=chief)
    group = Group.objects.create(name="商品运营")
    chief.groups.add(group)
    with pytest.raises(NotAllowed):
        give(chief, group=group)
    give(chief, group=Group.objects.create(name="others"))
    assert not MarketGrant.objects.filter(right="approve", user=chief).exists()


@pytest.mark.parametrize(
    ("fields", "may"),
    [
        ({"markets": ["cn"]}, True),
        ({"markets": ["cn", "fr"]}, False),
        ({"all_markets": True}, False),
        ({"right": "approve"}, False),
    ],
)
def test_of_ones_own_one_may_give_up_some_and_take_none(chief, fields, may):
    grant = MarketGrant.objects.get(user=chief)
    for name, value in fields.items():
        setattr(grant, name, value)
    if may:
        save_grant(grant, actor_of_user(chief))
    else:
        with pytest.raises(NotAllowed):
            save_grant(grant, actor_of_user(chief))


def test_anothers_is_not_turned_into_ones_own(chief):
    grant = give(chief, user=person("lin", write=None, approve=None))
    grant.user = chief
    with pytest.raises(NotAllowed):
        save_grant(grant, actor_of_user(chief))


def test_superusers_may_while_four_eyes_are_off_everywhere():
    top = boss().user
    give(top, user=top)
    set_policy("cn", four_eyes=True)
    with pytest.raises(NotAllowed):
        give(top, user=top, right="write")


def test_giving_it_back_is_recorded(chief):
    delete_grant(MarketGrant.objects.get(user=chief), actor_of_user(chief))
    assert AuditEntry.objects.get().action == "delete"


@pytest.mark.parametrize(
    ("language", "says"), [("en", "Nobody gives market permissions"), ("zh-hans", "任何人都不能给自己")]
)
def test_the_form_says_so(chief, language, says):
    client = sign_in(chief, language)
    add = reverse("admin:ranking_marketgrant_add")
    data = {"user": chief.pk, "group": "", "right": "approve", "markets": "cn"}
    with translation.override(language):  # a request leaves its language behind
        assert says in client.post(add, data).content.decode()
    lin = person("lin", write=None, approve=None)
    with translation.override(language):
        assert client.post(add, {**data, "user": lin.pk}).status_code == 302
    assert MarketGrant.objects.filter(right="approve").get().user == lin
