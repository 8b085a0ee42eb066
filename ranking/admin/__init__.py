"""Admin of ranking: rules and configurations."""

from ranking.admin.config import RankingConfigAdmin
from ranking.admin.rule import RuleAdmin

__all__ = ["RankingConfigAdmin", "RuleAdmin"]
