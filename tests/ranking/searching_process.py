"""A second process of the shop: it searches for what stands on each line it is given, and answers each with JSON."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django


class SearchingProcess:
    """Asked from the test's own process; it keeps what it has loaded from one search to the next, as a worker does."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, query: str, **fields: Any) -> dict[str, Any]:
        if self.process.stdin is None or self.process.stdout is None:
            raise AssertionError("the process was started without pipes")
        self.process.stdin.write(json.dumps({"query": query, **fields}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise AssertionError(f"the searching process ended with {self.process.wait(10)}")
        return dict(json.loads(answer))


@contextmanager
def start_searching(database: str, cwd: str) -> Iterator[SearchingProcess]:
    environment = {**os.environ, "DATABASE_URL": database, "LOG_LEVEL": "CRITICAL"}
    command = [sys.executable, "-m", "tests.ranking.searching_process"]
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield SearchingProcess(process)
        finally:
            process.terminate()


def serve() -> None:
    from ranking.contracts import SearchRequest  # noqa: PLC0415 - settings are ready only here
    from ranking.pipeline import search  # noqa: PLC0415

    for line in sys.stdin:
        page = search(SearchRequest(**{"collapse": False, **json.loads(line)}))
        answer = {"skus": [hit.product.sku for hit in page.hits], "layout": page.layout, "pid": os.getpid()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "searchsite.settings")
    django.setup()
    serve()
