import astropy.units as u
import pytest

from iactflow.irf.response import _rings


@pytest.mark.parametrize(("outer", "edges"), [(1, [0, 0.5, 1]), (0.4, [0, 0.2, 0.4]), (3, [0, 1, 2, 3])])
def test_a_cone_has_two_rings_at_least_because_gammapy_interpolates_between_them(outer, edges):
    assert _rings(outer * u.deg).to_value("deg") == pytest.approx(edges)
