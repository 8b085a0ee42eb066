"""Settings of answering queries: the query log, the health board, what-if simulations; a part of settings.py."""

from pathlib import Path

import environ

env = environ.Env()
environ.Env.read_env(Path(__file__).resolve().parent.parent / ".env")

# Searches counted in a process are written this often; 0 writes nothing by itself.
QUERY_LOG_SECONDS = env.float("QUERY_LOG_SECONDS", default=5.0)
QUERY_LOG_DAYS = env.int("QUERY_LOG_DAYS", default=400)
# A live rule that no search met for this long is shown on the health board.
HEALTH_UNUSED_DAYS = env.int("HEALTH_UNUSED_DAYS", default=30)

# Assumptions of the revenue estimate (docs/what-if.md): how many shoppers look at each position, the first first, and
# which share of these looks ends in buying. The default curve is position^-0.7.
SIMULATION_EXAMINATION = [float(share) for share in env.list("SIMULATION_EXAMINATION", default=[])] or [
    round(position**-0.7, 4) for position in range(1, 101)
]
SIMULATION_CONVERSION = env.float("SIMULATION_CONVERSION", default=0.02)
SIMULATION_MAX_SECONDS = env.int("SIMULATION_MAX_SECONDS", default=3600)
SIMULATION_KEEP_DAYS = env.int("SIMULATION_KEEP_DAYS", default=90)
