"""Where a rule stands and which steps this actor may take from there: what buttons and pages show."""

from dataclasses import dataclass

from ranking.errors import NotAllowed
from ranking.governance.actors import Actor
from ranking.governance.gate import check_right, check_second_person, was_live
from ranking.governance.policies import Policies
from ranking.governance.versions import pending_of, working_version
from ranking.models import Rule, RuleChange


@dataclass(frozen=True, slots=True)
class Standing:
    """`refusal` says why the actor may not approve what waits; `steps` are what they may do, `writes` whether they may
    write the rule at all.
    """

    rule: Rule
    change: RuleChange | None
    four_eyes: bool
    waits: bool
    version: int
    author: str
    comment: str
    steps: frozenset[str]
    refusal: str = ""
    is_own: bool = False
    writes: bool = False


def read_standing(rule: Rule, actor: Actor, policies: Policies, *, served: str = "") -> Standing:
    """`served` is the stored row's status, where `rule` has its waiting change laid over it."""
    change = pending_of(rule)
    wanted = tuple(change.document.get("markets", ())) if change else tuple(rule.markets)
    markets = (tuple(rule.markets), wanted)
    four_eyes = any(policies.needs_approval(named) for named in markets)
    status = change.status if change else rule.status
    author = change.changed_by if change else rule.changed_by
    waits = status == Rule.Status.REVIEW.value
    refusal = _find_refusal(actor, author, policies, markets) if waits else ""
    writes = _may_write(actor, markets)
    steps = _list_steps(rule, change, status, four_eyes=four_eyes, served=served or rule.status) if writes else set()
    if waits and not refusal:
        steps |= {"approve"}
    return Standing(
        rule=rule,
        change=change,
        four_eyes=four_eyes,
        waits=waits,
        version=working_version(rule),
        author=change.changed_by_label if change else rule.changed_by_label,
        comment=change.comment if change else rule.comment,
        steps=frozenset(steps),
        refusal=refusal,
        is_own=author == actor.identity,
        writes=writes,
    )


def _may_write(actor: Actor, markets: tuple[tuple[str, ...], ...]) -> bool:
    return all(actor.may("write", frozenset(named)) for named in markets)


def _find_refusal(actor: Actor, author: str, policies: Policies, markets: tuple[tuple[str, ...], ...]) -> str:
    try:
        check_right(actor, "approve", *markets)
        check_second_person(actor, author, policies, *markets)
    except NotAllowed as error:
        return error.message
    return ""


def _list_steps(rule: Rule, change: RuleChange | None, status: str, *, four_eyes: bool, served: str) -> set[str]:
    deletion = change is not None and change.kind == RuleChange.Kind.DELETE
    row = served if change is None else ""
    possible = {
        "save_and_submit": four_eyes and not deletion,
        "publish": not four_eyes and not deletion and (change is not None or row != Rule.Status.LIVE.value),
        "submit": status in (Rule.Status.DRAFT.value, Rule.Status.PAUSED.value) and not deletion,
        "pause": served == Rule.Status.LIVE.value,
        "resume": row == Rule.Status.PAUSED.value,
        "discard": change is not None,
        "ask_delete": not deletion and four_eyes and was_live(rule),
    }
    return {name for name, is_possible in possible.items() if is_possible}
