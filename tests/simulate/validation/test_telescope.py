import pytest

from iactflow.simulate.presets import preset
from iactflow.simulate.validation import telescope as validate


@pytest.fixture(scope="module")
def comparison(sst1m_simtel, photons):
    pairs, triggers = validate.observe_pairs(sst1m_simtel, photons, draws=2)
    instrument = preset("sst1m-paranal")
    values = validate.compare(pairs, instrument.camera.geometry, instrument.dish.focal_length)
    return {value.name: value for value in values}, triggers


@pytest.mark.parametrize(
    ("name", "wanted", "tolerance"),
    [
        ("photoelectrons, ours / theirs, pooled", 1, 0.04),
        ("photoelectrons, median", 1, 0.05),
        ("length, median ratio", 1, 0.04),
        ("width, median ratio", 1, 0.06),
        ("centroid towards altitude, mean shift (deg)", 0, 0.02),
        ("centroid towards azimuth, mean shift (deg)", 0, 0.02),
        ("pixel time, standard deviation of differences (ns)", 0, 1),
        ("empty pixels, 1 % quantile, ours - theirs (p.e.)", 0, 0.02),
        ("empty pixels, 84 % quantile, ours - theirs (p.e.)", 0, 0.04),
    ],
)
def test_our_telescope_sees_what_sim_telarray_sees(comparison, name, wanted, tolerance):
    assert comparison[0][name].value == pytest.approx(wanted, abs=tolerance)


def test_the_same_telescopes_trigger(comparison):
    triggers = comparison[1]
    assert triggers["both"] > 95
    # each simulation detects the photons by its own chance, so faint telescopes trigger in one or the other
    assert abs(triggers["only ours"] - triggers["only theirs"]) < 25
