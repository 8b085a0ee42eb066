"""Puts candidates in order fast: a plain sort of the scores, then the product ids decide among equals."""

import numpy as np
from numpy.typing import NDArray


def order_by_score(scores: NDArray[np.floating], product_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the highest score first; of equal ones the lowest product id first. Scores have no NaN.

    The same as np.lexsort((product_ids, -scores)), but most of the work is one plain sort: few scores are equal.
    """
    order = np.argsort(-scores)
    ranked = scores[order]
    is_next_equal = ranked[1:] == ranked[:-1]
    if not is_next_equal.any():
        return order
    is_tied = np.append(is_next_equal, False) | np.append(False, is_next_equal)
    tied = np.flatnonzero(is_tied)
    among = order[tied]
    order[tied] = among[np.lexsort((product_ids[among], -scores[among]))]
    return order


def choose_best(ordinals: NDArray[np.int64], worth: NDArray[np.floating], most: int) -> NDArray[np.int64]:
    """The `most` of these places with the greatest `worth` (float[N], by place), in no order; all if fewer."""
    return ordinals if len(ordinals) <= most else ordinals[np.argpartition(-worth[ordinals], most)[:most]]
