import mlflow
import pytest
from click.testing import CliRunner
from scored import model, result, saved

from iactflow.cli import main
from iactflow.errors import ConfigError, InputError
from iactflow.models.source import registered_files
from iactflow.promote import run as promote
from iactflow.promote.config import Promote
from iactflow.registered.registry import Registry


class Registered:
    """The registered model of a test: the database is made once per session, which takes ten seconds."""

    def __init__(self, name):
        self.client, self.name, self.rules = Registry().client, name, Promote(name=name)

    @property
    def aliases(self):
        found = self.client.get_registered_model(self.name).aliases
        return {alias: int(number) for alias, number in found.items()}

    def promote(self, bundle, scores):
        return promote.run(str(bundle), scores, config=self.rules)

    def version(self, number):
        return self.client.get_model_version(self.name, str(number))


@pytest.fixture
def energy(tmp_path):
    return Registered(f"energy-{tmp_path.name}")


@pytest.fixture
def pair(energy, tmp_path):
    """A wide model, which is champion, and a narrow one."""
    wide, narrow = (model(tmp_path / name, name) for name in ("wide", "narrow"))
    first = energy.promote(wide, saved(tmp_path / "first", result(wide, 0.3)))
    assert (first.champion.uri, first.promoted) == (f"models:/{energy.name}/1", True)
    return wide, narrow


def test_a_better_model_becomes_champion_and_the_reason_is_kept(energy, pair, tmp_path):
    wide, narrow = pair
    done = energy.promote(narrow, saved(tmp_path / "r", result(narrow, 0.1), result(wide, 0.3)))
    assert done.promoted
    assert energy.aliases == {"champion": 2}
    tags = energy.version(2).tags
    assert tags["iactflow.decision"] == "promoted"
    assert tags["iactflow.reason"].startswith("Better than the champion in Energy resolution")
    assert (tags["iactflow.over"], tags["iactflow.data"], tags["iactflow.code"]) == (
        "1",
        "data-narrow",
        "fedcba9876543210",
    )


def test_with_the_scores_swapped_the_verdict_swaps(energy, pair, tmp_path):
    wide, narrow = pair
    done = energy.promote(narrow, saved(tmp_path / "r", result(narrow, 0.3), result(wide, 0.1)))
    assert not done.promoted
    assert done.reason.startswith("Worse than the champion in Energy resolution")
    assert energy.aliases == {"champion": 1, "challenger": 2}


def test_champion_and_challenger_must_have_their_own_scores(energy, pair, tmp_path):
    wide, narrow = pair
    with pytest.raises(InputError, match=rf"must be the result of models:/{energy.name}/1. Received: .* \(narrow, "):
        energy.promote(narrow, saved(tmp_path / "a", result(narrow, 0.1), result(narrow, 0.3)))
    with pytest.raises(InputError, match=r"must be the result of .*narrow. Received: .* \(wide, "):
        energy.promote(narrow, saved(tmp_path / "b", result(wide, 0.1), result(wide, 0.3)))
    assert energy.aliases == {"champion": 1}


def test_other_events_are_refused_and_nothing_changes(energy, pair, tmp_path):
    wide, narrow = pair
    other = saved(tmp_path / "r", result(narrow, 0.1), result(wide, 0.3, events_hash="z"))
    with pytest.raises(InputError, match="the events must be the same"):
        energy.promote(narrow, other)
    assert len(energy.client.search_model_versions(f"name='{energy.name}'")) == 1


def test_without_the_champions_score_the_command_that_makes_it_is_named(energy, pair, tmp_path):
    with pytest.raises(ConfigError, match=f"iactflow evaluate --set evaluate.champion=models:/{energy.name}/1"):
        energy.promote(pair[1], saved(tmp_path / "r", result(pair[1], 0.1)))


def test_the_same_model_twice_is_one_version(energy, pair, tmp_path):
    wide, narrow = pair
    assert energy.promote(wide, tmp_path / "first").reason.endswith(": There was no champion.")
    scores = saved(tmp_path / "r", result(narrow, 0.3), result(wide, 0.1))
    for _ in range(2):
        energy.promote(narrow, scores)
    assert energy.aliases == {"champion": 1, "challenger": 2}
    assert len(energy.client.search_model_versions(f"name='{energy.name}'")) == 2


def test_a_champion_that_came_meanwhile_is_not_replaced(energy, pair, tmp_path, monkeypatch):
    """Two runs at once: both were scored against version 1, the other one ends first."""
    wide, narrow = pair
    quick = model(tmp_path / "quick", "quick")
    registered = promote.register

    def held_up(*args):
        version = registered(*args)
        monkeypatch.setattr(promote, "register", registered)
        energy.promote(quick, saved(tmp_path / "q", result(quick, 0.2), result(wide, 0.3)))
        return version

    monkeypatch.setattr(promote, "register", held_up)
    done = energy.promote(narrow, saved(tmp_path / "r", result(narrow, 0.1), result(wide, 0.3)))
    assert (done.promoted, done.reason) == (False, f"The champion became models:/{energy.name}/3 meanwhile.")
    assert energy.aliases == {"champion": 3, "challenger": 2}


def test_rollback_brings_the_predecessor_back_once(energy, pair, tmp_path):
    wide, narrow = pair
    energy.promote(narrow, saved(tmp_path / "r", result(narrow, 0.1), result(wide, 0.3)))
    words = ["promote", "--name", energy.name, "--rollback", "wrong at 60 deg"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == f"models:/{energy.name}/1"
    assert energy.aliases == {"champion": 1, "challenger": 2}
    tags = energy.version(2).tags
    assert (tags["iactflow.decision"], tags["iactflow.reason"]) == ("rolled back", "wrong at 60 deg")
    again = CliRunner().invoke(main, words)
    assert again.exit_code == 2
    assert f"models:/{energy.name}/1 was the first" in again.output


def test_the_command_prints_the_champion(energy, pair, tmp_path):
    wide, narrow = pair
    scores = saved(tmp_path / "r", result(narrow, 0.1), result(wide, 0.3))
    done = CliRunner().invoke(main, ["promote", "--model", str(narrow), "--result", str(scores), "--name", energy.name])
    assert done.exit_code == 0, done.output
    assert f"models:/{energy.name}/2 is the champion instead of version 1. Better than" in done.output
    assert done.stdout.splitlines()[-1] == f"models:/{energy.name}/2"
    missing = CliRunner().invoke(main, ["promote", "--model", str(narrow)])
    assert missing.exit_code == 2
    assert "--model and --result are both required" in missing.output


def test_a_version_has_signature_example_and_card(energy, pair):
    signature = mlflow.models.get_model_info(str(registered_files(f"models:/{energy.name}/1"))).signature
    assert signature.inputs.input_dict()["image"].shape == (-1, 1296)
    assert signature.outputs.input_names() == ["energy"]
    card = energy.version(1).description.replace("\xa0", " ")
    assert "| true energy | 0.300 TeV | 50.0 TeV |" in card
    assert "| Energy resolution | 30" in card
    assert "800 images of 200 showers" in card
    assert "One pointing, 20.0 deg from the zenith" in card
