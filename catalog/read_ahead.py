"""Prepares the next item in a thread while the caller is busy with this one, which mostly waits for the database."""

import gc
import itertools
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from django.utils import translation

_Item = TypeVar("_Item")
_END: Any = object()
_CALLS_BETWEEN_COLLECTIONS = 50


@contextmanager
def read_ahead(items: Generator[_Item, None, None]) -> Generator[Iterable[_Item], None, None]:
    """The same items in the same order, one ahead; an error is raised where its item would have come.

    The thread must not touch the database. It ends with the block, however that ends.
    """
    language = translation.get_language() or "en"
    with ThreadPoolExecutor(1, "read-ahead", initializer=translation.activate, initargs=(language,)) as pool:
        try:
            yield _prepared(items, pool)
        finally:
            pool.submit(items.close).result()


def _prepared(items: Iterator[_Item], pool: ThreadPoolExecutor) -> Generator[_Item, None, None]:
    coming = pool.submit(next, items, _END)
    while (item := coming.result()) is not _END:
        coming = pool.submit(next, items, _END)
        yield item


@contextmanager
def collect_seldom() -> Generator[Callable[[], None], None, None]:
    """Pauses the search for reference cycles and yields what to call between items instead.

    Rows are freed by reference counting; searching hundreds of thousands of young objects over and over took a third
    of an import's time.
    """
    calls = itertools.count(1)
    gc.disable()
    try:
        yield lambda: _collect_at(next(calls))
    finally:
        gc.enable()


def _collect_at(call: int) -> None:
    if call % _CALLS_BETWEEN_COLLECTIONS == 0:
        gc.collect()
