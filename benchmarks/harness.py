"""Runs, prints and writes a benchmark: machine, data and figures in one JSON file, in a database of its own."""

import atexit
import json
import os
import platform
import resource
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(os.environ.get("BENCHMARK_RESULTS", ROOT / "benchmarks" / "results"))
BENCH_DATABASE = "bench_searchsite"
Figures = Mapping[str, float]


def write_result(name: str, *, figures: Figures, data: Mapping[str, Any]) -> Path:
    """Prints the figures as a table and keeps them as benchmarks/results/<name>.json."""
    rounded = {key: round(float(value), 4) for key, value in figures.items()}
    result = {
        "name": name,
        "commit": read_commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": describe_machine(),
        "data": dict(data),
        "figures": rounded,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print_table(name, rounded)
    return path


def print_table(name: str, figures: Figures) -> None:
    width = max(map(len, figures), default=0)
    sys.stdout.write(f"\n{name}\n" + "".join(f"  {key:<{width}}  {value:>12,.4g}\n" for key, value in figures.items()))
    sys.stdout.flush()


def report(message: str) -> None:
    sys.stdout.write(f"  · {message}\n")
    sys.stdout.flush()


def read_commit() -> str:
    """The commit measured; "+" when the tree held changes beside it."""
    try:
        commit = _run_git("rev-parse", "--short=12", "HEAD")
        dirty = _run_git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks/results")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return commit + ("+" if dirty else "")


def _run_git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def describe_machine() -> dict[str, Any]:
    """What the figures depend on, without a name or a path of the machine."""
    machine: dict[str, Any] = {
        "cpu": _read_cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3),
        "python": platform.python_version(),
        "load_1m": round(os.getloadavg()[0], 1),
    }
    if os.environ.get("BENCHMARK_POSTGRES"):
        machine["postgres"] = os.environ["BENCHMARK_POSTGRES"]
    return machine


def _read_cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def peak_memory_mb() -> float:
    """The most this process has held since it started."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def proportional_memory_mb(pids: list[int]) -> float:
    """What these processes hold together, shared pages counted once among those that share them."""
    return sum(_read_pss_kb(pid) for pid in pids) / 1024


def _read_pss_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # the process has ended, or belongs to somebody else
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def setup_django() -> None:
    """Settings as in production: no debug, plain HTTP on this machine only."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
    os.environ.update(DEBUG="0", SECURE_COOKIES="0", SEARCH_API_PUBLIC="1", LOG_LEVEL="WARNING")
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.update(
        THROTTLE_SEARCH="100000000/min", THROTTLE_PUBLIC="100000000/min", ALLOWED_HOSTS="127.0.0.1,localhost"
    )
    # Uploaded copies of the catalog go when the benchmark does.
    os.environ.setdefault("MEDIA_ROOT", _temporary_folder())
    import django

    django.setup()


def _temporary_folder() -> str:
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    atexit.register(folder.cleanup)
    return folder.name


@contextmanager
def bench_database(*, keep: bool = False, fresh: bool = False) -> Iterator[None]:
    """Points Django, and the processes started from here, at a database made for benchmarks; the shop's is not touched.

    With `keep` it stays for the next benchmark of the same run; with `fresh` what a broken run left is dropped first.
    """
    from django.core.management import call_command
    from django.db import connection

    server = connection.get_connection_params()
    admin = {key: server[key] for key in ("host", "port", "user", "password") if server.get(key)}
    with psycopg.connect(dbname=server["dbname"], autocommit=True, **admin) as session:
        if fresh:
            _drop_database(session)
        _create_database(session)
    connection.close()
    connection.settings_dict["NAME"] = BENCH_DATABASE
    os.environ["DATABASE_URL"] = _database_url(admin)
    call_command("migrate", verbosity=0)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = server["dbname"]
        if not keep:
            with psycopg.connect(dbname=server["dbname"], autocommit=True, **admin) as session:
                _drop_database(session)


def _create_database(session: psycopg.Connection) -> None:
    version = session.execute("SHOW server_version").fetchone()
    os.environ["BENCHMARK_POSTGRES"] = version[0] if version else "unknown"
    if not session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [BENCH_DATABASE]).fetchone():
        session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(BENCH_DATABASE)))


def _drop_database(session: psycopg.Connection) -> None:
    session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(BENCH_DATABASE)))


def _database_url(admin: Mapping[str, Any]) -> str:
    from urllib.parse import quote

    user = quote(str(admin.get("user", "")), safe="")
    password = f":{quote(str(admin['password']), safe='')}" if admin.get("password") else ""
    host = quote(str(admin.get("host", "127.0.0.1")), safe="")
    return f"postgresql://{user}{password}@{host}:{admin.get('port', 5432)}/{BENCH_DATABASE}"
