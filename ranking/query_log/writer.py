"""Writes the sums every few seconds from a thread of its own, so that no search waits, and once more at the end.

What a process has counted since its last write is lost when it is killed: QUERY_LOG_SECONDS of searches.
"""

import os
import threading
from multiprocessing.util import Finalize
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DataError, Error, connection

from ranking.query_log import sums
from ranking.query_log.store import QueryCount, RuleCount, add_queries, add_rules
from ranking.query_log.sums import Sums

log = structlog.get_logger(__name__)
# Different queries after which the thread does not wait for its time.
WAKE_AT = 2_000

_lock = threading.Lock()
_wake = threading.Event()


class _Writer:
    pid = 0


def keep_writing(held: int) -> None:
    """Starts the thread of this process (a forked one has none) and wakes it when much is held."""
    if settings.QUERY_LOG_SECONDS <= 0:
        return
    if _Writer.pid != os.getpid():
        _start()
    if held >= WAKE_AT:
        _wake.set()


def _start() -> None:
    with _lock:
        if _Writer.pid == os.getpid():
            return
        _Writer.pid = os.getpid()
        threading.Thread(target=_write_for_ever, name="query-log", daemon=True).start()
        Finalize(None, write_counts, exitpriority=1)  # runs in forked web workers too, where atexit does not


def _write_for_ever() -> None:
    while True:
        _wake.wait(settings.QUERY_LOG_SECONDS)
        _wake.clear()
        write_counts()
        connection.close()


def write_counts() -> int:
    """Writes what this process has counted; how many rows. What the database cannot take now is kept."""
    taken = sums.take()
    if taken.left_out:
        log.warning("query_log_full", searches_left_out=taken.left_out)
        taken.left_out = 0
    written = len(taken.queries) + len(taken.rules)
    try:
        if taken.queries:
            add_queries(_list_queries(taken))
            taken.queries = {}
        if taken.rules:
            add_rules(_list_rules(taken))
    except DataError as error:  # would be refused for ever
        log.error("query_log_refused", rows=written, reason=str(error))
        return 0
    except Error as error:
        log.warning("query_log_waits", rows=written, reason=str(error))
        sums.put_back(taken)
        return 0
    return written


def _list_queries(taken: Sums) -> list[QueryCount]:
    return [
        QueryCount(query, locale, market, category, s.searches, s.zero_results, s.relaxed, s.last_total, day)
        for (day, query, locale, market, category), s in taken.queries.items()
    ]


def _list_rules(taken: Sums) -> list[RuleCount]:
    return [
        RuleCount(day, UUID(rule_id), s.matched, s.beaten, s.held_out, s.last_at)
        for (day, rule_id), s in taken.rules.items()
    ]
