"""The pipeline ``retrain``, run by Kubeflow's local runner on real showers: only the size of its training is cut."""

import hashlib
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.registered.registry import Registry
from iactflow.survey.config import Survey
from iactflow.survey.run import run as survey
from iactflow.tracking import default_tracking_uri

NAME = "energy"
#: A network and numbers of resamplings as small as they go, and limits that eleven showers can pass.
SETTINGS = (
    "data.test=[]",
    "model.hexnet.widths=[4, 4]",
    "model.hexnet.blocks=[1, 1]",
    "model.hexnet.hidden=[4]",
    "train.epochs=1",
    "evaluate.bootstrap=20",
    "drift.permutations=100",
    "drift.showers_min=5",
    "survey.showers_min=5",
    "promote.showers_min=2",
)


@pytest.fixture(scope="module")
def retrain(tmp_path_factory):
    """Run the pipeline: into one folder, with one registry; gives what it printed, its folder and its steps."""
    root = tmp_path_factory.mktemp("retrain")
    known = set()

    def run(*data, settings=()):
        given = ", ".join(f'"{one}"' for one in data)
        words = ["run", "retrain", "--out", str(root), "--parameter", f"data=[{given}]", "--parameter", "workers=1"]
        words += [word for setting in (*SETTINGS, *settings) for word in ("--set", setting)]
        result = CliRunner().invoke(main, words)
        [folder] = {path for path in (root / "retrain").iterdir() if path.is_dir()} - known
        known.add(folder)
        return SimpleNamespace(result=result, folder=folder, steps={path.name for path in folder.iterdir()})

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", default_tracking_uri(root))
        yield run


@pytest.fixture(scope="module")
def first(retrain, sst1m_store):
    """A run without a champion."""
    return retrain(sst1m_store)


@pytest.fixture(scope="module")
def second(first, retrain, sst1m_store):
    """The same again."""
    return retrain(sst1m_store)


def contents(folder):
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_first_model_becomes_champion(first):
    assert first.result.exit_code == 0, first.result.output
    assert "**models:/energy/1 is the champion.**" in (first.folder / "summary.md").read_text()
    assert {"report.html", "compare.html"} <= first.steps
    assert first.result.stdout.splitlines()[-1] == str(first.folder / "summary.md")


def test_the_same_showers_train_nothing_and_the_summary_says_why(first, second):
    assert second.result.exit_code == 0, second.result.output
    assert not [step for step in second.steps if step.startswith(("train", "evaluate", "compare"))]
    text = (second.folder / "summary.md").read_text()
    assert "Nothing new: models:/energy/1 learnt from all 11 showers already." in text
    assert "**models:/energy/1 stays the champion.** Nothing was trained." in text
    assert [version.number for version in Registry().versions(NAME)] == [1]


def test_a_run_that_fails_leaves_all_as_it_was_and_its_showers_new(
    first, second, retrain, sst1m_store, few_telescopes, as_run, tmp_path
):
    before = contents(first.folder), contents(second.folder), Registry().aliases(NAME)
    new = as_run(few_telescopes, tmp_path / "new.dl1.h5", 777)
    failed = retrain(sst1m_store, new, settings=[f"model.init={tmp_path / 'absent.keras'}"])
    assert failed.result.exit_code == 3
    assert "absent.keras" in failed.result.stderr
    assert [step for step in failed.steps if step.startswith("train")]
    assert not [step for step in failed.steps if step.startswith("promote")]
    assert (contents(first.folder), contents(second.folder), Registry().aliases(NAME)) == before
    assert before[2] == {"champion": 1}
    [stores] = failed.folder.glob("ingest*/stores")
    news = survey(sorted(stores.iterdir()), tmp_path / "news", name=NAME, config=Survey(showers_min=5))
    assert (news.champion, news.n_showers, news.n_new, news.enough) == ("models:/energy/1", 16, 5, True)
