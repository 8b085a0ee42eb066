"""Admin of ranking: rules, synonyms and configurations."""

from ranking.admin.config import RankingConfigAdmin
from ranking.admin.rule import RuleAdmin
from ranking.admin.simulation import QueryJudgementAdmin, SimulationAdmin
from ranking.admin.synonym import SynonymAdmin

__all__ = ["QueryJudgementAdmin", "RankingConfigAdmin", "RuleAdmin", "SimulationAdmin", "SynonymAdmin"]
