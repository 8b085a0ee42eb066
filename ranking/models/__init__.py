"""Ranking's tables."""

from ranking.models.config import RankingConfig
from ranking.models.rule import Rule

__all__ = ["RankingConfig", "Rule"]
