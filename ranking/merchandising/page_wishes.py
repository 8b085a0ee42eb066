"""What rules ask of the page as a whole: its order and layout, a redirect, banners, filters first, other words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.utils.translation import gettext as _

from catalog.text import HAN, normalise
from ranking.contracts import Banner, Layout, Redirect, RuleOutcome, Sort
from ranking.language.word_rules import NO_WORD_RULES, WordRules
from ranking.merchandising.actions import BannerAction, FacetsAction, LayoutAction, RedirectAction, SortAction
from ranking.merchandising.facet_wishes import FacetWishes, resolve_facets
from ranking.merchandising.match import Effect, MatchedRules
from ranking.merchandising.word_actions import ReplaceAction, SynonymAction, UnassociateAction
from ranking.merchandising.word_wishes import resolve_words

# A page is results, not advertising: beyond these the banners of weaker rules are left out.
MOST_BANNERS = 6
_Kind = TypeVar("_Kind", SortAction, RedirectAction, BannerAction, FacetsAction, LayoutAction, ReplaceAction)


@dataclass(frozen=True, slots=True)
class PageWishes:
    """`sort`, `layout` and `redirect` are the strongest rule's. `outcomes` name the rules that lost, and to whom."""

    sort: Sort | None = None
    layout: Layout | None = None
    redirect: Effect | None = None
    banners: tuple[Effect, ...] = ()
    facets: FacetWishes = field(default_factory=FacetWishes)
    replacements: tuple[ReplaceAction, ...] = ()
    words: WordRules = NO_WORD_RULES
    outcomes: tuple[RuleOutcome, ...] = ()


def resolve_wishes(rules: MatchedRules) -> PageWishes:
    """The effects are in order of precedence; of what a page can have once the first wins."""
    sorts, layouts = _pick(rules.page, SortAction), _pick(rules.page, LayoutAction)
    redirects = [effect for effect, _action in _pick(rules.page, RedirectAction)]
    banners = [effect for effect, _action in _pick(rules.page, BannerAction)]
    facets, lost_facets = resolve_facets(_pick(rules.page, FacetsAction))
    words, lost_words = resolve_words(
        [item for item in rules.page if isinstance(item.action, ReplaceAction | SynonymAction | UnassociateAction)]
    )
    outcomes = [
        *_name_losers([effect for effect, _action in sorts], _("The order is set by “%s”.")),
        *_name_losers([effect for effect, _action in layouts], _("The layout is set by “%s”.")),
        *_name_losers(redirects, _("The shopper is sent elsewhere by “%s”.")),
        *_name_losers(banners, _("The page has enough banners already; “%s” shows the first."), places=MOST_BANNERS),
        *lost_facets,
        *lost_words,
    ]
    return PageWishes(
        sort=sorts[0][1].sort if sorts else None,
        layout=layouts[0][1].layout if layouts else None,
        redirect=redirects[0] if redirects else None,
        banners=tuple(banners[:MOST_BANNERS]),
        facets=facets,
        replacements=tuple(action for _effect, action in _pick(rules.page, ReplaceAction)),
        words=words,
        outcomes=tuple(outcomes),
    )


def _name_losers(effects: Sequence[Effect], reason: str, *, places: int = 1) -> list[RuleOutcome]:
    """Who asks for what the winner asks for has it."""
    if not effects:
        return []
    first, winner = effects[0], effects[0].rule
    return [
        RuleOutcome(effect.rule.id, effect.rule.name, "beaten", reason % winner.name, winner.id)
        for effect in effects[places:]
        if places > 1 or effect.action != first.action
    ]


def _pick(effects: Sequence[Effect], kind: type[_Kind]) -> list[tuple[Effect, _Kind]]:
    """Those whose action is of this kind, with it."""
    return [(effect, effect.action) for effect in effects if isinstance(effect.action, kind)]


def make_redirect(wishes: PageWishes, *, locale: str) -> Redirect | None:
    effect = wishes.redirect
    if effect is None or not isinstance(action := effect.action, RedirectAction):
        return None
    url = (action.url_zh or action.url) if locale == "zh" else action.url
    return Redirect(url, effect.rule.id, effect.rule.name)


def make_banners(wishes: PageWishes, *, locale: str, positions: range) -> tuple[Banner, ...]:
    """Those of the page that shows the results at `positions`: above and below stands what the first page has, for on
    later ones the shopper has seen it.
    """
    found = ((effect, effect.action) for effect in wishes.banners)
    return tuple(
        Banner(
            slot=action.slot,
            title=_in_language(action.title_en, action.title_zh, locale),
            text=_in_language(action.text_en, action.text_zh, locale),
            image=(locale == "zh" and action.image_zh) or action.image or "",
            link=(locale == "zh" and action.link_zh) or action.link or "",
            position=action.position,
            rule_id=effect.rule.id,
        )
        for effect, action in found
        if isinstance(action, BannerAction)
        and (action.position in positions if action.slot == "inline" else positions.start == 1)
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
