"""Ports of this machine: which are free, and who says so."""

import errno
import socket

from searchsite.supervision.errors import SupervisionError

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def port_is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: connections of a stopped server that linger must not look like a running one.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise refusal(host, port, error) from error
    return True


def require_port(host: str, port: int) -> None:
    if not port_is_free(host, port):
        raise SupervisionError(
            f"Port {port} is taken by another program. Choose another one: `make up PORT={port + 1}`."
        )


def refusal(host: str, port: int, error: OSError) -> SupervisionError:
    if error.errno == errno.EACCES:
        return SupervisionError(f"Only root may listen on port {port}. Choose one above 1023: `make up PORT=8000`.")
    return SupervisionError(f"Cannot listen on {host}:{port} ({error.strerror}). Choose an address of this machine.")
