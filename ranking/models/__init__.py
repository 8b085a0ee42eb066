"""Ranking's tables."""

from ranking.models.audit import AuditEntry
from ranking.models.config import RankingConfig
from ranking.models.policy import MarketGrant, RulePolicy, ShareCap
from ranking.models.rule import Rule
from ranking.models.rule_change import RuleChange
from ranking.models.suggestion import SuggestionBuild, SuggestionPhrase, SuggestionTail
from ranking.models.synonym import Synonym
from ranking.models.words import WordBook

__all__ = [
    "AuditEntry",
    "MarketGrant",
    "RankingConfig",
    "Rule",
    "RuleChange",
    "RulePolicy",
    "ShareCap",
    "SuggestionBuild",
    "SuggestionPhrase",
    "SuggestionTail",
    "Synonym",
    "WordBook",
]
