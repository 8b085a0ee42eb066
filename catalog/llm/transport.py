"""One JSON request to a model server: a deadline over all of it, a limit on the answer, no redirects, TLS checked."""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

# An answer of a thousand tokens with their log-probabilities takes about 200 kB.
MAX_REPLY_BYTES = 4 * 1024**2


@dataclass(frozen=True, slots=True)
class Reply:
    """`retry_after` is what the server asks to wait, in seconds."""

    status: int
    body: bytes
    retry_after: float | None = None


class TransportFault(Exception):
    """No usable reply came; `code` is "timeout", "unreachable" or "too_large"."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def split_address(url: str) -> SplitResult:
    """Raises ValueError for anything but http(s)://host[:port][/path] without a user or password in it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(f"“{url}” is not an address like https://host:8000/v1")
    _ = parts.port  # raises ValueError beyond 65535
    return parts


def post_json(address: SplitResult, path: str, body: bytes, *, headers: Mapping[str, str], timeout: float) -> Reply:
    """Posts to `path` below the address. `timeout` (seconds) covers everything after the name is resolved, a server
    that drips its reply byte by byte included. Redirects come back as they are: they are never followed.

    Raises TransportFault.
    """
    connection = _open(address, timeout)
    expired = threading.Event()
    watchdog = threading.Timer(timeout, _cut, (connection, expired))
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.request(
            "POST",
            f"{address.path.rstrip('/')}{path}",
            body,
            {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close", **headers},
        )
        response = connection.getresponse()
        received = response.read(MAX_REPLY_BYTES + 1)
        if expired.is_set():
            raise TimeoutError
    except (OSError, http.client.HTTPException) as error:
        raise _name_fault(error, timeout, expired=expired.is_set()) from error
    finally:
        watchdog.cancel()
        connection.close()
    if len(received) > MAX_REPLY_BYTES:
        raise TransportFault("too_large", f"The server sent more than {MAX_REPLY_BYTES:,} bytes.")
    return Reply(response.status, received, _read_wait(response.getheader("Retry-After")))


class _Connection(http.client.HTTPConnection):
    """Keeps its socket within the watchdog's reach: `getresponse` lets go of it."""

    live: socket.socket | None = None

    def connect(self) -> None:
        super().connect()
        self.live = self.sock


class _SecureConnection(http.client.HTTPSConnection):
    live: socket.socket | None = None

    def connect(self) -> None:
        super().connect()
        self.live = self.sock


def _open(address: SplitResult, timeout: float) -> _Connection | _SecureConnection:
    host = address.hostname or ""
    if address.scheme == "https":
        # SSL_CERT_FILE adds a private authority; checking cannot be turned off.
        return _SecureConnection(host, address.port, timeout=timeout, context=ssl.create_default_context())
    return _Connection(host, address.port, timeout=timeout)


def _cut(connection: _Connection | _SecureConnection, expired: threading.Event) -> None:
    expired.set()
    live = connection.live or connection.sock
    if live is not None:
        try:
            live.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # closed by the other side already


def _name_fault(error: Exception, timeout: float, *, expired: bool) -> TransportFault:
    if expired or isinstance(error, TimeoutError):
        return TransportFault("timeout", f"The server did not answer within {timeout:g} s.")
    reason = str(error) or type(error).__name__
    return TransportFault("unreachable", f"The server cannot be reached ({reason}).")


def _read_wait(header: str | None) -> float | None:
    return float(header) if header and header.isascii() and header.isdigit() and len(header) < 6 else None
