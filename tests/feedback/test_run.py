"""Classifiers with generated background: as good as simulated where the law is the same, worse where it is not."""

from dataclasses import replace

import numpy as np
import pytest
import toys
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.errors import InputError
from iactflow.feedback.config import Feedback
from iactflow.feedback.run import run

CONFIG = Feedback(background=300, mixtures=["1+0", "0+1", "0+2", "1+1"], bootstrap=40)


@pytest.fixture(scope="module")
def with_gammas(tmp_path_factory):
    """A store of toy gammas and toy protons."""
    folder = tmp_path_factory.mktemp("both") / "simulated"
    toys.write(folder, toys.toy_events(21, 1500), "simulated", 31)
    return toys.write(folder, toys.toy_events(22, 1500, primary=0), "simulated", 32)


@pytest.fixture(scope="module")
def fed(with_gammas, toy_generated, tmp_path_factory):
    done = run([with_gammas], [toy_generated("faithful")], tmp_path_factory.mktemp("fed") / "out", config=CONFIG)
    return {trained.path.name: trained for trained in done.mixtures}


def test_faithful_background_is_worth_as_much_as_simulated(fed):
    first = fed["mixture-1-0"].metrics["type_auc"]
    assert first.value > 0.75
    for name in ("mixture-0-1", "mixture-0-2", "mixture-1-1"):
        assert fed[name].metrics["type_auc"].value == pytest.approx(first.value, abs=0.06)


def test_background_that_looks_like_gammas_teaches_nothing(fed, with_gammas, tmp_path):
    gammas = toys.toy_events(5, 900, primary=0)
    called = [replace(event, shower=replace(event.shower, shower_primary_id=101)) for event in gammas]
    generated = toys.write(tmp_path / "generated", called, "generated", 2_050_000_009, all_train=True)
    config = Feedback(background=300, mixtures=["0+1"], bootstrap=20)
    [broken] = run([with_gammas], [generated], tmp_path / "out", config=config).mixtures
    assert broken.metrics["type_auc"].value == pytest.approx(0.5, abs=0.12)
    assert broken.metrics["type_auc"].high < fed["mixture-1-0"].metrics["type_auc"].low


def test_every_classifier_is_scored_on_the_same_simulated_showers(fed):
    from iactflow.data.result import Result

    results = [Result.load(trained.path) for trained in fed.values()]
    assert len({result.events_hash for result in results}) == 1
    assert {result.data["sample"]["key"] for result in results} == {"iactflow"}
    assert [result.name for result in results][:2] == ["1x simulated", "1x generated"]
    counts = [(trained.n_simulated, trained.n_generated) for trained in fed.values()]
    wanted = [(300, 0), (0, 300), (0, 600), (300, 300)]
    for kept, asked in zip(counts, wanted, strict=True):  # those that fail the cuts teach nothing
        assert all(0.8 * most <= some <= most for some, most in zip(kept, asked, strict=True))


def test_too_few_images_and_wrong_mixtures_are_explained(with_gammas, toy_generated, tmp_path):
    config = Feedback(background=300, mixtures=["0+90"])
    with pytest.raises(InputError, match=r"The mixture 0\+90 needs 27000 generated background images; there are \d+"):
        run([with_gammas], [toy_generated("faithful")], tmp_path / "out", config=config)
    words = ["feedback", "--data", "s", "--generated", "g", "--out", "o", "--dry-run"]
    said = CliRunner().invoke(main, [*words, "--set", "feedback.mixtures=['10']"])
    assert said.exit_code == 2
    assert "must be SIMULATED+GENERATED parts" in said.output


def test_numbers_to_log_are_finite(fed, with_gammas, toy_generated, tmp_path):
    words = ["feedback", "--data", str(with_gammas), "--generated", str(toy_generated("faithful"))]
    words += ["--out", str(tmp_path / "out"), "--set", "feedback.background=100", "--set", "feedback.bootstrap=20"]
    said = CliRunner().invoke(main, [*words, "--set", "feedback.mixtures=['1+0','0+1']"])
    assert said.exit_code == 0, said.output
    assert "1x generated (0 + " in said.output
    assert np.isfinite([metric.value for trained in fed.values() for metric in trained.metrics.values()]).all()
