import numpy as np
import pytest

from iactflow.simulate.elementary import inverse_root, ln, sine_cosine


def test_logarithms_are_numpys():
    x = np.geomspace(1e-17, 1e8, 5000)
    assert [ln(value) for value in x] == pytest.approx(np.log(x), abs=1e-10)
    assert ln(1.0) == 0


def test_sines_and_cosines_are_numpys():
    angle = np.linspace(0, np.pi / 2, 1000)
    sine, cosine = np.array([sine_cosine(value) for value in angle]).T
    assert sine == pytest.approx(np.sin(angle), abs=1e-7)
    assert cosine == pytest.approx(np.cos(angle), abs=1e-7)


def test_inverse_roots_near_one():
    assert inverse_root(1.0) == 1
    assert inverse_root(1.01) == pytest.approx(1.01**-0.5, abs=1e-8)
    assert inverse_root(0.9) == pytest.approx(0.9**-0.5, abs=2e-5)
