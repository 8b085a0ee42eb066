"""What a shop of 100,000 rules has gathered beside them: history, audit log, changes that wait, synonyms, queries."""

from datetime import timedelta
from typing import Any

SYNONYMS = 100_000
DAYS, QUERIES_A_DAY = 30, 20_000
PENDING, DELETED, UPLOADS, SIMULATIONS = 2_000, 20_000, 500, 2_000
VERSIONS = 500
FINDINGS = 500
SIMULATED_QUERIES, REALLY_ASKED = 10_000, 40
SIMULATED_RULES = 30
BESIDE = {
    "audit_entries_each_rule": 3, "versions_each_rule": 2, "versions_of_the_changed_rule": VERSIONS,
    "changes_waiting": PENDING, "rules_deleted": DELETED, "synonyms": SYNONYMS, "query_log_rows": DAYS * QUERIES_A_DAY,
    "health_findings_each_kind": FINDINGS, "simulations": SIMULATIONS, "simulated_queries": SIMULATED_QUERIES,
    "uploads": UPLOADS,
}  # fmt: skip


def fill_beside(changed_rule: str) -> str:
    """Fills all of it; `changed_rule` is the one that was changed again and again. The id of a simulation that ran."""
    from django.db import connection

    sizes: dict[str, Any] = {
        "pending": PENDING, "deleted": DELETED, "synonyms": SYNONYMS, "days": DAYS, "queries": QUERIES_A_DAY,
        "uploads": UPLOADS, "simulations": SIMULATIONS, "versions": VERSIONS, "changed": changed_rule,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        columns = _read_columns(cursor)
        for statement in _STATEMENTS:
            cursor.execute(statement.replace("{columns}", columns), sizes)
    fill_findings()
    simulation_id = fill_simulation()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return simulation_id


def _read_columns(cursor: Any) -> str:
    """The rule's columns that its history has too, but for the two that a version of its own gives another value."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'ranking_rule'"
        " AND column_name NOT IN ('id', 'name', 'version', 'priority') ORDER BY ordinal_position"
    )
    return ", ".join(row[0] for row in cursor.fetchall())


def fill_findings() -> None:
    """As many of each kind as the check keeps, and the check that found them."""
    from django.utils import timezone

    from ranking.health.finding import Finding, store_findings
    from ranking.models import HealthCheck, HealthFinding, Rule

    now = timezone.now()
    rules = [str(key) for key in Rule.objects.filter(status="live").order_by("pk").values_list("pk", flat=True)[:999]]
    kinds = HealthFinding.Kind.values
    store_findings(
        [
            Finding(kind, number, **_make_finding(kind, number, rules, now))
            for kind in kinds
            for number in range(FINDINGS)
        ],
        now=now,
    )
    HealthCheck.objects.create(
        started_at=now - timedelta(minutes=5), finished_at=now, stages=5, stages_done=5,
        counts=dict.fromkeys(kinds, 2 * FINDINGS), sweep={"checked": 9000, "rules": 10_000},
    )  # fmt: skip


def _make_finding(kind: str, number: int, rules: list[str], now: Any) -> dict[str, Any]:
    """The longest of each kind that a merchandiser meets."""
    told = {
        "matched": 40, "winners": rules[number % 400 : number % 400 + 5], "days": 12, "until": now.isoformat(),
        "live_since": now.isoformat(), "last_at": None, "more": 3,
        "pins": [{"sku": f"S{number + each}", "position": each + 1, "why": "out_of_stock"} for each in range(10)],
        "names": [{"kind": "brand", "key": f"brand-{number}-{each}"} for each in range(10)],
        "message": {"en": f"Both want position 1 for “lamp {number}”.", "zh": f"两者都要“台灯 {number}”的第 1 位。"},
        "searches": 900, "zero_results": 800, "total": 4, "market": "", "category": "", "let_go": [],
        "suggestions": [
            {"kind": "spelling", "words": "lmap", "by": "lamp", "total": 50},
            {"kind": "synonym", "words": "gooseneck", "by": "desk", "total": 9},
            {"kind": "category", "key": "department-1/shelf-1", "name_en": "Shelf", "name_zh": "货架", "total": 80},
        ],
    }  # fmt: skip
    if kind == "zero_results":
        return {"query": f"gooseneck lmap {number}", "locale": "en" if number % 2 else "zh", "detail": told}
    other = rules[number + 1] if kind == "conflict" else None
    return {"rule_id": rules[number], "other_id": other, "detail": told}


def fill_simulation() -> str:
    """A simulation whose first queries were really asked; the others are copies of their rows."""
    from django.db import connection

    from ranking.models import Rule
    from ranking.rule_simulation import run_slice
    from ranking.simulation_store import ask

    drafts = Rule.objects.filter(status="draft").order_by("pk")[:SIMULATED_RULES].values_list("pk", flat=True)
    always = {
        "name": "Campaign", "conditions": [{"type": "always"}],
        "actions": [{"type": "boost", "strength": 40, "target": [{"field": "in_stock", "values": ["true"]}]}],
    }  # fmt: skip
    words = ("desk lamp", "台灯", "wireless", "耳机", "red chair", "black printer", "打印机", "camera")
    asked = [
        {"query": f"{words[number % len(words)]} {number}", "searches": 900 - number} for number in range(REALLY_ASKED)
    ]
    simulation, _question = ask(
        {"rules": [always], "queries": asked, "now": "2026-11-11T00:00:00+08:00"}, rule_ids=list(map(str, drafts))
    )
    while run_slice(str(simulation.pk))[1]:
        pass
    with connection.cursor() as cursor:
        copies = SIMULATED_QUERIES // REALLY_ASKED - 1
        sizes: dict[str, Any] = {"id": simulation.pk, "asked": REALLY_ASKED, "copies": copies}
        cursor.execute(_MORE_QUERIES, sizes)
        cursor.execute(_COUNT_QUERIES, {**sizes, "all": SIMULATED_QUERIES})
    return str(simulation.pk)


_CONTENT = "jsonb_build_object('name', name, 'priority', priority, 'conditions', conditions, 'actions', actions)::text"
_HASH = "encode(sha256(convert_to({0}, 'UTF8')), 'hex')"
_AUDIT = """
INSERT INTO ranking_auditentry (at, actor, actor_label, action, kind, object_id, object_name, version, comment,
    document, document_hash, previous_hash, hash)
"""
_STATEMENTS = (
    # Two versions of every rule, and hundreds of one of them.
    """
    INSERT INTO ranking_historicalrule (id, name, version, priority, {columns}, history_date, history_type)
    SELECT id, name, again, priority, {columns}, created_at + again * interval '1 hour', (ARRAY['+', '~'])[again]
    FROM ranking_rule, generate_series(1, 2) AS again WHERE id <> %(changed)s
    """,
    """
    INSERT INTO ranking_historicalrule (id, name, version, priority, {columns}, history_date, history_type)
    SELECT id, name || ' v' || again, again, again %% 100, {columns}, created_at + again * interval '1 hour',
        CASE WHEN again = 1 THEN '+' ELSE '~' END
    FROM ranking_rule, generate_series(1, %(versions)s) AS again WHERE id = %(changed)s
    """,
    """
    INSERT INTO ranking_historicalrule (id, name, version, priority, {columns}, history_date, history_type)
    SELECT gone.id, name, 1, priority, {columns}, created_at, gone.type
    FROM (SELECT gen_random_uuid() AS fresh, * FROM ranking_rule LIMIT %(deleted)s) AS rule
    CROSS JOIN LATERAL (VALUES (fresh, '+'), (fresh, '-')) AS gone (id, type)
    """,
    f"""
    {_AUDIT}
    SELECT created_at + step * interval '1 hour', 'user:' || step, 'Merchandiser ' || step,
        (ARRAY['create', 'submit', 'approve'])[step], 'rule', id::text, name, 1, '', {_CONTENT}, '',
        {_HASH.format("id::text || step || 'before'")}, {_HASH.format("id::text || step")}
    FROM ranking_rule, generate_series(1, 3) AS step ORDER BY created_at, step
    """,
    f"""
    {_AUDIT}
    SELECT created_at + again * interval '1 hour', 'user:1', 'Merchandiser 1', 'change', 'rule', id::text, name, again,
        'for the campaign', {_CONTENT}, '', {_HASH.format("id::text || 'a' || again")},
        {_HASH.format("id::text || 'b' || again")}
    FROM ranking_rule, generate_series(2, %(versions)s) AS again WHERE id = %(changed)s
    """,
    """
    INSERT INTO ranking_rulechange (rule_id, kind, status, document, version, changed_by, changed_by_label, comment,
        updated_at)
    SELECT id, 'edit', (ARRAY['draft', 'review'])[1 + priority %% 2],
        jsonb_build_object('name', name, 'reason', '', 'priority', priority + 1, 'stop_processing', false,
            'conditions', conditions, 'actions', actions, 'windows', windows, 'markets', markets, 'locales', locales,
            'tags', tags, 'holdout_share', 0, 'expires_at', null),
        version + 1, 'user:2', 'Merchandiser 2', '', now()
    FROM (SELECT * FROM ranking_rule WHERE status = 'live' ORDER BY created_at LIMIT %(pending)s) AS rule
    """,
    # One in five is in effect; the others are suggestions and what was turned down.
    """
    INSERT INTO ranking_synonym (kind, words, alternatives, weight, locale, status, enabled, source, note, evidence,
        version, created_at, updated_at)
    SELECT (ARRAY['two_way', 'one_way'])[1 + n %% 2],
        ARRAY['word ' || n, '词' || n] || CASE WHEN n %% 2 = 0 THEN ARRAY['term ' || n] ELSE ARRAY[]::text[] END,
        CASE WHEN n %% 2 = 1 THEN ARRAY['term ' || n] ELSE ARRAY[]::text[] END, 0.9, '',
        (ARRAY['accepted', 'suggested', 'suggested', 'suggested', 'rejected'])[1 + n %% 5], true, 'catalog', '', '{}',
        1, now() - n * interval '1 minute', now() - n * interval '1 minute'
    FROM generate_series(1, %(synonyms)s) AS n
    """,
    """
    INSERT INTO ranking_queryday (day, query, locale, market, category, searches, zero_results, relaxed, last_total)
    SELECT current_date - day, 'query ' || n, (ARRAY['en', 'zh'])[1 + n %% 2], '', '', 1 + 100000 / n,
        CASE WHEN n %% 10 = 0 THEN 1 ELSE 0 END, 0, n %% 500
    FROM generate_series(1, %(days)s) AS day, generate_series(1, %(queries)s) AS n
    """,
    """
    INSERT INTO ranking_ruleday (day, rule_id, matched, beaten, held_out, last_at)
    SELECT current_date - day, id, 10, 1, 0, now() - day * interval '1 day'
    FROM ranking_rule, generate_series(1, %(days)s) AS day WHERE status = 'live'
    """,
    """
    INSERT INTO ranking_simulation (id, name, status, language, question, done, total, result, messages, versions,
        seconds, created_at, beat_at)
    SELECT gen_random_uuid(), 'What if ' || n, 'done', 'en', '{}', 1000, 1000, '{}', '[]', '{}', 60,
        now() - n * interval '1 hour', now()
    FROM generate_series(1, %(simulations)s) AS n
    """,
    """
    INSERT INTO catalog_upload (id, file, filename, format, encoding, mode, status, columns, mapping, samples,
        total_bytes, read_bytes, rows, created_count, changed_count, unchanged_count, deleted_count, refused_count,
        error, notes, created_at)
    SELECT gen_random_uuid(), 'uploads/' || n, 'products ' || n || '.csv', 'csv', 'utf-8', 'upsert', 'done', '[]', '{}',
        '[]', 1000, 1000, 1000, 10, 20, 970, 0, 0, '', '{}', now() - n * interval '1 hour'
    FROM generate_series(1, %(uploads)s) AS n
    """,
)  # fmt: skip
_MORE_QUERIES = """
INSERT INTO ranking_simulatedquery (simulation_id, place, query, locale, market, category, searches, impact, zero, row)
SELECT simulation_id, place + copy * %(asked)s, query || ' ' || copy, locale, market, category, searches,
    impact / (1 + copy), zero, row
FROM ranking_simulatedquery, generate_series(1, %(copies)s) AS copy WHERE simulation_id = %(id)s
"""
_COUNT_QUERIES = "UPDATE ranking_simulation SET done = %(all)s, total = %(all)s WHERE id = %(id)s"
