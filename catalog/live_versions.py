"""Counters of live data: a writer bumps one in its transaction, and every search sees the change from the commit on."""

from django.db import connection


def bump_version(kind: str) -> int:
    """Next version of this kind of live data; the caller's transaction holds its row until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalog_bump_version(%s)", [kind])
        return int(cursor.fetchone()[0])
