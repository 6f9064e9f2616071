"""The commands predict and irf: what they print without working, and how they fail."""

import yaml
from click.testing import CliRunner

from iactflow.cli import main


def call(*words):
    return CliRunner().invoke(main, list(words))


def test_dry_runs_print_the_settings():
    predict = call("predict", "--model=m", "--input=i", "--out=o", "--set", "predict.prefix=CTLearn", "--dry-run")
    assert yaml.safe_load(predict.output) == {"prefix": "CTLearn", "weights": "intensity", "keep": "parameters"}
    irf = call("irf", "--dl2=d", "--out=o", "--set", "irf.observation_time=5 h", "--dry-run")
    assert yaml.safe_load(irf.output)["observation_time"] == "5 h"


def test_wrong_settings_and_missing_inputs_have_their_exit_codes(tmp_path):
    wrong = call("predict", "--model=m", "--input=i", "--out=o", "--set", "predict.prefix=a b")
    assert (wrong.exit_code, "predict.prefix" in wrong.output) == (2, True)
    missing = call("predict", "--model=m", f"--input={tmp_path / 'no.h5'}", f"--out={tmp_path / 'o.h5'}")
    assert (missing.exit_code, "does not exist" in missing.output) == (3, True)
    missing = call("irf", f"--dl2={tmp_path / 'no.h5'}", f"--out={tmp_path / 'o.fits'}")
    assert (missing.exit_code, "does not exist" in missing.output) == (3, True)
    taken = tmp_path / "taken.fits"
    taken.touch()
    assert call("irf", "--dl2=d", f"--out={taken}").exit_code == 2
