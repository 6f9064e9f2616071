import copy

import numpy as np
import pytest
from dl1_data_handler import image_mapper
from dl1_data_handler.reader import get_unmapped_image

from iactflow.data.feeder import gather
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.models.backend import keras
from iactflow.models.config import Mapping
from iactflow.models.mapping import mapping_operator
from iactflow.models.view import picture_view

NO_TRANSFORM = dict.fromkeys(("image_scale", "image_offset", "peak_time_scale", "peak_time_offset"), 0)
ALL_CHANNELS = ["image", "cleaned_image", "peak_time", "cleaned_peak_time"]


@pytest.fixture(scope="module")
def astri_store(flashcam_simtel, tmp_path_factory):
    from iactflow.ingest.run import run

    return run([str(flashcam_simtel)], tmp_path_factory.mktemp("astri") / "store", camera="ASTRICam").path


def upstream_pictures(store, rows, mapping):
    """What dl1-data-handler makes of the same images, one by one as it does."""
    size = {"interpolation_image_shape": mapping.interpolation_image_shape}
    size = {key: value for key, value in size.items() if value is not None}
    mapper = getattr(image_mapper, mapping.mapper)(geometry=copy.deepcopy(store.camera.geometry), **size)
    pixels = gather(store, rows, ["image", "peak_time", "image_mask"])
    events = [{name: values[i] for name, values in pixels.items()} for i in range(len(rows))]
    return np.stack([mapper.map_image(get_unmapped_image(e, mapping.channels, NO_TRANSFORM)) for e in events])


def our_pictures(store, rows, mapping):
    model = picture_view(store.camera, mapping).model
    return model.predict(gather(store, rows, [tensor.name for tensor in model.inputs]), verbose=0)


@pytest.mark.parametrize(
    ("mapper", "side"),
    [
        ("AxialMapper", None),
        ("BicubicMapper", 40),
        ("BilinearMapper", None),
        ("HexagdlyMapper", None),
        ("NearestNeighborMapper", None),
        ("OversamplingMapper", None),
        ("RebinMapper", 20),
        ("ShiftingMapper", None),
    ],
)
def test_pictures_of_digicam_equal_dl1_data_handlers(sst1m_store, mapper, side):
    store, rows = Store(sst1m_store), np.arange(0, 129, 9)
    mapping = Mapping(mapper=mapper, interpolation_image_shape=side, channels=ALL_CHANNELS)
    expected = upstream_pictures(store, rows, mapping)
    assert expected.max() > 10  # p.e. (or ns): the images are not empty
    np.testing.assert_allclose(our_pictures(store, rows, mapping), expected, rtol=1e-5, atol=1e-5)


def test_pictures_of_flashcam_equal_dl1_data_handlers(flashcam_store):
    store, rows = Store(flashcam_store), np.arange(31)
    mapping = Mapping(mapper="BilinearMapper")
    expected = upstream_pictures(store, rows, mapping)
    np.testing.assert_allclose(our_pictures(store, rows, mapping), expected, rtol=1e-5, atol=1e-5)


def test_pictures_of_a_square_camera_equal_dl1_data_handlers(astri_store):
    store, rows = Store(astri_store), np.arange(10)
    mapping = Mapping(mapper="SquareMapper", channels=ALL_CHANNELS)
    np.testing.assert_array_equal(our_pictures(store, rows, mapping), upstream_pictures(store, rows, mapping))


def test_building_the_operator_leaves_the_geometry_alone(sst1m_store):
    geometry = Store(sst1m_store).camera.geometry
    before = geometry.pix_x.copy()
    mapping_operator(geometry, Mapping(mapper="ShiftingMapper"))
    assert (geometry.pix_x == before).all()


def test_only_the_columns_that_the_channels_need_are_inputs(sst1m_store):
    camera = Store(sst1m_store).camera
    inputs = {
        tuple(channels): {t.name for t in picture_view(camera, Mapping(channels=channels)).model.inputs}
        for channels in (["image"], ["cleaned_image"], ["image", "cleaned_peak_time"])
    }
    assert inputs == {
        ("image",): {"image"},
        ("cleaned_image",): {"image", "image_mask"},
        ("image", "cleaned_peak_time"): {"image", "peak_time", "image_mask"},
    }


def test_a_saved_mapping_needs_no_geometry(sst1m_store, tmp_path):
    store, rows = Store(sst1m_store), np.arange(5)
    model = picture_view(store.camera, Mapping()).model
    model.save(tmp_path / "picture.keras")
    pixels = gather(store, rows, ["image", "peak_time", "image_mask"])
    again = keras.saving.load_model(tmp_path / "picture.keras").predict(pixels, verbose=0)
    np.testing.assert_array_equal(again, model.predict(pixels, verbose=0))


def test_pixels_that_a_mapper_loses_are_said(sst1m_store, capsys):
    camera = Store(sst1m_store).camera
    geometry = camera.geometry
    assert len(mapping_operator(geometry, Mapping(mapper="ShiftingMapper")).lost_pixels) == 296
    assert len(mapping_operator(geometry, Mapping(mapper="AxialMapper")).lost_pixels) == 0
    picture_view(camera, Mapping(mapper="ShiftingMapper"))
    assert "296 of the 1296 pixels" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (Mapping(mapper="SquareMapper"), "SquareMapper cannot map the camera DigiCam"),
        (Mapping(mapper="RebinMapper"), "interpolation_image_shape"),
        (Mapping(mapper="AxialMapper", interpolation_image_shape=48), "must be null with AxialMapper"),
    ],
)
def test_mappings_that_do_not_fit_the_camera_are_refused(sst1m_store, mapping, words):
    with pytest.raises(ConfigError, match=words):
        mapping_operator(Store(sst1m_store).camera.geometry, mapping)
