import pytest
import toys
from click.testing import CliRunner
from scored import model, result, saved

from iactflow.cli import main
from iactflow.data.store import Store, read_manifest
from iactflow.promote.config import Promote
from iactflow.promote.run import run as promote
from iactflow.survey.config import Survey
from iactflow.survey.run import News, run


@pytest.fixture(scope="module")
def old(tmp_path_factory):
    """A store of a source of 20 showers."""
    return toys.write(tmp_path_factory.mktemp("old") / "train", toys.toy_events(1, 60), "simulated", 11)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """The same with a source of 30 showers more."""
    folder = tmp_path_factory.mktemp("grown") / "train"
    toys.write(folder, toys.toy_events(1, 60), "simulated", 11)
    return toys.write(folder, toys.toy_events(2, 90), "simulated", 12)


@pytest.fixture
def name(tmp_path):
    """Of the test's own registered model."""
    return f"energy-{tmp_path.name}"


def learnt(folder, name, store, numbers):
    """A model that has learnt from the sources of these runs."""
    sources = [source["sha256"][:16] for source in read_manifest(store)["sources"] if source["obs_ids"][0] in numbers]
    return model(folder / name, name, tuple(sources))


@pytest.fixture
def champion(old, name, tmp_path):
    """Version 1, which has learnt from `old`."""
    bundle = learnt(tmp_path, "champion", old, {11})
    promote(str(bundle), saved(tmp_path / "scores", result(bundle, 0.2)), config=Promote(name=name), stores=[old])
    return bundle


def test_without_a_champion_there_is_reason_to_train(name, old, tmp_path):
    news = run([old], tmp_path / "news", name=name, config=Survey())
    assert (news.enough, news.champion, news.n_new) == (True, "", 20)
    assert news.reason == f"{name} has no champion yet."
    assert (tmp_path / "news" / "reference" / "why.txt").read_text() == "There is no champion.\n"
    assert not list((tmp_path / "news" / "current").glob("*/store.json"))


def test_what_the_champion_has_learnt_from_is_nothing_new(champion, name, old, tmp_path):
    news = run([old], tmp_path / "news", name=name, config=Survey(showers_min=1))
    assert (news.enough, news.champion, news.n_new) == (False, f"models:/{name}/1", 0)
    assert news.reason == f"Nothing new: models:/{name}/1 learnt from all 20 showers already."
    assert News.read(tmp_path / "news" / "news.json") == news
    kept = Store(next((tmp_path / "news" / "reference").glob("*/store.json")).parent)
    assert len(kept) == len(Store(old))  # a sample of all parts: the champion's scores are compared on its test part


def test_the_reference_has_its_share_of_every_store_that_the_champion_has_learnt_from(name, old, tmp_path):
    gammas = toys.write(tmp_path / "gammas", toys.toy_events(3, 180, primary=0), "simulated", 21)
    bundle = model(tmp_path / name, name)
    scores = saved(tmp_path / "scores", result(bundle, 0.2))
    promote(str(bundle), scores, config=Promote(name=name, reference_images=120), stores=[gammas, old])
    run([old], tmp_path / "news", name=name, config=Survey())
    stores = sorted(path.parent for path in (tmp_path / "news" / "reference").glob("*/store.json"))
    whole = Store(stores)
    assert set(whole.column("true_shower_primary_id").tolist()) == {0, 101}
    counts = [len(Store(store)) for store in stores]
    # half of the images of each, by a hash of their 60 and 20 showers, of three images each
    assert counts == [pytest.approx(90, abs=36), pytest.approx(30, abs=21)]


@pytest.mark.parametrize(("limit", "enough"), [(30, True), (31, False)])
def test_new_showers_are_counted_and_set_apart(champion, name, grown, tmp_path, limit, enough):
    news = run([grown], tmp_path / "news", name=name, config=Survey(showers_min=limit))
    assert (news.enough, news.n_showers, news.n_new, news.sources) == (enough, 50, 30, ["toy_12"])
    [current] = (tmp_path / "news" / "current").iterdir()
    assert set(Store(current).column("obs_id").tolist()) == {12}


def test_what_the_challenger_has_learnt_from_is_not_tried_again(champion, name, grown, tmp_path):
    challenger = learnt(tmp_path, "challenger", grown, {11, 12})
    scores = saved(tmp_path / "worse", result(challenger, 0.3), result(champion, 0.2))
    assert not promote(str(challenger), scores, config=Promote(name=name), stores=[grown]).promoted
    news = run([grown], tmp_path / "news", name=name, config=Survey(showers_min=1))
    assert news.reason == f"Nothing new: models:/{name}/1 and models:/{name}/2 learnt from all 50 showers already."
    assert not news.enough


def test_the_command_says_why(champion, name, grown, tmp_path):
    words = ["survey", "--data", str(grown), "--name", name, "--out", str(tmp_path / "news")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert (
        f"30 of 50 showers are new to models:/{name}/1; too few: fewer than survey.showers_min = 5000." in done.output
    )
    assert done.stdout.splitlines()[-1] == str(tmp_path / "news")
