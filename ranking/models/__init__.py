"""Ranking's tables."""

from ranking.models.audit import AuditEntry
from ranking.models.config import RankingConfig
from ranking.models.health import HealthCheck, HealthFinding
from ranking.models.policy import MarketGrant, RulePolicy, ShareCap
from ranking.models.policy_proposal import PolicyProposal
from ranking.models.query_log import QueryDay, RuleDay
from ranking.models.rule import Rule
from ranking.models.rule_change import RuleChange
from ranking.models.simulation import QueryJudgement, SimulatedQuery, Simulation
from ranking.models.suggestion import SuggestionBuild, SuggestionPhrase, SuggestionTail
from ranking.models.synonym import Synonym
from ranking.models.words import WordBook

__all__ = [
    "AuditEntry",
    "HealthCheck",
    "HealthFinding",
    "MarketGrant",
    "PolicyProposal",
    "QueryDay",
    "QueryJudgement",
    "RankingConfig",
    "Rule",
    "RuleChange",
    "RuleDay",
    "RulePolicy",
    "ShareCap",
    "SimulatedQuery",
    "Simulation",
    "SuggestionBuild",
    "SuggestionPhrase",
    "SuggestionTail",
    "Synonym",
    "WordBook",
]
