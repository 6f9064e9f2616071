import numpy as np
import pytest

from iactflow.errors import ConfigError
from iactflow.simulate import work
from iactflow.simulate.efficiency import ALL_PHOTONS, DIGICAM, Efficiency
from iactflow.simulate.light import Receivers
from iactflow.simulate.shower import Settings, simulate_shower
from iactflow.simulate.site import site

PARANAL = site("paranal")
PAIR = Receivers(np.array([-77.6, 77.6]), np.zeros(2), np.full(2, 3.0), np.full(2, 1.73), 70.0, 0.0, 5.5)
CORES = np.array([[100.0, 0.0], [-60.0, 150.0]])


def shower(primary=0, energy=0.3, index=0, **options):
    return simulate_shower(primary, energy, 70.0, 0.0, PAIR, CORES, PARANAL, DIGICAM, 1, index, **options)


@pytest.mark.parametrize(("primary", "energy"), [(0, 0.5), (1, 0.5), (101, 1.0), (402, 1.0), (5626, 5.0)])
def test_energy_is_conserved(primary, energy):
    for index in range(3):
        truth, _ = shower(primary, energy, index)
        assert truth.budget.total == pytest.approx(energy * 1e3, rel=1e-9)
        parts = truth.budget
        assert min(parts.deposited, parts.ground, parts.neutrinos, parts.sideways) >= 0
        # A shower's calorimetric part: nearly all of a gamma's energy, at least a third of a hadron's.
        assert parts.deposited + parts.cut > (0.9 if primary < 2 else 0.3) * energy * 1e3


def test_equal_seeds_give_equal_bytes():
    first, second, other = shower(index=4)[1], shower(index=4)[1], shower(index=5)[1]
    for a, b, c in zip(first, second, other, strict=True):
        for name in ("telescope", "fov_lon", "fov_lat", "time"):
            assert getattr(a, name).tobytes() == getattr(b, name).tobytes()
        assert a.time.tobytes() != c.time.tobytes()


def test_light_is_ordered_by_telescope_and_lies_in_view():
    truth, light = shower(energy=2.0)
    assert len(light) == len(CORES)
    np.testing.assert_array_equal(truth.core_x, CORES[:, 0])
    for one in light:
        assert len(one) > 0
        assert np.all(np.diff(one.telescope) >= 0)
        assert one.telescope.max() < 2
        assert np.hypot(one.fov_lon, one.fov_lat).max() < 5.6


def test_image_points_back_to_the_core():
    # The core lies 100 m north of the middle: seen from the telescopes the light's image extends to the north, upwards
    # of a shower that comes from the north at 70 deg when the telescope lies south of the core.
    light = simulate_shower(0, 3.0, 70.0, 0.0, PAIR, np.array([[300.0, 0.0]]), PARANAL, DIGICAM, 1, 3)[1][0]
    assert np.median(light.fov_lat) < 0  # light comes from a point of the axis that is lower than its direction
    light = simulate_shower(0, 3.0, 70.0, 0.0, PAIR, np.array([[0.0, 300.0]]), PARANAL, DIGICAM, 1, 3)[1][0]
    assert np.median(light.fov_lon) < 0  # the core lies to the west: towards smaller azimuth


def test_more_light_with_more_energy_and_all_of_it_without_air():
    few = sum(len(one) for i in range(5) for one in shower(energy=0.3, index=i)[1])
    many = sum(len(one) for i in range(5) for one in shower(energy=3.0, index=i)[1])
    assert 6 < many / few < 30
    clear = sum(
        len(one) for i in range(5) for one in shower(energy=0.3, index=i, settings=Settings(absorption=False))[1]
    )
    assert 1.1 < clear / few < 2.0


def test_thinning_leaves_the_mean_light_and_saves_steps_of_electrons(monkeypatch):
    # A ring of 24 telescopes 100 to 200 m from the core; first interactions at one height, so that showers differ less.
    states, new_work = [], work.new_work

    def kept(*arguments):
        states.append(new_work(*arguments))
        return states[-1]

    monkeypatch.setattr(work, "new_work", kept)
    angle, distance = np.arange(24) * np.pi / 12, np.tile([110.0, 140.0, 165.0, 190.0], 6)
    x, y = distance * np.cos(angle), distance * np.sin(angle)
    ring = Receivers(x, y, np.zeros(24), np.full(24, 5.0), 90.0, 0.0, 5.0)
    light, steps = {}, {}
    for thin_below in (0.0, 0.3):
        states.clear()
        options = {"settings": Settings(thin_below=thin_below), "first_height": 22_000.0}
        thrown = [
            simulate_shower(0, 0.3, 90.0, 0.0, ring, np.zeros((1, 2)), PARANAL, DIGICAM, 3, i, **options)
            for i in range(100)
        ]
        light[thin_below] = np.array([len(one) for _, [one] in thrown])
        steps[thin_below] = sum(state.counts[work.STEPS] for state in states)
    error = np.hypot(*(np.std(n, ddof=1) / np.sqrt(len(n)) for n in light.values()))
    assert error < 0.03 * light[0.0].mean()
    assert abs(light[0.3].mean() - light[0.0].mean()) < 3 * error
    assert steps[0.3] < 0.75 * steps[0.0]


