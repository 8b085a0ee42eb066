"""Trees in flat arrays: a value up to the threshold goes left, leaves add up, and damaged nodes are refused."""

import numpy as np
import pytest

from catalog.trees import load_trees, plant_trees

STEP = [[0, 0.5, 1, 2], [-2.0], [2.0]]
DEEP = [[1, 1.0, 1, 2], [0.0], [0, 3.0, 3, 4], [10.0], [20.0]]


def test_leaves_of_all_trees_add_up():
    trees = plant_trees([STEP, DEEP, [[0.25]]], features=2)
    columns = np.array([[0.5, 1.0], [0.6, 1.1], [4.0, 9.0]], np.float32)
    assert trees.sum_leaves(columns).tolist() == [-1.75, 12.25, 22.25]
    assert trees.depth == 2


def test_no_trees_say_nothing():
    assert plant_trees([], features=1).sum_leaves(np.zeros((2, 1), np.float32)).tolist() == [0, 0]


@pytest.mark.parametrize(
    "node",
    [[0, 0.5, 0, 1], [0, 0.5, 1, 3], [2, 0.5, 1, 2], [-1, 0.5, 1, 2]],
    ids=["loop", "beyond", "unknown", "below"],
)
def test_a_node_that_leads_nowhere_is_refused(node):
    with pytest.raises(ValueError, match="outside its tree"):
        plant_trees([[node, [0.0], [1.0]]], features=2)


def test_stored_arrays_come_back_and_damaged_ones_do_not():
    trees = plant_trees([STEP, DEEP], features=2)
    columns = np.array([[0.1, 0.0], [9.0, 9.0]], np.float32)
    stored = load_trees(trees.arrays(), depth=trees.depth, features=2)
    assert stored.sum_leaves(columns).tolist() == trees.sum_leaves(columns).tolist()
    with pytest.raises(ValueError, match="outside their trees"):
        load_trees({**trees.arrays(), "left": trees.left + 99}, depth=2, features=2)
    with pytest.raises(ValueError, match="outside their trees"):
        load_trees(trees.arrays(), depth=2, features=1)
