"""Attribute extractors: one a file, each value with the place in the text that states it."""
