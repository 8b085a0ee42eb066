"""What rules ask of the page as a whole: its order, a redirect, banners, filters first, other words to search for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _

from catalog.text import HAN, normalise
from ranking.contracts import Banner, Redirect, RuleOutcome, Sort
from ranking.merchandising.actions import BannerAction, FacetsAction, RedirectAction, ReplaceAction, SortAction
from ranking.merchandising.match import Effect, MatchedRules

# A page is results, not advertising: beyond these the banners of weaker rules are left out.
MOST_BANNERS = 6
_Kind = TypeVar("_Kind", SortAction, RedirectAction, BannerAction, FacetsAction, ReplaceAction)


@dataclass(frozen=True, slots=True)
class PageWishes:
    """`sort` and `redirect` are the strongest rule's; facets of stronger rules come first, and what any rule leaves out
    is left out. `outcomes` name the rules that lost, and to whom.
    """

    sort: Sort | None = None
    redirect: Redirect | None = None
    banners: tuple[Effect, ...] = ()
    facets_first: tuple[str, ...] = ()
    facets_hidden: frozenset[str] = frozenset()
    replacements: tuple[ReplaceAction, ...] = ()
    outcomes: tuple[RuleOutcome, ...] = ()


def resolve_wishes(rules: MatchedRules) -> PageWishes:
    """The effects are in order of precedence; of what a page can have once the first wins."""
    sorts = _pick(rules.page, SortAction)
    redirects = _pick(rules.page, RedirectAction)
    banners = [effect for effect, _action in _pick(rules.page, BannerAction)]
    facets = [action for _effect, action in _pick(rules.page, FacetsAction)]
    hidden = frozenset(key for action in facets for key in action.hide)
    first = dict.fromkeys(key for action in facets for key in action.first)
    outcomes = [
        *_name_losers([effect for effect, _action in sorts], _("The order is set by “%s”.")),
        *_name_losers([effect for effect, _action in redirects], _("The shopper is sent elsewhere by “%s”.")),
        *_name_losers(banners, _("The page has enough banners already; “%s” shows the first."), places=MOST_BANNERS),
    ]
    return PageWishes(
        sort=sorts[0][1].sort if sorts else None,
        redirect=_make_redirect(*redirects[0]) if redirects else None,
        banners=tuple(banners[:MOST_BANNERS]),
        facets_first=tuple(key for key in first if key not in hidden),
        facets_hidden=hidden,
        replacements=tuple(action for _effect, action in _pick(rules.page, ReplaceAction)),
        outcomes=tuple(outcomes),
    )


def _name_losers(effects: Sequence[Effect], reason: str, *, places: int = 1) -> list[RuleOutcome]:
    if not effects:
        return []
    winner = effects[0].rule
    return [
        RuleOutcome(effect.rule.id, effect.rule.name, "beaten", reason % winner.name, winner.id)
        for effect in effects[places:]
    ]


def _pick(effects: Sequence[Effect], kind: type[_Kind]) -> list[tuple[Effect, _Kind]]:
    """Those whose action is of this kind, with it."""
    return [(effect, effect.action) for effect in effects if isinstance(effect.action, kind)]


def _make_redirect(effect: Effect, action: RedirectAction) -> Redirect:
    return Redirect(action.url, effect.rule.id, effect.rule.name)


def make_banners(wishes: PageWishes, *, locale: str) -> tuple[Banner, ...]:
    return tuple(
        Banner(
            slot=action.slot,
            title=_in_language(action.title_en, action.title_zh, locale),
            text=_in_language(action.text_en, action.text_zh, locale),
            image=action.image or "",
            link=action.link or "",
            position=action.position,
            rule_id=effect.rule.id,
        )
        for effect in wishes.banners
        if isinstance(action := effect.action, BannerAction)
    )


def _in_language(english: str, chinese: str, locale: str) -> str:
    return (chinese or english) if locale == "zh" else (english or chinese)


def rewrite(normalised: str, replacements: Sequence[ReplaceAction]) -> str:
    """The words to search for. Replacements are done in order of precedence, each once over the text as typed words:
    what one puts in is not replaced by another. Words that are all left out stay, or nothing would be searched.
    """
    pieces: list[tuple[str, bool]] = [(normalised, True)]
    for action in replacements:
        for words in sorted(action.words, key=len, reverse=True):
            pieces = [part for piece in pieces for part in _replace(piece, words, action.by)]
    rewritten = " ".join("".join(text for text, _open in pieces).split())
    return rewritten or normalised


def _replace(piece: tuple[str, bool], words: str, by: str) -> list[tuple[str, bool]]:
    text, is_open = piece
    wanted = " ".join(normalise(words).split())
    if not is_open or not wanted:
        return [piece]
    parts: list[tuple[str, bool]] = []
    end = 0
    for match in _word_pattern(wanted).finditer(text):
        parts += [(text[end : match.start()], True), (normalise(by), False)]
        end = match.end()
    return [*parts, (text[end:], True)]


def _word_pattern(wanted: str) -> re.Pattern[str]:
    """Whole words; Chinese has no blanks between them, so its letters may touch others."""
    before = "" if re.match(f"[{HAN}]", wanted) else rf"(?<![^\W_{HAN}])"
    after = "" if re.search(f"[{HAN}]\\Z", wanted) else rf"(?![^\W_{HAN}])"
    return re.compile(before + re.escape(wanted) + after)
