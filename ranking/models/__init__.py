"""Ranking's tables."""

from ranking.models.config import RankingConfig
from ranking.models.rule import Rule
from ranking.models.suggestion import SuggestionBuild, SuggestionPhrase, SuggestionTail

__all__ = ["RankingConfig", "Rule", "SuggestionBuild", "SuggestionPhrase", "SuggestionTail"]
