"""A real HTTP server that speaks chat completions as a test tells it to."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["Handler", dict[str, Any]], None]


def completion_body(text: str, *, reason: str = "stop", **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason} | more
    return {"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 20}}


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        served: Served = self.server.served  # type: ignore[attr-defined]
        with served.lock:
            served.requests.append(body)
            served.headers.append(dict(self.headers))
            served.paths.append(self.path)
        try:
            served.behaviour(self, body)
        except (BrokenPipeError, ConnectionResetError):
            return

    def reply(self, body: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def drip(self, *, pause: float, count: int) -> None:
        """One byte of a header at a time: every read succeeds, and none of them ends."""
        for _ in range(count):
            self.wfile.write(b"H")
            time.sleep(pause)

    def log_message(self, format: str, *args: Any) -> None:
        """Tests are quiet."""


@dataclass
class Served:
    behaviour: Behaviour
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@contextmanager
def serve(behaviour: Behaviour) -> Iterator[Served]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = Served(behaviour, f"http://127.0.0.1:{server.server_address[1]}/v1")
    server.served = served  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
