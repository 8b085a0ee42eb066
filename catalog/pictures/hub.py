"""Any image model of the hub or a local folder (CLIP, SigLIP, DINO), run by transformers, on a GPU if there is one."""

from collections.abc import Sequence

import numpy as np
import torch
import transformers
from django.conf import settings
from numpy.typing import NDArray

from catalog.encoders.hub import choose_device
from catalog.errors import EncoderUnavailable
from catalog.pictures.decoding import Pixels
from catalog.pictures.errors import PictureModelUnavailable

_BATCH = {"cuda": 256, "cpu": 8}


class HubPictureModel:
    """Image features as the model's own projection gives them (`get_image_features`), or its pooled output."""

    def __init__(self, name: str) -> None:
        try:
            self._device = choose_device()
            self._processor = transformers.AutoImageProcessor.from_pretrained(name)
            dtype = torch.bfloat16 if self._device == "cuda" else torch.float32
            self._model = transformers.AutoModel.from_pretrained(name, dtype=dtype).eval().to(self._device)
        except (OSError, ValueError, ImportError, KeyError, EncoderUnavailable) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise PictureModelUnavailable(
                f"The picture model “{name}” cannot be loaded ({reason}). Check the name and the network, or put its "
                "files in a folder and name that folder in MODEL_PICTURES."
            ) from error
        if self._device == "cpu":
            torch.set_num_threads(settings.MODEL_THREADS)
        self.model_name = name

    def encode_pictures(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """float32[n, dimension], unit length."""
        size = _BATCH[self._device]
        parts = [self._run(pictures[start : start + size]) for start in range(0, len(pictures), size)]
        return np.concatenate(parts) if parts else np.empty((0, 0), np.float32)

    def _run(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        inputs = self._processor(images=list(pictures), return_tensors="pt").to(self._device)
        with torch.inference_mode():
            pixels = inputs["pixel_values"].to(self._model.dtype)
            if hasattr(self._model, "get_image_features"):
                made = self._model.get_image_features(pixel_values=pixels)
            else:
                made = self._model(pixel_values=pixels)
            # Newer transformers give the whole output, older ones the tensor alone.
            vectors = made if isinstance(made, torch.Tensor) else made.pooler_output
            unit = torch.nn.functional.normalize(vectors.float(), dim=-1)
        return np.asarray(unit.cpu().numpy(), np.float32)
