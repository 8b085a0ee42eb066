"""Why a picture gives no vector: each is counted with its product, and shown."""

from catalog.errors import ShopError


class PictureRefused(ShopError):
    """The picture cannot be fetched or read. With `retriable` another try may succeed."""

    code = "picture_refused"

    def __init__(self, message: str, *, retriable: bool = False) -> None:
        super().__init__(message)
        self.retriable = retriable


class PictureModelUnavailable(ShopError):
    """No picture model is configured, or the configured one cannot be loaded."""

    code = "picture_model_unavailable"
    status = 503
