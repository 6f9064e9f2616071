import numpy as np
import pytest

from iactflow.evaluate.examples import choose_examples


def test_best_typical_and_worst_by_the_size_of_the_error():
    error = np.array([5.0, 0.0, 9.0, 4.0, 1.0, 8.0, 6.0])
    chosen = choose_examples(error)
    assert {kind: error[indices].tolist() for kind, indices in chosen.items()} == {
        "best": [0.0, 1.0],
        "typical": [4.0, 5.0],
        "worst": [9.0, 8.0],
    }


@pytest.mark.parametrize("n", range(1, 7))
def test_no_image_is_shown_twice(n):
    indices = np.concatenate(list(choose_examples(np.arange(n, dtype=float)).values()))
    assert sorted(indices) == list(range(n))
