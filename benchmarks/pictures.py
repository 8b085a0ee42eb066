"""Finding a product by a picture of it: the small network beside a colour histogram, on views that nobody trained on.

`python -m benchmarks.pictures`. All pictures are the demo's own drawings: this says that the path works, and nothing
about photographs, for which a hub model is configured (docs/adr/0015-pictures.md).
"""

import time

import numpy as np

from benchmarks.harness import report, setup_django, write_result

Figures = dict[str, float]
VIEW_SEEDS = (987_654_321, 192_837_465, 555_555_555)


def main() -> None:
    setup_django()
    write_result(
        "pictures",
        figures=measure_retrieval(),
        data={
            "gallery": "the demo's drawings, each silhouette in each of its colours",
            "queries": f"{len(VIEW_SEEDS)} new views of each: turned, cropped, mirrored, lit, noisy",
            "held_out": "a fifth of the silhouettes was never trained on, in any colour",
            "photographs": "none measured",
        },
    )


def measure_retrieval() -> Figures:
    """Recall of the drawing itself, and of its silhouette in any colour, over the whole gallery."""
    from catalog.pictures.network import read_network
    from feedback.trainers.pictures import draw_gallery, histogram_vectors, hold_out, make_views

    gallery, network = draw_gallery(), read_network()
    unseen = hold_out(gallery)
    report(f"{len(unseen)} drawings, {int(unseen.sum())} of held-out silhouettes")
    views = np.concatenate([make_views(gallery.pictures, seed=seed) for seed in VIEW_SEEDS])
    started = time.perf_counter()
    vectors = {"network": (network.encode_pictures(list(views)), network.encode_pictures(list(gallery.pictures)))}
    seconds = time.perf_counter() - started
    vectors["histogram"] = (histogram_vectors(list(views)), histogram_vectors(list(gallery.pictures)))
    figures: Figures = {
        "drawings": float(len(unseen)),
        "held_out_drawings": float(unseen.sum()),
        "network_pictures_per_s": (len(views) + len(unseen)) / seconds,
    }
    shapes = np.array(gallery.shapes)
    for name, (queries, drawings) in vectors.items():
        for part, rows in (("seen", ~unseen), ("held_out", unseen)):
            chosen = np.tile(rows, len(VIEW_SEEDS))
            wanted = np.tile(np.arange(len(unseen)), len(VIEW_SEEDS))[chosen]
            figures |= _recalls(f"{name}_{part}", queries[chosen], drawings, wanted, shapes)
    return figures


def _recalls(key: str, queries: np.ndarray, drawings: np.ndarray, wanted: np.ndarray, shapes: np.ndarray) -> Figures:
    from feedback.trainers.pictures import recall_at

    figures = {f"{key}_recall_at_{k}": recall_at(queries, drawings, wanted, within=k) for k in (1, 10)}
    nearest = (queries @ drawings.T).argmax(1)
    right = shapes[nearest] == shapes[wanted]
    deviation = 1.96 * float(np.sqrt(right.mean() * (1 - right.mean()) / len(right)))
    figures[f"{key}_same_silhouette_first"] = float(right.mean())
    figures[f"{key}_same_silhouette_first_margin"] = deviation
    return figures


if __name__ == "__main__":
    main()
