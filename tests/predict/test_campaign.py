"""Shares of a campaign: all files once, whatever the shares, and none twice."""

import pytest

from iactflow.errors import ConfigError
from iactflow.predict.campaign import predict_share
from iactflow.predict.config import Predict


@pytest.fixture(scope="module")
def night(few_telescopes, as_run, tmp_path_factory):
    """Three DL1 files, and something else that is in the way."""
    folder = tmp_path_factory.mktemp("night")
    for run in (1, 2, 3):
        as_run(few_telescopes, folder / f"{run}.dl1.h5", run)
    (folder / "notes.txt").write_text("clouds after two")
    return folder


def share(model, night, out, shard, **options):
    return predict_share([str(model)], [str(night)], str(out), shard=shard, config=Predict(), **options)


def test_shares_meet_in_one_folder_and_are_resumed(energy_model, night, tmp_path):
    out = tmp_path / "dl2"
    first = share(energy_model, night, out, (1, 2))
    assert (first.n_files, sorted(path.name for path in out.iterdir())) == (2, ["1.dl2.h5", "3.dl2.h5"])
    second = share(energy_model, night, out, (2, 2))
    assert (second.n_files, second.n_skipped) == (1, 0)
    again = share(energy_model, night, out, (1, 1))
    assert (again.n_files, again.n_skipped, again.n_events) == (3, 3, 0)
    assert sorted(path.name for path in out.iterdir()) == ["1.dl2.h5", "2.dl2.h5", "3.dl2.h5"]


def test_more_shares_than_files_are_empty_and_no_error(energy_model, night, tmp_path):
    done = share(energy_model, night, tmp_path / "dl2", (4, 4))
    assert (done.n_files, done.finite()["n_events"]) == (0, 0.0)


def test_wrong_shares_and_files_of_one_name_are_refused(energy_model, night, tmp_path):
    with pytest.raises(ConfigError, match=r"1 <= I <= N\. Received: 3/2"):
        share(energy_model, night, tmp_path / "dl2", (3, 2))
    other = tmp_path / "other"
    other.mkdir()
    (other / "1.h5").write_bytes((night / "1.dl1.h5").read_bytes())
    with pytest.raises(ConfigError, match=r"become 1\.dl2\.h5"):
        predict_share([str(energy_model)], [str(night), str(other)], "out", shard=(1, 1), config=Predict())
