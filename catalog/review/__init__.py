"""The review queue: what waits for a person, what a decision costs in errors, and what another version changes."""
