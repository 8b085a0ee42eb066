"""Ranking's tables."""

from ranking.models.config import RankingConfig
from ranking.models.rule import Rule
from ranking.models.simulation import QueryJudgement, SimulatedQuery, Simulation
from ranking.models.suggestion import SuggestionBuild, SuggestionPhrase, SuggestionTail
from ranking.models.synonym import Synonym
from ranking.models.words import WordBook

__all__ = [
    "QueryJudgement",
    "RankingConfig",
    "Rule",
    "SimulatedQuery",
    "Simulation",
    "SuggestionBuild",
    "SuggestionPhrase",
    "SuggestionTail",
    "Synonym",
    "WordBook",
]
