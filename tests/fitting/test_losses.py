import numpy as np
import pytest

from iactflow.fitting.losses import LOSSES, TaskLoss

LABEL = np.array([[0.0, 0.0], [3.0, 4.0]], np.float32)
OUTPUT = np.zeros((2, 2), np.float32)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mae", [0, 3.5]),
        ("mse", [0, 12.5]),
        ("huber", [0, 3.45]),  # beyond 0.1 the absolute error less 0.05
        ("distance", [0, np.sqrt(25.01) - 0.1]),
    ],
)
def test_losses_of_known_errors(name, expected):
    np.testing.assert_allclose(LOSSES[name](LABEL, OUTPUT), expected, rtol=1e-5, atol=1e-6)


def test_huber_is_quadratic_for_small_errors_and_smooth_where_it_turns():
    error = np.array([[0.02], [0.0999], [0.1001]], np.float32)
    values = np.asarray(LOSSES["huber"](error, np.zeros_like(error)))
    assert values[0] == pytest.approx(0.002)
    assert values[2] - values[1] == pytest.approx(0.0002, rel=0.01)


def test_cross_entropy_punishes_confidence_in_the_wrong_class():
    label = np.array([[0, 1], [0, 1], [1, 0]], np.float32)
    output = np.array([[0.1, 0.9], [0.9, 0.1], [0.9, 0.1]], np.float32)
    np.testing.assert_allclose(LOSSES["cross-entropy"](label, output), -np.log([0.9, 0.1, 0.9]), rtol=1e-5)
    assert np.isfinite(LOSSES["cross-entropy"](label[:1], np.array([[1, 0]], np.float32))).all()


def test_a_distance_in_metres_counts_in_degrees():
    degree = float(np.radians(5.6))
    loss = TaskLoss("mae", scale=degree)
    assert np.asarray(loss.per_image(LABEL * degree, OUTPUT)) == pytest.approx([0, 3.5], rel=1e-5)
