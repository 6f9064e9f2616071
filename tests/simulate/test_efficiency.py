import numpy as np
import pytest

from iactflow.errors import ConfigError
from iactflow.simulate.efficiency import ALL_PHOTONS, DIGICAM, detection_probability, transmission, yield_per_metre
from iactflow.simulate.site import site


def test_frank_and_tamm_yield():
    # PDG 2022, section 34.7.1: 370 photons per eV, cm and sin^2(theta): 240 to 900 nm are 3.789 eV.
    place = site("paranal")
    photons = yield_per_metre(ALL_PHOTONS, place, np.array([5_000.0]), 1.0, air=False)[0]
    assert photons == pytest.approx(370 * 100 * (1239.84 / 240 - 1239.84 / 900), rel=0.005)


def test_transmission_falls_with_distance_and_towards_the_blue():
    passed = transmission(site("paranal"), np.array([2_200.0, 10_000.0, 20_000.0]), 1.0)
    assert np.all(np.diff(passed[:, 30]) < 0)
    assert passed[2, 10] < passed[2, 60]
    # Rayleigh alone, 20 km to 2150 m at 400 nm: exp(-745 / 2974) = 0.78; with the aerosols (0.06) 0.73.
    assert passed[2, np.argmin(np.abs(np.arange(242.5, 900, 5) - 400))] == pytest.approx(0.735, abs=0.01)


def test_detection_probability_is_the_ratio_of_yields():
    place, height = site("paranal"), np.array([8_000.0])
    p = detection_probability(DIGICAM, place, height, 0.94, (240.0, 900.0))[0]
    assert p == pytest.approx(
        yield_per_metre(DIGICAM, place, height, 0.94, air=True)[0]
        / yield_per_metre(ALL_PHOTONS, place, height, 0.94, air=False)[0], rel=0.002
    )  # fmt: skip
    assert 0.03 < p < 0.2


def test_unknown_site():
    with pytest.raises(ConfigError, match="Known sites: paranal"):
        site("atlantis")
