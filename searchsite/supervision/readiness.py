"""What the running shop says of itself, asked over its own /readyz."""

import http.client
import json
from typing import Any

SECONDS = 10.0


def ask_readiness(host: str, port: int, *, public_host: str) -> dict[str, Any] | None:
    """The checks by name; None while nobody answers."""
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(asked, port, timeout=SECONDS)
    try:
        connection.request("GET", "/readyz", headers={"Host": public_host})
        body = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, json.JSONDecodeError):
        return None
    finally:
        connection.close()
    checks = body.get("checks")
    return checks if isinstance(checks, dict) else None


def describe_progress(index: dict[str, Any]) -> str:
    """Honest counts: what is searchable by words, and what by meaning."""
    total = index.get("products", 0)
    return f"searchable {index.get('indexed', 0):,} · embedded {index.get('embedded', 0):,} of {total:,} products"
