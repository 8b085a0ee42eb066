"""Fetching pictures: limits, redirects, and that no address of a catalog leads into a private network."""

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from catalog.pictures import fetching
from catalog.pictures.errors import PictureRefused
from catalog.pictures.fetching import MAX_BYTES, fetch_picture, is_public

PICTURE = b"\x89PNG picture"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        redirects = {
            "/moved": "/picture",
            "/loop": "/loop",
            "/inside": "http://10.1.2.3/x",
            "/file": "file:///etc/passwd",
        }
        if path in redirects:
            self.send_response(302)
            self.send_header("Location", redirects[path])
            self.end_headers()
        elif path == "/trickle":
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(100):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
        elif path == "/long":
            self._answer("image/png", b"x" * 5000, announce=False)
        elif path == "/announced":
            self._answer("image/png", PICTURE, length=10**9)
        elif path == "/html":
            self._answer("text/html", PICTURE)
        elif path in ("/404", "/500"):
            self.send_response(int(path[1:]))
            self.end_headers()
        else:
            self._answer("image/png; charset=x", PICTURE)

    def _answer(self, kind: str, body: bytes, *, length: int | None = None, announce: bool = True) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if announce:
            self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def server(settings: Any) -> Iterator[str]:
    settings.PICTURE_TRUSTED_HOSTS = ["127.0.0.1"]
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize("path", ["/picture", "/moved", "/picture?v=1"])
def test_a_picture_is_fetched_also_where_it_moved(server, path):
    assert fetch_picture(server + path) == PICTURE


@pytest.mark.parametrize(
    ("path", "words", "retriable"),
    [
        ("/loop", "redirects", False),
        ("/inside", "private network", False),
        ("/file", "neither http", False),
        ("/announced", "larger than", False),
        ("/html", "text/html", False),
        ("/404", "404", False),
        ("/500", "500", True),
    ],
)
def test_what_is_refused_says_why_and_whether_to_try_again(server, path, words, retriable):
    with pytest.raises(PictureRefused, match=words) as caught:
        fetch_picture(server + path)
    assert caught.value.retriable == retriable


def test_a_body_longer_than_the_limit_is_not_read_to_its_end(server):
    with pytest.raises(PictureRefused, match="larger than 1000"):
        fetch_picture(f"{server}/long", max_bytes=1000)


def test_a_host_that_sends_a_byte_at_a_time_is_left(server, monkeypatch):
    monkeypatch.setattr(fetching, "WHOLE_S", 0.4)
    started = time.monotonic()
    with pytest.raises(PictureRefused, match="too slow") as caught:
        fetch_picture(f"{server}/trickle")
    assert caught.value.retriable
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x", "http://localhost/x", "http://10.0.0.8/x", "http://192.168.1.1/x", "http://172.16.0.1/",
        "http://169.254.169.254/latest/meta-data", "http://[::1]/x", "http://[::ffff:127.0.0.1]/x", "http://0.0.0.0/",
        "http://[fe80::1]/x", "http://[64:ff9b::7f00:1]/", "http://2130706433/", "http://0x7f000001/", "http://127.1/",
    ],
)  # fmt: skip
def test_private_addresses_are_refused_however_they_are_written(address):
    with pytest.raises(PictureRefused, match="private network|not known"):
        fetch_picture(address)


def test_a_name_with_one_private_address_is_refused_and_the_checked_address_is_used(monkeypatch):
    def answer(*addresses: str) -> Any:
        return lambda *_, **__: [(0, 0, 0, "", (address, 80)) for address in addresses]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", answer("93.184.216.34", "10.0.0.1"))
    with pytest.raises(PictureRefused, match="private network"):
        fetch_picture("http://shop.example/x.png")
    asked: list[Any] = []

    def connect(address: Any, timeout: float) -> Any:
        asked.append(address)
        raise OSError

    monkeypatch.setattr(fetching.socket, "getaddrinfo", answer("93.184.216.34"))
    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    with pytest.raises(PictureRefused, match="does not answer"):
        fetch_picture("http://shop.example/x.png")
    assert asked == [("93.184.216.34", 80)]


@pytest.mark.parametrize(
    "address",
    ["", "ftp://a.example/x", "javascript:alert(1)", "//a.example/x", "http://", "http://u:p@a.example/x",
     "http://a.example:6379/x", "http://a.example:99999/x", "http://[::1/x", "data:image/png;base64,AAAA"],
)  # fmt: skip
def test_addresses_that_are_none_of_ours_are_refused(address):
    with pytest.raises(PictureRefused):
        fetch_picture(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [("8.8.8.8", True), ("2606:4700::1111", True), ("100.64.0.1", False), ("224.0.0.1", False), ("::", False),
     ("2002:7f00:1::", False), ("fd00::1", False), ("198.18.0.1", False)],
)  # fmt: skip
def test_public_addresses(address, public):
    assert is_public(address) == public


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "demo").mkdir(parents=True)
    (settings.MEDIA_ROOT / "demo" / "a b.png").write_bytes(PICTURE)
    (tmp_path / "secret.png").write_bytes(b"secret")
    return settings.MEDIA_ROOT


def test_the_media_folder_is_read(media):
    assert fetch_picture("/media/demo/a%20b.png") == PICTURE


@pytest.mark.parametrize("name", ["../secret.png", "%2e%2e/secret.png", "/etc/passwd", "demo", "none.png", "a%00.png"])
def test_nothing_outside_the_media_folder_is_read(media, name):
    with pytest.raises(PictureRefused):
        fetch_picture(f"/media/{name}")


def test_links_out_of_the_media_folder_are_not_followed(media):
    (media / "link.png").symlink_to(media.parent / "secret.png")
    with pytest.raises(PictureRefused):
        fetch_picture("/media/link.png")


def test_a_file_that_is_too_large_is_refused(media):
    (media / "big.png").write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(PictureRefused, match="larger"):
        fetch_picture("/media/big.png")
