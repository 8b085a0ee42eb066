"""All scorers the blend may weigh."""

from ranking.scorers import bm25, collect_scorers, dense, fresh, in_stock, margin, popularity, rating

SCORERS = collect_scorers([bm25, dense, in_stock, popularity, rating, fresh, margin])
