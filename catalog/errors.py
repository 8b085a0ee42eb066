"""The one error root of the project and the catalog's own errors: each message says the remedy."""

from typing import Any


class ShopError(Exception):
    """Root of every error a user can cause or mend.

    `code` is stable and machine-readable, `status` the HTTP status a door answers with, `extra` details for the client.
    """

    code = "error"
    status = 400

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class UploadRefused(ShopError):
    """The file as a whole cannot be read; nothing was imported."""

    code = "upload_refused"


class MappingRefused(ShopError):
    """The column mapping is incomplete or contradictory."""

    code = "mapping_refused"


class RowRefused(ShopError):
    """One product sent by itself is refused; `extra` names the field."""

    code = "row_refused"


class UploadBusy(ShopError):
    """The upload is being worked on."""

    code = "upload_busy"
    status = 409


class BrokerUnavailable(ShopError):
    """The job could not be handed to the workers; nothing is lost."""

    code = "broker_unavailable"
    status = 503


class NotFound(ShopError):
    code = "not_found"
    status = 404


class EncoderUnavailable(ShopError):
    """The text encoder cannot be loaded; search goes on without its dense leg."""

    code = "encoder_unavailable"
    status = 503
