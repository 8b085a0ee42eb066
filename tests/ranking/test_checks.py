"""A wrong name of the function that tells the visitor's segments is refused at start, with what to write."""

from typing import Any

import pytest

from ranking.checks import check_segments


@pytest.mark.parametrize(
    ("path", "refused"),
    [("", False), ("ranking.checks.check_segments", False), ("no.such.module", True), ("ranking.checks.no_such", True)],
    ids=["none", "a function", "no module", "no function"],
)
def test_the_segments_function_must_exist(settings: Any, path: str, refused: bool) -> None:
    settings.STOREFRONT_SEGMENTS = path
    found = check_segments(None)
    assert [message.id for message in found] == (["ranking.E001"] if refused else [])
    assert all(path in message.msg and "takes the request" in str(message.hint) for message in found)
