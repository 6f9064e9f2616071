import os
import subprocess
import sys
from importlib.resources import files

import pytest

from iactflow.config import read_yaml
from iactflow.errors import ConfigError, InputError
from iactflow.ingest.processing import DEFAULT, ctapipe_configuration


def test_default_is_ctapipes_own():
    from ctapipe.image import TailcutsImageCleaner

    ours, theirs = read_yaml(DEFAULT), read_yaml(str(files("ctapipe.resources").joinpath("base_config.yaml")))
    assert ours["CameraCalibrator"] == theirs["CameraCalibrator"]
    cleaner = theirs["ImageProcessor"]["TailcutsImageCleaner"]
    for name in ("picture_threshold_pe", "boundary_threshold_pe"):
        [[default]] = getattr(TailcutsImageCleaner, name).default_args
        cleaner[name] = [list(default), *cleaner[name]]
    assert ours["ImageProcessor"] == theirs["ImageProcessor"]


def test_only_sections_that_matter_are_taken(tmp_path):
    path = tmp_path / "process.yaml"
    path.write_text(
        "DataWriter: {overwrite: true}\n"
        "ProcessorTool: {ImageProcessor: {image_cleaner_type: MARSImageCleaner}}\n"
        "ImageProcessor: {ImageQualityQuery: {quality_criteria: []}}\n"
    )
    assert ctapipe_configuration(path) == {
        "SimTelEventSource": {"focal_length_choice": "EQUIVALENT"},
        "ImageProcessor": {"image_cleaner_type": "MARSImageCleaner", "ImageQualityQuery": {"quality_criteria": []}},
    }


def test_json_as_ctapipe_takes_it(tmp_path):
    path = tmp_path / "process.json"
    path.write_text('{"ImageProcessor": {"image_cleaner_type": "MARSImageCleaner"}}')
    assert ctapipe_configuration(path)["ImageProcessor"] == {"image_cleaner_type": "MARSImageCleaner"}


def test_unusable_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        ctapipe_configuration(tmp_path / "absent.yaml")
    path = tmp_path / "frame.yaml"
    path.write_text("ImageProcessor: {use_telescope_frame: false}")
    with pytest.raises(ConfigError, match="use_telescope_frame must be true"):
        ctapipe_configuration(path)


def test_content_is_taken_as_a_file_would_be():
    assert ctapipe_configuration({"ImageProcessor": {"image_cleaner_type": "MARSImageCleaner"}}) == {
        "SimTelEventSource": {"focal_length_choice": "EQUIVALENT"},
        "ImageProcessor": {"image_cleaner_type": "MARSImageCleaner"},
    }
    with pytest.raises(ConfigError, match=r"Received: false \(data\.ctapipe\)"):
        ctapipe_configuration({"ImageProcessor": {"use_telescope_frame": False}})


def test_ctapipe_is_compiled_before_others_import_it(tmp_path):
    code = "from iactflow.ingest.processing import compile_ctapipe; compile_ctapipe()"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    assert list(tmp_path.rglob("extractor.extract_around_peak*.nbi"))
    assert list(tmp_path.rglob("intensity_fitter.*.nbi"))
