"""Governance of rules: who may do what, what waits for whom, and what was done."""
