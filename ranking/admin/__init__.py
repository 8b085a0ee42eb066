"""Admin of ranking: rules, synonyms and configurations."""

from ranking.admin.config import RankingConfigAdmin
from ranking.admin.governance import AuditEntryAdmin, MarketGrantAdmin
from ranking.admin.policy import RulePolicyAdmin
from ranking.admin.rule import RuleAdmin
from ranking.admin.simulation import QueryJudgementAdmin, SimulationAdmin
from ranking.admin.synonym import SynonymAdmin

__all__ = [
    "AuditEntryAdmin",
    "MarketGrantAdmin",
    "QueryJudgementAdmin",
    "RankingConfigAdmin",
    "RuleAdmin",
    "RulePolicyAdmin",
    "SimulationAdmin",
    "SynonymAdmin",
]
