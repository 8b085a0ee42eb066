"""Ranking's tables."""

from ranking.models.config import RankingConfig
from ranking.models.health import HealthCheck, HealthFinding
from ranking.models.query_log import QueryDay, RuleDay
from ranking.models.rule import Rule
from ranking.models.simulation import QueryJudgement, SimulatedQuery, Simulation
from ranking.models.suggestion import SuggestionBuild, SuggestionPhrase, SuggestionTail
from ranking.models.synonym import Synonym
from ranking.models.words import WordBook

__all__ = [
    "HealthCheck",
    "HealthFinding",
    "QueryDay",
    "QueryJudgement",
    "RankingConfig",
    "Rule",
    "RuleDay",
    "SimulatedQuery",
    "Simulation",
    "SuggestionBuild",
    "SuggestionPhrase",
    "SuggestionTail",
    "Synonym",
    "WordBook",
]
