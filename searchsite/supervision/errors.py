"""What can keep a one-machine shop from starting; every message names its remedy."""

from catalog.errors import ShopError


class SupervisionError(ShopError):
    code = "cannot_start"
    status = 503


class AlreadyRunning(SupervisionError):
    """Another supervisor holds this folder."""


class ServerFailed(SupervisionError):
    """An embedded server did not start; the message carries the end of its log."""


class StopRequested(BaseException):
    """Ctrl-C or a termination signal: not an error, so nothing that handles errors may swallow it."""
