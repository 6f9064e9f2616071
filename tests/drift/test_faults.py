import pytest

from iactflow.drift.config import Drift
from iactflow.drift.run import run

CONFIG = Drift(permutations=300)
#: What each fault sets in the simulation, and the quantity that must show it.
FAULTS = {
    "gain -10 %": ({"gain": 0.9}, "noise"),
    "mirror -15 %": ({"reflectivity": 0.85}, "noise"),
    "night sky x2": ({"night_sky": 2.0}, "noise"),
    "5 % dead pixels": ({"dead_pixels": 0.05}, "silent"),
}


def test_other_showers_of_the_same_telescope_have_not_drifted(healthy, simulated, tmp_path):
    assert run([healthy], [simulated(2)], tmp_path / "drift", config=CONFIG).reasons == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_a_drift_of_what_it_changes(fault, healthy, simulated, tmp_path):
    settings, column = FAULTS[fault]
    done = run([healthy], [simulated(3, **settings)], tmp_path / "drift", config=CONFIG)
    assert done.drifted
    assert column in {one.column for one in done.verdict.columns if one.drifted}
    assert done.verdict.camera.drifted == (fault == "5 % dead pixels")


def test_sides_are_not_mixed_up(healthy, simulated, tmp_path):
    done = run([healthy], [simulated(3, night_sky=2.0)], tmp_path / "drift", config=CONFIG)
    noise = next(one for one in done.verdict.columns if one.column == "noise")
    assert noise.median[1] / noise.median[0] == pytest.approx(2**0.5, rel=0.1)
    assert done.verdict.current["n_images"] == noise.n[1]


def test_ignored_quantities_are_left_out_and_named(healthy, simulated, tmp_path):
    ignore = ["noise", "pedestal", "loud"]
    config = Drift(permutations=300, ignore=ignore)
    done = run([healthy], [simulated(3, night_sky=2.0)], tmp_path / "drift", config=config)
    assert not {one.column for one in done.verdict.columns} & set(ignore)
    assert any("drift.ignore: Pedestal, Noise" in caution for caution in done.verdict.cautions)


def test_unknown_quantities_cannot_be_ignored():
    with pytest.raises(ValueError, match="unknown are nose"):
        Drift(ignore=["nose"])
