"""Settings of answering queries: the query log and the health board; a part of settings.py."""

from pathlib import Path

import environ

env = environ.Env()
environ.Env.read_env(Path(__file__).resolve().parent.parent / ".env")

# Searches counted in a process are written this often; 0 writes nothing by itself.
QUERY_LOG_SECONDS = env.float("QUERY_LOG_SECONDS", default=5.0)
QUERY_LOG_DAYS = env.int("QUERY_LOG_DAYS", default=400)
# A live rule that no search met for this long is shown on the health board.
HEALTH_UNUSED_DAYS = env.int("HEALTH_UNUSED_DAYS", default=30)
