"""The small picture network by numpy: convolutions, ReLU, mean over the picture, one projection; unit vectors out.

Made by `manage.py train_pictures`. It proves the path on the demo's drawings and is no model of photographs.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from catalog.pictures.decoding import Pixels, fit_square
from catalog.pictures.errors import PictureModelUnavailable

FORMAT = "searchsite-pictures-1"
SHIPPED = Path(__file__).parent / "data" / "pictures.npz"
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PictureNetwork:
    """`kernels` float32[out, in, 3, 3] and `biases` float32[out] of each layer, of stride 2 with a padding of 1;
    `projection` float32[dimension, channels] of the mean and the maximum over the picture, one after the other.
    """

    side: int
    kernels: tuple[Floats, ...]
    biases: tuple[Floats, ...]
    projection: Floats
    model_name: str

    @property
    def dimension(self) -> int:
        return len(self.projection)

    def encode_pictures(self, pictures: Sequence[Pixels]) -> Floats:
        """float32[n, dimension], unit length."""
        if not pictures:
            return np.empty((0, self.dimension), np.float32)
        squares = np.stack([fit_square(pixels, self.side) for pixels in pictures])
        flow: Floats = np.asarray(squares.transpose(0, 3, 1, 2) / 255 - 0.5, np.float32)
        for kernel, bias in zip(self.kernels, self.biases, strict=True):
            flow = np.asarray(np.maximum(_convolve(flow, kernel) + bias[None, :, None, None], 0), np.float32)
        pooled = np.concatenate([flow.mean((2, 3)), flow.max((2, 3))], 1)
        vectors = pooled @ self.projection.T
        return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), np.float32)


def _convolve(flow: Floats, kernel: Floats) -> Floats:
    """float32[n, in, h, w] to float32[n, out, h/2, w/2]."""
    padded = np.pad(flow, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = sliding_window_view(padded, (3, 3), axis=(2, 3))[:, :, ::2, ::2]
    count, _channels, height, width = windows.shape[:4]
    columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(count * height * width, -1)
    made = columns @ kernel.reshape(len(kernel), -1).T
    return np.asarray(made.reshape(count, height, width, -1).transpose(0, 3, 1, 2), np.float32)


def read_network(path: Path = SHIPPED) -> PictureNetwork:
    """Raises PictureModelUnavailable, with the remedy, for a file that is no picture network."""
    try:
        data = path.read_bytes()
        with np.load(path, allow_pickle=False) as stored:
            header = json.loads(str(stored["header"]))
            layers = range(int(header["layers"]))
            kernels = tuple(stored[f"kernel{place}"].astype(np.float32) for place in layers)
            biases = tuple(stored[f"bias{place}"].astype(np.float32) for place in layers)
            projection = stored["projection"].astype(np.float32)
            side, known = int(header["side"]), header["format"] == FORMAT
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise PictureModelUnavailable(_remedy(path, str(error))) from error
    if not known:
        raise PictureModelUnavailable(_remedy(path, "another format"))
    digest = hashlib.sha256(data).hexdigest()[:12]
    return PictureNetwork(side, kernels, biases, projection, f"demo-pictures@{digest}")


def write_network(network: PictureNetwork, path: Path) -> None:
    """One npz with half-precision weights, replaced whole."""
    header = {"format": FORMAT, "side": network.side, "layers": len(network.kernels)}
    arrays: dict[str, Any] = {
        f"kernel{place}": kernel.astype(np.float16) for place, kernel in enumerate(network.kernels)
    }
    arrays |= {f"bias{place}": bias.astype(np.float16) for place, bias in enumerate(network.biases)}
    arrays["projection"] = network.projection.astype(np.float16)
    unfinished = path.with_suffix(".tmp.npz")
    np.savez_compressed(unfinished, header=np.array(json.dumps(header)), **arrays)
    unfinished.replace(path)


def _remedy(path: Path, why: str) -> str:
    return f"{path.name} is no picture network ({why[:100]}). Make one with manage.py train_pictures."
