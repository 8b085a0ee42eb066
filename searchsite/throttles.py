"""How often one caller may ask: counted per key (or user, or address) and scope, in one place for all web workers."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

import structlog
from django.core.cache import caches
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from searchsite.access import client_ip, required_scope
from searchsite.models import ApiKey

if TYPE_CHECKING:  # DRF's views import this module through its settings
    from rest_framework.views import APIView

logger = structlog.get_logger(__name__)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# After a failure the counter is left alone this long, so that a dead cache does not slow every request.
PAUSE_AFTER_FAILURE_S = 5.0


class ScopeThrottle(BaseThrottle):
    """Fixed windows: one counter a caller, scope and window. With the cache down, requests pass uncounted."""

    paused_until = 0.0
    wait_s: float | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        scope, caller = _identify(request, view)
        rate = parse_rate(api_settings.DEFAULT_THROTTLE_RATES.get(scope))
        if rate is None:
            return True
        limit, window_s = rate
        now = time.time()
        count = self._count(f"throttle:{scope}:{caller}:{int(now // window_s)}", window_s)
        if count <= limit:
            return True
        self.wait_s = window_s - now % window_s
        return False

    def wait(self) -> float | None:
        return self.wait_s

    def _start(self, key: str, window_s: int) -> int:
        """The first request of a window; of two at the same moment one counts for both."""
        try:
            caches["throttle"].add(key, 1, timeout=window_s + 1)
        except (RedisError, OSError) as error:
            self._pause(error)
        return 1

    def _count(self, key: str, window_s: int) -> int:
        if time.monotonic() < ScopeThrottle.paused_until:
            return 0
        try:
            return caches["throttle"].incr(key)
        except ValueError:
            return self._start(key, window_s)
        except (RedisError, OSError) as error:
            self._pause(error)
            return 0

    def _pause(self, error: Exception) -> None:
        ScopeThrottle.paused_until = time.monotonic() + PAUSE_AFTER_FAILURE_S
        logger.warning("throttle_uncounted", reason=str(error), remedy="start the cache at CACHE_URL")


def parse_rate(text: Any) -> tuple[int, int] | None:
    """`"600/min"` → (600, 60); nothing, or a limit of 0, means unlimited."""
    if not text:
        return None
    number, _slash, period = text.partition("/")
    limit = math.floor(float(number))
    return (limit, _SECONDS[period.strip()[0].lower()]) if limit > 0 else None


def _identify(request: Request, view: APIView) -> tuple[str, str]:
    """Which rate counts, and for whom."""
    if isinstance(request.auth, ApiKey):
        return required_scope(view), request.auth.prefix
    if request.user.is_authenticated:
        return required_scope(view), f"user-{request.user.pk}"
    return "public", client_ip(request)
