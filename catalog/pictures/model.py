"""The one picture model of this shop, by MODEL_PICTURES: loaded once a process, none where the setting is empty."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from catalog.pictures.decoding import Pixels
from catalog.pictures.errors import PictureModelUnavailable
from catalog.pictures.network import SHIPPED, read_network

# The small network in the repository, trained on the demo's drawings.
DEMO = "demo"


class PictureModel(Protocol):
    """`model_name` names the weights: vectors of two models are never compared."""

    @property
    def model_name(self) -> str: ...

    def encode_pictures(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """float32[n, dimension], unit length."""


_loaded: dict[str, PictureModel] = {}
_lock = threading.Lock()


def configured_model() -> str:
    """MODEL_PICTURES: "" is off, "demo" the small network, a path ending in .npz one trained here, else a hub name."""
    return str(settings.MODEL_PICTURES)


def get_picture_model() -> PictureModel:
    """Raises PictureModelUnavailable, with the remedy, where none is configured or it cannot be loaded."""
    name = configured_model()
    if not name:
        raise PictureModelUnavailable(
            _("Searching by picture is off: no picture model is configured. Set MODEL_PICTURES and embed the pictures.")
        )
    with _lock:
        if name not in _loaded:
            _loaded[name] = _load(name)
    return _loaded[name]


def _load(name: str) -> PictureModel:
    if name == DEMO:
        return read_network(SHIPPED)
    if name.endswith(".npz"):
        return read_network(Path(name))
    from catalog.pictures.hub import HubPictureModel  # noqa: PLC0415 - imports torch and transformers

    return HubPictureModel(name)


def forget_picture_models() -> None:
    """After the setting changed in a running process (tests)."""
    _loaded.clear()
