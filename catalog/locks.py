"""Named locks in the database: one process at a time does a job, and a killed process frees its lock by dying."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_NAMESPACE = 0x5353
_BATCHES = 0x5EA2C4


@contextmanager
def hold_lock(name: str) -> Iterator[bool]:
    """Try to take the lock; yields whether it was free. It is freed at the end, or when the connection dies."""
    key = _key_of(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_NAMESPACE, key])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_NAMESPACE, key])


def is_locked(name: str) -> bool:
    """Whether a process holds the lock, without taking it even for a moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND classid = %s AND objid = %s "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [_NAMESPACE, _key_of(name)],
        )
        return bool(cursor.fetchone()[0])


def take_turn() -> None:
    """Waits for the lock of all who write whole batches of products, and holds it until the transaction ends.

    Uploads take turns batch by batch and never deadlock, and none plans with owners of variants that a merge moves.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_BATCHES])


def _key_of(name: str) -> int:
    return zlib.crc32(name.encode()) & 0x7FFFFFFF
