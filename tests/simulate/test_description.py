import pytest

from iactflow.simulate.description import subarray_description
from iactflow.simulate.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_every_instrument_can_be_written_by_ctapipe(name, tmp_path):
    from ctapipe.instrument import SubarrayDescription

    subarray = subarray_description(PRESETS[name]())
    subarray.to_hdf(tmp_path / "subarray.h5")
    again = SubarrayDescription.from_hdf(tmp_path / "subarray.h5", focal_length_choice="EQUIVALENT")
    readouts = [[tel.camera.readout for tel in one.tel.values()] for one in (subarray, again)]
    assert readouts[0] == readouts[1]
