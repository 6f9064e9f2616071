import pytest
import tables
import yaml
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.data.store import Store


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_last_line_is_the_path_of_the_store(sst1m_simtel, tmp_path):
    done = call("ingest", "--input", sst1m_simtel, "--out", tmp_path / "store", "--split", "0.5,0.25,0.25")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == str(tmp_path / "store")
    assert Store(tmp_path / "store").manifests[0]["fractions"] == {"train": 0.5, "validation": 0.25, "test": 0.25}


def test_flashcam_images_of_the_truncated_file(flashcam_simtel, tmp_path):
    done = call("ingest", "--input", flashcam_simtel, "--camera", "FlashCam", "--out", tmp_path / "store")
    assert done.exit_code == 0, done.output
    assert "cut off at byte 46,308,589" in done.stderr
    assert len(Store(tmp_path / "store")) == 31


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--input", "absent.simtel.zst"], 3, "absent.simtel.zst does not exist"),
        (["--input", "FLASHCAM"], 2, "FlashCam (25 telescopes)"),
        (["--input", "FLASHCAM", "--camera", "DigiCam"], 3, "no camera 'DigiCam'"),
        (["--input", "sample:crab"], 2, "not a known sample"),
        (["--input", "FLASHCAM", "--split", "0.5,0.5,0.5"], 2, "must sum to 1"),
        (["--input", "FLASHCAM", "--split", "half"], 2, "three numbers"),
        (["--input", "FLASHCAM", "--ctapipe-config", "absent.yaml"], 3, "absent.yaml cannot be read"),
    ],
)
def test_faults_end_with_their_exit_code_and_one_sentence(flashcam_simtel, tmp_path, arguments, code, message):
    given = [str(flashcam_simtel) if argument == "FLASHCAM" else argument for argument in arguments]
    done = call("ingest", *given, "--out", tmp_path / "store")
    assert done.exit_code == code
    assert message in done.stderr
    assert "Traceback" not in done.output
    assert not (tmp_path / "store").exists()


def test_dry_run_prints_the_configuration_and_writes_nothing(sst1m_simtel, tmp_path):
    done = call("ingest", "--input", sst1m_simtel, "--out", tmp_path / "store", "--images-only", "--dry-run")
    shown = yaml.safe_load(done.stdout)
    assert shown["images_only"] is True
    assert shown["split"] == {"train": 0.6, "validation": 0.15, "test": 0.25}
    assert shown["ctapipe"]["ImageProcessor"]["image_cleaner_type"] == "TailcutsImageCleaner"
    assert not (tmp_path / "store").exists()


def test_conversion_keeps_the_images_of_the_camera(flashcam_simtel, tmp_path):
    arguments = ("ingest", "--format", "dl1", "--camera", "FlashCam", "--input", flashcam_simtel)
    done = call(*arguments, "--out", tmp_path / "f.h5")
    assert done.exit_code == 0, done.output
    with tables.open_file(str(tmp_path / "f.h5")) as file:
        assert sum(table.nrows for table in file.root.dl1.event.telescope.images) == 31
    again = call(*arguments, "--out", tmp_path / "f.h5")
    assert again.exit_code == 2
    assert "--overwrite" in again.stderr


def test_dl1_files_of_two_runs_become_one(few_telescopes, as_run, tmp_path):
    inputs = ["--input", few_telescopes, "--input", as_run(few_telescopes, tmp_path / "other.h5", 103)]
    done = call("ingest", "--format", "dl1", *inputs, "--out", tmp_path / "both.h5")
    assert done.exit_code == 0, done.output
    with tables.open_file(str(tmp_path / "both.h5")) as file:
        assert sum(table.nrows for table in file.root.dl1.event.telescope.images) == 42
