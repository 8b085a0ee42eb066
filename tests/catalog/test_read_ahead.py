"""Read ahead: same items, same order, same errors; the thread never outlives its block."""

import gc
import threading
from collections.abc import Iterator

import pytest
from django.utils import translation

from catalog.read_ahead import collect_seldom, read_ahead


def names() -> set[str]:
    return {thread.name.partition("_")[0] for thread in threading.enumerate()}


def test_items_come_in_their_order():
    with read_ahead(number for number in range(100)) as items:
        assert list(items) == list(range(100))
    assert "read-ahead" not in names()


def test_an_error_is_raised_where_its_item_would_have_come():
    def produce() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    with read_ahead(produce()) as items:
        iterator = iter(items)
        assert next(iterator) == 1
        with pytest.raises(ValueError, match="broken"):
            next(iterator)


def test_a_caller_that_stops_early_leaves_no_thread_and_closes_the_source():
    closed = []

    def produce() -> Iterator[int]:
        try:
            yield from range(1_000_000)
        finally:
            closed.append(True)

    with read_ahead(produce()) as items:
        assert next(iter(items)) == 0
    assert closed == [True]
    assert "read-ahead" not in names()


def test_messages_are_in_the_callers_language():
    with translation.override("zh-hans"), read_ahead(translation.get_language() for _ in range(1)) as items:
        assert list(items) == ["zh-hans"]


def test_the_collector_is_back_after_the_block():
    with collect_seldom() as collect:
        assert not gc.isenabled()
        collect()
    assert gc.isenabled()
