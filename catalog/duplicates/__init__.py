"""Products that may be one thing listed twice: who is compared, how alike they are, and what merging does."""
