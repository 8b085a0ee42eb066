"""Fetches a picture from this server's media folder, or over HTTP within limits and never from a private network.

An address in a catalog is anybody's text: it must not make this server talk to its own network (SSRF). Names are
resolved once, every address is checked, and the connection goes to the address that was checked, so a name that
changes its mind (DNS rebinding) gains nothing. Redirects are followed by the same rules.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from django.conf import settings

from catalog.pictures.errors import PictureRefused

MAX_BYTES = 8 * 1024**2
MAX_REDIRECTS = 3
# Seconds for one network step, and for a picture in all.
STEP_S, WHOLE_S = 5.0, 15.0
_PORTS = {"http": 80, "https": 443}
_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    location: str
    body: bytes


def fetch_picture(address: str, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The picture's file. Raises PictureRefused, saying why, retriable where the network may have been at fault."""
    if address.startswith(settings.MEDIA_URL):
        return _read_local(address.removeprefix(settings.MEDIA_URL), max_bytes=max_bytes)
    deadline = time.monotonic() + WHOLE_S
    for _ in range(MAX_REDIRECTS + 1):
        answer = _ask(_check_address(address), deadline=deadline, max_bytes=max_bytes)
        if answer.status not in _REDIRECTS:
            return answer.body
        address = urljoin(address, answer.location)
    raise PictureRefused(f"More than {MAX_REDIRECTS} redirects.")


def _read_local(name: str, *, max_bytes: int) -> bytes:
    root = Path(settings.MEDIA_ROOT).resolve()
    try:
        path = (root / unquote(name)).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise PictureRefused("There is no such file in the media folder.")
        if path.stat().st_size > max_bytes:
            raise PictureRefused(f"The file is larger than {max_bytes} bytes.")
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        raise PictureRefused(f"The file cannot be read: {type(error).__name__}.") from error


def _check_address(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise PictureRefused("The address is not well-formed.") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise PictureRefused("The address is neither http(s) nor in this server's media folder.")
    if parts.username or parts.password:
        raise PictureRefused("The address carries a user name or password.")
    if port not in (None, *_PORTS.values()) and not _is_trusted(parts.hostname):
        raise PictureRefused("The address names an unusual port.")
    return parts


def _is_trusted(host: str) -> bool:
    """Picture servers inside the shop's own network are named in PICTURE_TRUSTED_HOSTS; everything else inside is not
    reached.
    """
    trusted: Sequence[str] = settings.PICTURE_TRUSTED_HOSTS
    return host in trusted


def _resolve(host: str, port: int) -> str:
    """The first of the host's addresses; all of them must be public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PictureRefused(f"The host {host[:100]} is not known.", retriable=True) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not _is_trusted(host) and not all(map(is_public, addresses)):
        raise PictureRefused("The address leads into a private network.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open network; IPv4 inside IPv6 is judged as what it is."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in ipaddress.ip_network("64:ff9b::/96"):  # NAT64
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return ip.is_global and not ip.is_multicast


def _ask(parts: SplitResult, *, deadline: float, max_bytes: int) -> _Answer:
    host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    connection = _connect(parts.scheme, host, port)
    # A host that sends a byte every few seconds keeps to every step's limit; this ends it.
    watch = threading.Timer(max(deadline - time.monotonic(), 0.0), _hang_up, [connection.sock])
    watch.daemon = True
    watch.start()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", target, headers={"Accept": "image/*", "User-Agent": "searchsite-pictures"})
        response = connection.getresponse()
        if response.status in _REDIRECTS:
            return _Answer(response.status, response.headers.get("Location", ""), b"")
        _check_response(response, max_bytes)
        return _Answer(response.status, "", _read_body(response, deadline=deadline, max_bytes=max_bytes))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise PictureRefused(f"The picture could not be fetched: {type(error).__name__}.", retriable=True) from error
    finally:
        watch.cancel()
        connection.close()


def _hang_up(opened: socket.socket) -> None:
    with contextlib.suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)


def _connect(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    """A connection to the checked address, under the host's own name."""
    address = _resolve(host, port)
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(host, port, timeout=STEP_S)
    try:
        opened = socket.create_connection((address, port), timeout=STEP_S)
        if scheme == "https":
            opened = ssl.create_default_context().wrap_socket(opened, server_hostname=host)
    except (OSError, ValueError) as error:
        raise PictureRefused(
            f"The host {host[:100]} does not answer: {type(error).__name__}.", retriable=True
        ) from error
    connection.sock = opened
    return connection


def _check_response(response: http.client.HTTPResponse, max_bytes: int) -> None:
    if response.status != 200:
        raise PictureRefused(f"The host answered {response.status}.", retriable=response.status >= 500)
    kind = response.headers.get_content_type()
    if not kind.startswith("image/"):
        raise PictureRefused(f"The address gives {kind[:60]}, not a picture.")
    if (response.length or 0) > max_bytes:
        raise PictureRefused(f"The picture is larger than {max_bytes} bytes.")


def _read_body(response: http.client.HTTPResponse, *, deadline: float, max_bytes: int) -> bytes:
    body = bytearray()
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise PictureRefused(f"The picture is larger than {max_bytes} bytes.")
        _check_time(deadline)
    _check_time(deadline)  # a body cut off by `_hang_up` ends like a whole one
    return bytes(body)


def _check_time(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise PictureRefused("The host is too slow.", retriable=True)
