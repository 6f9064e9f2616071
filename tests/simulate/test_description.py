import pytest

from iactflow.simulate.description import subarray_description
from iactflow.simulate.presets import PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_every_instrument_can_be_written_by_ctapipe(name, tmp_path):
    from ctapipe.instrument import SubarrayDescription

    subarray = subarray_description(PRESETS[name]())
    subarray.to_hdf(tmp_path / "subarray.h5")
    assert SubarrayDescription.from_hdf(tmp_path / "subarray.h5") == subarray
