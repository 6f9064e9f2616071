import json
import shutil

import numpy as np
import pytest

from iactflow.data.split import SplitFractions
from iactflow.data.store import MANIFEST, Store
from iactflow.errors import ConfigError, InputError, OutputExistsError
from iactflow.ingest.run import run


def content(store):
    return {path.name: path.read_bytes() for path in sorted(store.iterdir())}


@pytest.fixture(scope="module")
def runs(few_telescopes, as_run, tmp_path_factory):
    """Three DL1 files of runs 201 to 203."""
    folder = tmp_path_factory.mktemp("runs")
    return [as_run(few_telescopes, folder / f"run{number}.dl1.h5", number) for number in (201, 202, 203)]


@pytest.fixture(scope="module")
def whole(runs, tmp_path_factory):
    """The store of all three, read by one process."""
    return run([str(runs[0].parent)], tmp_path_factory.mktemp("whole") / "store", workers=1).path


def test_summary_counts_the_whole_store(whole):
    store = Store(whole)
    summary = run([str(whole)], whole.parent / "copy")
    assert summary.finite() == {"n_images": 63, "n_events": 30, "n_showers": 15, "n_sources": 3, "n_added": 1}
    assert len(store) == 63


def test_workers_change_nothing(runs, tmp_path):
    one = run([str(path) for path in runs[:2]], tmp_path / "one", workers=1).path
    three = run([str(path) for path in runs[:2]], tmp_path / "three", workers=3).path  # two share a file
    assert content(three) == content(one)


def test_order_of_arrival_changes_nothing(runs, whole, tmp_path):
    for path in reversed(runs):
        summary = run([str(path)], tmp_path / "store")
    assert summary.n_added == 1
    assert content(tmp_path / "store") == content(whole)


def test_same_input_again_adds_nothing_and_says_so(runs, whole, tmp_path, capsys):
    before = content(whole)
    renamed = shutil.copy(runs[1], tmp_path / "another_name.h5")
    assert run([str(renamed)], whole).n_added == 0
    assert "another_name.h5 is in the store already" in capsys.readouterr().err
    assert content(whole) == before


def test_growing_moves_no_shower_to_another_part(runs, whole, tmp_path):
    alone = Store(run([str(runs[0])], tmp_path / "store").path)
    names = ("obs_id", "shower_id", "split")
    before = set(zip(*(alone.column(name).tolist() for name in names), strict=True))
    after = set(zip(*(Store(whole).column(name).tolist() for name in names), strict=True))
    assert before < after


def test_merged_stores_equal_the_store_of_all_files(runs, whole, tmp_path):
    parts = [run([str(path)], tmp_path / path.stem).path for path in runs]
    merged = run([str(path) for path in parts], tmp_path / "merged").path
    assert content(merged) == content(whole)


def test_run_that_is_there_with_other_content_is_refused(few_telescopes, runs, as_run, tmp_path):
    import tables

    other = as_run(few_telescopes, tmp_path / "other.h5", 201)
    with tables.open_file(str(other), "a") as file:
        file.root._v_attrs.TITLE = "not the same bytes"
    out = run([str(runs[0])], tmp_path / "store").path
    before = content(out)
    with pytest.raises(InputError, match=r"other\.h5 and run201\.dl1\.h5 both hold run 201 of gamma showers"):
        run([str(other)], out)
    assert json.loads((out / MANIFEST).read_text()) == json.loads(before[MANIFEST])
    assert len(Store(out)) == 21


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"images_only": True}, "parameters true. Received from this command: false"),
        ({"fractions": SplitFractions(train=0.5, validation=0.25, test=0.25)}, "fractions"),
    ],
)
def test_existing_store_keeps_its_settings(runs, tmp_path, changed, message):
    out = run([str(runs[0])], tmp_path / "store").path
    with pytest.raises(ConfigError, match=message):
        run([str(runs[1])], out, **changed)
    assert len(Store(out)) == 21


def test_existing_store_keeps_its_cleaning_and_its_camera(sst1m_store, flashcam_simtel, sst1m_simtel, tmp_path):
    out = shutil.copytree(sst1m_store, tmp_path / "store")
    config = tmp_path / "clean.yaml"
    config.write_text("ImageProcessor: {TailcutsImageCleaner: {picture_threshold_pe: 30}}")
    with pytest.raises(ConfigError, match="holds data with ctapipe"):
        run([str(sst1m_simtel)], out, ctapipe_config=config)
    with pytest.raises(ConfigError, match="The input has the camera FlashCam"):
        run([str(flashcam_simtel)], out, camera="FlashCam")


def test_overwriting_makes_it_anew(runs, tmp_path):
    out = run([str(runs[0])], tmp_path / "store").path
    shares = SplitFractions(train=0.5, validation=0.25, test=0.25)
    assert run([str(runs[1])], out, fractions=shares, overwrite=True).n_images == 21
    assert set(Store(out).column("obs_id")) == {202}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


def test_failed_overwriting_leaves_the_old_store(runs, tmp_path):
    out = run([str(runs[0])], tmp_path / "store").path
    before = content(out)
    damaged = tmp_path / "damaged.h5"
    damaged.write_bytes(runs[1].read_bytes()[:-50_000])
    with pytest.raises(InputError, match="damaged"):
        run([str(runs[2]), str(damaged)], out, overwrite=True)
    assert content(out) == before


def test_folder_of_something_else_is_never_touched(runs, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(OutputExistsError, match="is no store"):
            run([str(runs[0])], tmp_path, overwrite=overwrite)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_second_writer_is_refused(runs, tmp_path):
    from iactflow.data.writer import locked

    with locked(tmp_path / "store"), pytest.raises(ConfigError, match="Another process is writing"):
        run([str(runs[0])], tmp_path / "store")


def test_parts_are_read_in_the_order_of_the_sources(whole):
    store = Store(whole)
    assert (np.diff(store.column("obs_id")) >= 0).all()
