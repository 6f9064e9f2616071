import numpy as np
import pytest

from iactflow.errors import InputError
from iactflow.simulate.corsika import primary_number, read_run, read_showers


def everything(height):
    return np.full(len(height), 0.1)


@pytest.fixture(scope="module")
def first_showers(photons):
    """Three showers, every tenth photon detected."""
    found = []
    for shower in read_showers(photons, 70.0, 0.0, everything, lambda number: np.random.default_rng([1, number])):
        found.append(shower)
        if len(found) == 3:
            return found


def test_run_header_is_that_of_the_simtel_file(photons, sst1m_simtel):
    from ctapipe.io import SimTelEventSource

    run = read_run(photons)
    with SimTelEventSource(sst1m_simtel, focal_length_choice="EQUIVALENT") as source:
        [config] = source.simulation_config.values()
        positions = {i: xyz.to_value("m") for i, xyz in source.subarray.positions.items()}
    assert run.energy_range == pytest.approx((config["energy_range_min"].value, config["energy_range_max"].value))
    assert (run.n_showers, run.n_reuse) == (config["n_showers"], config["shower_reuse"])
    assert run.scatter_radius == config["max_scatter_range"].value
    assert run.spectral_index == config["spectral_index"]
    assert run.version == config["corsika_version"]
    assert run.observation_height == config["prod_site_alt"].value
    assert run.wavelengths == (240, 900)
    assert run.radius == 3
    assert set(run.positions) == set(positions)
    assert all(run.positions[i] == pytest.approx(positions[i], abs=0.01) for i in positions)


def test_truth_is_that_of_the_simtel_file(first_showers, sst1m_store):
    from iactflow.data.store import Store

    store = Store([sst1m_store])
    event_id = store.column("event_id")
    [row, *_] = np.flatnonzero(event_id // 100 == 3)
    shower = first_showers[2][0]
    use = int(event_id[row] % 100)
    assert shower.shower_index == 3
    assert shower.energy == pytest.approx(store.column("true_energy")[row], rel=1e-6)
    assert shower.core_x[use] == pytest.approx(store.column("true_core_x")[row], abs=0.01)
    assert shower.core_y[use] == pytest.approx(store.column("true_core_y")[row], abs=0.01)
    assert shower.h_first_int == pytest.approx(store.column("true_h_first_int")[row], abs=1)
    assert shower.x_max == pytest.approx(store.column("true_x_max")[row], abs=20)  # steps of 20 g/cm2
    assert shower.alt == pytest.approx(70, abs=1e-4)
    assert min(shower.az, 360 - shower.az) == pytest.approx(0, abs=1e-4)


def test_light_arrives_after_the_front_and_from_the_shower(first_showers):
    for shower, uses in first_showers:
        for light in uses:
            assert (np.diff(light.telescope) >= 0).all()
            assert light.time.min() > -5  # ns; the front runs in vacuum
            assert len(light) == len(light.mirror_x)
            assert np.hypot(light.mirror_x, light.mirror_y).max() < 3.3  # spheres of 3 m, met aslant
        assert shower.energy > 0
    lat = np.concatenate([light.fov_lat for _, uses in first_showers for light in uses])
    assert abs(np.median(lat)) < 5


def test_primaries_have_ctapipes_numbers():
    assert [primary_number(p) for p in (1, 3, 14, 402, 5626)] == [0, 1, 101, 402, 5626]


def test_what_is_no_corsika_file_is_refused(tmp_path, sst1m_simtel):
    with pytest.raises(InputError, match="does not exist"):
        read_run(tmp_path / "none.zst")
    (tmp_path / "text").write_text("hello, this is no CORSIKA file at all")
    with pytest.raises(InputError, match="IACT"):
        read_run(tmp_path / "text")
    with pytest.raises(InputError, match="IACT"):
        read_run(sst1m_simtel)
