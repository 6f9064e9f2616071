import astropy.units as u
import numpy as np
import pytest
from ctapipe.atmosphere import FiveLayerAtmosphereDensityProfile

from iactflow.errors import ConfigError
from iactflow.simulate.atmosphere import PARANAL, US_STANDARD


def test_paranal_is_the_atmosphere_of_the_corsika_card():
    # Input card of run102_gamma_za20deg: depth 798.805 g/cm2, density 0.00095108 g/cm3, refractivity 0.00021986 at
    # 2150 m, from the table to which the five layers are fitted; the fit is within 1 %.
    assert PARANAL.depth(2150.0) == pytest.approx(798.805, rel=0.002)
    assert PARANAL.density(2150.0) == pytest.approx(0.00095108, rel=0.01)
    assert PARANAL.refractivity(2150.0) == pytest.approx(0.00021986, rel=0.01)


def test_layers_join():
    for bound in PARANAL.bounds:
        below, above = PARANAL.depth(bound - 1e-3), PARANAL.depth(bound + 1e-3)
        assert below == pytest.approx(above, abs=2e-3)


def test_us_standard_at_sea_level():
    # U.S. Standard Atmosphere 1976: 1.225e-3 g/cm3; 1013.25 hPa / 9.80665 m/s2 = 1033.2 g/cm2 (CORSIKA has 1036.1).
    assert US_STANDARD.depth(0.0) == pytest.approx(1036.1, abs=0.1)
    assert US_STANDARD.density(0.0) == pytest.approx(1.225e-3, rel=0.005)


def test_agrees_with_ctapipe():
    a, b, c = np.array(US_STANDARD.a), np.array(US_STANDARD.b), np.array(US_STANDARD.c) * 100
    table = np.stack([np.array([0.0, *US_STANDARD.bounds]) * 100, a, b, c, 1 / c], axis=1)
    profile = FiveLayerAtmosphereDensityProfile.from_array(table)
    heights = np.array([100.0, 3_000.0, 9_000.0, 20_000.0, 60_000.0])
    expected = profile.integral(heights * u.m).to_value("g cm-2")
    np.testing.assert_allclose(US_STANDARD.depth(heights), expected, rtol=1e-9)
    np.testing.assert_allclose(US_STANDARD.density(heights), profile(heights * u.m).to_value("g cm-3"), rtol=1e-9)


def test_height_inverts_depth():
    heights = np.array([2_000.0, 8_000.0, 25_000.0])
    np.testing.assert_allclose(PARANAL.height(PARANAL.depth(heights)), heights, atol=1.0)
    with pytest.raises(ConfigError, match="below sea level"):
        PARANAL.height(1100.0)
