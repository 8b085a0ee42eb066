"""Trains the small picture network on the demo's drawings: two views of one drawing are near, all others far.

Contrastive learning by SimCLR (Chen et al. 2020) with views made by turning, cropping, lighting and noise. It shows
that the path works from a file of weights to a found product; it has never seen a photograph.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catalog.demo.material import read_departments
from catalog.demo.pictures import draw_picture
from catalog.pictures.colours import to_lab
from catalog.pictures.decoding import decode_picture, fit_square
from catalog.pictures.network import PictureNetwork

if TYPE_CHECKING:
    import torch

SIDE = 64
CHANNELS = (24, 48, 80, 112)
DIMENSION = 96
# So many of the silhouettes are never trained on.
HELD_OUT = 0.2


@dataclass(frozen=True, slots=True)
class Gallery:
    """Drawings uint8[n, SIDE, SIDE, 3], the silhouette and colour of each."""

    pictures: NDArray[np.uint8]
    shapes: tuple[str, ...]
    colours: tuple[str, ...]

    def choose(self, rows: NDArray[np.bool_]) -> "Gallery":
        kept = np.flatnonzero(rows)
        return Gallery(
            self.pictures[rows], tuple(self.shapes[row] for row in kept), tuple(self.colours[row] for row in kept)
        )


def draw_gallery(*, limit: int | None = None) -> Gallery:
    """Every silhouette of the demo in every colour that its product types come in."""
    wanted = sorted(
        {(type_.picture, colour.hex) for each in read_departments() for type_ in each.types for colour in type_.colours}
    )[:limit]
    drawn = [fit_square(decode_picture(draw_picture(*pair).encode()), SIDE) for pair in wanted]
    return Gallery(np.stack(drawn), tuple(shape for shape, _ in wanted), tuple(colour for _, colour in wanted))


def hold_out(gallery: Gallery, *, share: float = HELD_OUT, seed: int = 4) -> NDArray[np.bool_]:
    """bool[n]: drawings of the silhouettes that are kept from training."""
    shapes = sorted(set(gallery.shapes))
    random.Random(seed).shuffle(shapes)
    kept = set(shapes[: round(share * len(shapes))])
    return np.array([shape in kept for shape in gallery.shapes], bool)


def make_views(pictures: NDArray[np.uint8], *, seed: int) -> NDArray[np.uint8]:
    """One photo-like view of each picture uint8[n, SIDE, SIDE, 3]: turned by up to 25°, moved, scaled 0.75 to 1.25,
    mirrored or not, lit otherwise, noisy. The same seed gives the same views.
    """
    import torch  # noqa: PLC0415 - heavy, and needed for training and measuring alone

    dice = torch.Generator().manual_seed(seed)
    flow = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
    made = (_light(_turn(flow, dice), dice).clamp(0, 1) * 255).round().to(torch.uint8)
    return np.asarray(made.permute(0, 2, 3, 1).contiguous().numpy())


def _turn(flow: "torch.Tensor", dice: "torch.Generator") -> "torch.Tensor":
    import torch  # noqa: PLC0415

    count = len(flow)
    angle = (torch.rand(count, generator=dice) - 0.5) * 0.87
    scale = 0.8 + 0.53 * torch.rand(count, generator=dice)
    mirror = torch.where(torch.rand(count, generator=dice) < 0.5, -1.0, 1.0)
    shift = (torch.rand(count, 2, generator=dice) - 0.5) * 0.3
    rows = [torch.stack([scale * angle.cos() * mirror, -scale * angle.sin(), shift[:, 0]], 1),
            torch.stack([scale * angle.sin() * mirror, scale * angle.cos(), shift[:, 1]], 1)]  # fmt: skip
    grid = torch.nn.functional.affine_grid(torch.stack(rows, 1), list(flow.shape), align_corners=False)
    return torch.nn.functional.grid_sample(flow, grid, padding_mode="border", align_corners=False)


def _light(flow: "torch.Tensor", dice: "torch.Generator") -> "torch.Tensor":
    import torch  # noqa: PLC0415

    count = len(flow)
    brightness = 0.75 + 0.5 * torch.rand(count, 1, 1, 1, generator=dice)
    contrast = 0.75 + 0.5 * torch.rand(count, 1, 1, 1, generator=dice)
    tint = 0.92 + 0.16 * torch.rand(count, 3, 1, 1, generator=dice)
    middle = flow.mean((1, 2, 3), keepdim=True)
    noise = 0.04 * torch.rand(count, 1, 1, 1, generator=dice) * torch.randn(flow.shape, generator=dice)
    return ((flow - middle) * contrast + middle) * brightness * tint + noise


def train_network(
    gallery: Gallery,
    *,
    steps: int = 500,
    batch: int = 96,
    seed: int = 1,
    report: Callable[[str], Any] = lambda line: None,
) -> PictureNetwork:
    """The network after `steps` batches, its batch normalisation folded into the kernels."""
    import torch  # noqa: PLC0415 - heavy, and needed for training alone

    torch.manual_seed(seed)
    layers, projection = _build_layers()
    network = torch.nn.Sequential(*layers)
    parameters = [*network.parameters(), *projection.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=1e-4)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    dice = np.random.default_rng(seed)
    for step in range(steps):
        rows = dice.choice(len(gallery.pictures), min(batch, len(gallery.pictures)), replace=False)
        views = [make_views(gallery.pictures[rows], seed=seed * 1_000_003 + 2 * step + side) for side in (0, 1)]
        flow = torch.from_numpy(np.concatenate(views)).permute(0, 3, 1, 2).float() / 255 - 0.5
        hidden = network(flow)
        vectors = projection(torch.cat([hidden.mean((2, 3)), hidden.amax((2, 3))], 1))
        loss = _contrast(torch.nn.functional.normalize(vectors, dim=1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        plan.step()
        if step % 50 == 0:
            report(f"step {step}: loss {loss.item():.3f}")
    return _fold(network, projection)


def _build_layers() -> tuple[list[Any], Any]:
    import torch  # noqa: PLC0415

    layers: list[Any] = []
    for before, after in zip((3, *CHANNELS[:-1]), CHANNELS, strict=True):
        layers += [torch.nn.Conv2d(before, after, 3, stride=2, padding=1), torch.nn.BatchNorm2d(after), torch.nn.ReLU()]
    return layers, torch.nn.Linear(2 * CHANNELS[-1], DIMENSION, bias=False)


def _contrast(vectors: "torch.Tensor", *, temperature: float = 0.1) -> "torch.Tensor":
    """NT-Xent: each view must find the other view of its picture among all of the batch."""
    import torch  # noqa: PLC0415

    count = len(vectors) // 2
    alike = vectors @ vectors.T / temperature
    alike.fill_diagonal_(float("-inf"))
    other = torch.arange(2 * count).roll(count)
    return torch.nn.functional.cross_entropy(alike, other)


def _fold(network: Any, projection: Any) -> PictureNetwork:
    kernels, biases = [], []
    for place in range(0, len(network), 3):
        convolution, norm = network[place], network[place + 1]
        factor = norm.weight / (norm.running_var + norm.eps).sqrt()
        kernels.append((convolution.weight * factor[:, None, None, None]).detach().numpy())
        biases.append(((convolution.bias - norm.running_mean) * factor + norm.bias).detach().numpy())
    return PictureNetwork(SIDE, tuple(kernels), tuple(biases), projection.weight.detach().numpy(), "in-training")


def histogram_vectors(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """The baseline: a histogram of CIELAB colours as unit vectors float32[n, 64] (Swain and Ballard 1991)."""
    rows = []
    for pixels in pictures:
        lab = to_lab(pixels.reshape(-1, 3))
        steps = np.clip(((lab - [0, -64, -64]) / [25.01, 32.01, 32.01]).astype(int), 0, 3)
        counted = np.bincount(steps @ [16, 4, 1], minlength=64).astype(np.float32)
        rows.append(np.sqrt(counted / counted.sum()))
    return np.stack(rows)


def recall_at(
    queries: NDArray[np.float32], gallery: NDArray[np.float32], wanted: NDArray[np.int64], *, within: int
) -> float:
    """Share of queries float32[q, d] whose own picture (a row of `gallery`) is among their `within` nearest."""
    alike = queries @ gallery.T
    own = alike[np.arange(len(queries)), wanted]
    return float(((alike > own[:, None]).sum(1) < within).mean())
