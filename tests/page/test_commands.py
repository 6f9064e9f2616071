"""The commands that a report prints make the stores again."""

import shlex

import pytest
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.data.making import making
from iactflow.data.split import SplitFractions
from iactflow.data.store import Store
from iactflow.page.commands import store_commands


@pytest.fixture(scope="module")
def _small_blocks():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("iactflow.simulate.run.SHOWERS_PER_BLOCK", 2)
        yield


@pytest.fixture(scope="module")
def simulated(_small_blocks, tmp_path_factory):
    """A store of two blocks of bright gammas, divided in another way than by default, and a copy that ingest made."""
    from iactflow.config import validate
    from iactflow.ingest.run import run as ingest
    from iactflow.simulate.config import Simulate
    from iactflow.simulate.run import run

    folder = tmp_path_factory.mktemp("simulated")
    values = {"preset": "sst1m-mono", "energy_min": "2 TeV", "energy_max": "4 TeV", "viewcone": "0.5 deg"}
    split = SplitFractions(train=0.5, validation=0.1, test=0.4)
    config = validate(Simulate, values, "the test")
    run(config, folder / "own", showers=4, output_format="store", fractions=split, workers=1)
    return ingest([str(folder / "own")], folder / "store", fractions=split).path


def again(stores, folder):
    """Make stores again in another folder, by their commands alone."""
    lines, files = store_commands(making(Store(stores)))
    for name, text in files.items():
        (folder / name).write_text(text)
    for line in lines:
        words = [str(folder / word) if word in files else word for word in shlex.split(line)[1:]]
        words[words.index("--out") + 1] = str(folder / "again")
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
    return lines


def test_simulating_again_gives_the_same_store(simulated, tmp_path):
    [line] = again([simulated], tmp_path)
    assert line.startswith("iactflow simulate --config simulate-gamma.yaml --showers 4 --seed 1 --format store")
    assert "--split 0.5,0.1,0.4" in line
    assert Store([tmp_path / "again"]).hash == Store([simulated]).hash


def test_reading_again_gives_the_same_store(sst1m_store, sst1m_simtel, tmp_path, monkeypatch):
    monkeypatch.chdir(sst1m_simtel.parent)  # files are named, not where they lay
    [line] = again([sst1m_store], tmp_path)
    assert f"--input {sst1m_simtel.name} --camera DigiCam" in line
    assert Store([tmp_path / "again"]).hash == Store([sst1m_store]).hash


def test_other_settings_are_another_file_and_many_files_a_folder(sst1m_store):
    told = making(Store([sst1m_store]))[0]
    run = {"config": {"primary": "gamma"}, "seed": 1, "events": 5}
    others = [run, run | {"config": {"primary": "gamma", "zenith": "40 deg"}}]
    lines, files = store_commands([told | {"files": [f"{n}.h5" for n in range(9)], "simulated": others}])
    assert sorted(files) == ["ctapipe.yaml", "simulate-gamma-2.yaml", "simulate-gamma.yaml"]
    assert lines[1].startswith("iactflow simulate --config simulate-gamma-2.yaml --events 5")
    assert "--input FOLDER_OF_9_FILES" in lines[2]
