"""Each test sees a process that has just started: a rolled-back database must not be remembered."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    # Settings are not ready while conftest files load.
    from ranking.registry import forget_live  # noqa: PLC0415

    forget_live()
    yield
    forget_live()
