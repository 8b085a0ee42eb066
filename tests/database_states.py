"""States of the test database kept in memory: the one migrations leave, and shops that are dear to build.

Django empties every table after a test that commits and makes its own rows anew; a shop of sixty products is built
row by row. Either takes a second or two; copying the rows that differ takes some hundredths.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from django.db import connection, transaction
from psycopg import sql

# Counters that this process's caches compare themselves with: a copied shop must not set them back.
VERSIONS = "catalog_liveversion"
FILLED = "catalog_product"
LISTED = """
SELECT c.table_name, array_agg(c.column_name::text ORDER BY c.ordinal_position) FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' AND table_name <> 'django_migrations'
    AND c.is_generated = 'NEVER'
GROUP BY 1 ORDER BY 1
"""

Rows = dict[str, list[bytes]]  # by table, as lines of COPY
_clean: Rows = {}
_shops: dict[str, Rows] = {}


def remember_clean() -> None:
    """What the migrations left; call once, before the first test."""
    _clean.update(_read_all())


def restore_clean() -> bool:
    """Every table as the migrations left it; ids go on counting, as after a flush. False where that is not allowed."""
    if not _may_copy():
        return False
    now = _read_all()
    changed = [table for table in now if now[table] != _clean[table]]
    with _without_triggers():
        for table in changed:
            _empty(table)
            _write(table, _clean[table])
    with connection.cursor() as cursor:
        for table in changed:  # dead rows would crowd the living out of a vector index's candidates
            cursor.execute(sql.SQL("VACUUM {}").format(sql.Identifier(table)))
    return True


def put_up_shop(name: str, build: Callable[[], None]) -> None:
    """The rows `build` makes in an empty shop: made by it once, and copied from then on."""
    if not _may_copy() or _read(FILLED) or _read(VERSIONS) != _clean[VERSIONS]:
        build()
        return
    if name not in _shops:
        before = _read_all()
        build()
        _shops[name] = _differences(before, _read_all())
        return
    with _without_triggers():
        for table, rows in _shops[name].items():
            if table == VERSIONS:
                _empty(table)
            _write(table, rows)


def _differences(before: Rows, after: Rows) -> Rows:
    added: Rows = {}
    for table, rows in after.items():
        if table == VERSIONS:
            added[table] = rows
            continue
        known = set(before[table])
        lost = known - set(rows)
        assert not lost, f"a shop that changes rows of {table} cannot be kept"
        if new := [row for row in rows if row not in known]:
            added[table] = new
    return added


@cache
def _may_copy() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        return bool(cursor.fetchone()[0])


@cache
def _columns() -> dict[str, sql.Composable]:
    with connection.cursor() as cursor:
        cursor.execute(LISTED)
        return {table: sql.SQL(", ").join(map(sql.Identifier, names)) for table, names in cursor.fetchall()}


@contextmanager
def _without_triggers() -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def _read_all() -> Rows:
    with connection.cursor() as cursor:
        asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in _columns())
        cursor.execute(" UNION ALL ".join(asked))
        filled = {table for (table,) in cursor.fetchall()}
    return {table: _read(table) if table in filled else [] for table in _columns()}


def _read(table: str) -> list[bytes]:
    asked = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table), _columns()[table])
    with connection.cursor() as cursor, cursor.copy(asked) as copied:
        return [bytes(row) for row in copied]


def _write(table: str, rows: list[bytes]) -> None:
    if not rows:
        return
    asked = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), _columns()[table])
    with connection.cursor() as cursor, cursor.copy(asked) as copied:
        for row in rows:
            copied.write(row)


def _empty(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
