"""Which attributes matter in a category, the schemas extractors read, and pairs of words that mean the same."""
