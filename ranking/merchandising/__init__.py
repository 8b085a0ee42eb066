"""Merchandising: what a rule says (schema), which rules hold for a query (book, match), and what they do to a list."""