def test_gamma_showers_lie_deeper_by_one_radiation_length_per_factor_e():
    # Heitler: the depth of the maximum grows by X0 per e-fold of energy: 84 g/cm2 per decade.
    def depth(energy, n):
        return np.mean([shower(0, energy, i, first_height=25_000.0)[0].x_max for i in range(n)])

    assert depth(1.0, 25) - depth(0.1, 80) == pytest.approx(36.62 * np.log(10), abs=30)


def test_first_interaction():
    assert shower(first_height=20_000.0)[0].h_first_int == pytest.approx(20_000, abs=60)
    assert shower(101, 1.0, first_height=15_000.0)[0].h_first_int == pytest.approx(15_000, abs=60)
    depth = PARANAL.atmosphere.depth(np.array([shower(101, 0.1, i)[0].h_first_int for i in range(300)]))
    # Proton-air: production cross section 270 to 290 mb at 100 GeV, mean free path 83 to 90 g/cm2, slant.
    assert depth.mean() / np.sin(np.radians(70)) == pytest.approx(86.5, abs=15)


def test_muon_ring_has_the_cherenkov_angle_and_the_light_of_frank_and_tamm():
    # A 20 GeV muon through the centre of a mirror of 1.73 m, from 103 m above it: theta = acos(1 / (n beta)), photons
    # per metre 2 pi alpha (1/l1 - 1/l2) sin^2 theta over the track R / tan theta whose light meets the mirror.
    level, energy = PARANAL.altitude, 20.0
    band = Efficiency("band", (300.0, 600.0), (1.0, 1.0), 1.0)
    mirror = Receivers(np.zeros(1), np.zeros(1), np.zeros(1), np.array([1.73]), 90.0, 0.0, 5.0)
    number, radius = [], []
    for i in range(20):
        options = {"settings": Settings(absorption=False), "start_height": level + 250.0}
        light = simulate_shower(2, energy / 1e3, 90.0, 0.0, mirror, np.zeros((1, 2)), PARANAL, band, 1, i, **options)[
            1
        ][0]
        number.append(len(light))
        x, y = light.fov_lon - np.median(light.fov_lon), light.fov_lat - np.median(light.fov_lat)
        radius.append(np.median(np.hypot(x, y)))
    n = 1 + PARANAL.atmosphere.refractivity(level + 40.0)
    beta = np.sqrt(1 - (0.10566 / energy) ** 2)
    theta = np.arccos(1 / (n * beta))
    expected = 2 * np.pi / 137.036 * (1 / 300e-9 - 1 / 600e-9) * np.sin(theta) ** 2 * 1.73 / np.tan(theta)
    assert np.median(radius) == pytest.approx(np.degrees(theta), rel=0.02)
    assert np.mean(number) == pytest.approx(expected, rel=0.05)


def test_no_light_below_the_threshold():
    # Cherenkov threshold of muons at 2150 m: 0.1057 / sqrt(2 (n - 1)) = 5.06 GeV.
    mirror = Receivers(np.zeros(1), np.zeros(1), np.zeros(1), np.array([1.73]), 90.0, 0.0, 5.0)
    for energy, seen in ((4.9, False), (6.0, True)):
        light = simulate_shower(
            2, energy / 1e3, 90.0, 0.0, mirror, np.zeros((1, 2)), PARANAL, ALL_PHOTONS, 1, 1,
            settings=Settings(absorption=False), start_height=PARANAL.altitude + 200,
        )[1][0]  # fmt: skip
        assert (len(light) > 0) == seen


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"energy": -1.0}, "must be positive"),
        ({"primary": 7}, "Unknown primary"),
        ({"first_height": 100.0}, "first interaction"),
        ({"start_height": 1e6}, "Showers start between"),
    ],
)
def test_wrong_parameters_say_what_is_wrong(options, message):
    with pytest.raises(ConfigError, match=message):
        shower(**options)


def test_receivers_are_checked():
    with pytest.raises(ConfigError, match="equally long"):
        Receivers(np.zeros(2), np.zeros(1), np.zeros(1), np.ones(1), 70.0, 0.0)
    with pytest.raises(ConfigError, match="radius"):
        Receivers(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), 70.0, 0.0)
