"""Prepares the next item in a thread while the caller is busy with this one, which mostly waits for the database."""

import gc
import itertools
import queue
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, contextmanager
from typing import Any, Generic, TypeVar

from django.utils import translation

_Item = TypeVar("_Item")
_END = object()
_CALLS_BETWEEN_COLLECTIONS = 50


@contextmanager
def read_ahead(items: Iterable[_Item]) -> Generator[Iterable[_Item], None, None]:
    """The same items in the same order, one ahead; an error is raised where the item would have come.

    The thread must not touch the database. It ends with the block, however that ends.
    """
    reader = _Reader(items)
    try:
        yield reader
    finally:
        reader.stop()


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


class _Reader(Generic[_Item]):
    def __init__(self, items: Iterable[_Item]) -> None:
        self._items = items
        self._queue: queue.Queue[Any] = queue.Queue(maxsize=1)
        self._stopped = threading.Event()
        self._language = translation.get_language()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="read-ahead", daemon=True)
        self._thread.start()

    def __iter__(self) -> Generator[_Item, None, None]:
        while (item := self._queue.get()) is not _END:
            yield item
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        self._stopped.set()
        while self._thread.is_alive():
            try:  # a thread that waits for room must see that it is stopped
                self._queue.get(timeout=0.05)
            except queue.Empty:
                continue
        self._thread.join()

    def _run(self) -> None:
        if self._language:
            translation.activate(self._language)
        try:
            self._forward()
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            self._error = error
        self._queue.put(_END)

    def _forward(self) -> None:
        iterator = iter(self._items)
        with closing(iterator) if isinstance(iterator, Generator) else _nothing():
            for item in iterator:
                if self._stopped.is_set():
                    return
                self._queue.put(item)


@contextmanager
def _nothing() -> Generator[None, None, None]:
    yield
