"""Codes that rules already use, offered so that nobody types “New” where all others say “new”: markets and segments."""

from django.db import connection

# The rules changed last: enough to know the shop's words, and never a scan of a hundred thousand documents.
RECENT_RULES = 5000
MOST = 30
_SEGMENTS = """
WITH recent AS (SELECT conditions FROM ranking_rule ORDER BY updated_at DESC LIMIT %(recent)s)
SELECT value #>> '{}' AS value
FROM recent, jsonb_path_query(conditions, '$[*] ? (@.type == "segment").values[*]') AS value
"""
_MARKETS = """
WITH recent AS (SELECT markets FROM ranking_rule ORDER BY updated_at DESC LIMIT %(recent)s)
SELECT unnest(markets) AS value FROM recent UNION ALL SELECT code FROM catalog_market
"""
KNOWN = {"segment": _SEGMENTS, "market": _MARKETS}


def list_known(kind: str, words: str) -> list[str]:
    """The most used first."""
    sql = (
        f"SELECT value FROM ({KNOWN[kind]}) AS used WHERE position(lower(%(words)s) IN lower(value)) > 0"
        " GROUP BY value ORDER BY count(*) DESC, value LIMIT %(most)s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"recent": RECENT_RULES, "words": words, "most": MOST})
        return [row[0] for row in cursor.fetchall()]
