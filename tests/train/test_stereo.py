"""Training on array events of real showers, from configuration to result beside a stereo forest."""

import json

import numpy as np
import pytest

from iactflow.data.array import ABSENT, leaders
from iactflow.data.result import Result
from iactflow.data.select import Selection
from iactflow.data.store import Store
from iactflow.errors import ConfigError, InputError
from iactflow.evaluate.config import Evaluate
from iactflow.models.bundle import Bundle
from iactflow.models.config import HexNet, Model, Stereo, Windowing
from iactflow.page.config import Report
from iactflow.page.facts import sample_line
from iactflow.page.samples import load_samples
from iactflow.report.run import build
from iactflow.train.config import Train
from iactflow.train.examples import choose_examples
from iactflow.train.run import run

TASKS = ["type", "energy", "cameradirection", "skydirection"]
HEXNET = Model(
    name="hexnet",
    mode="stereo",
    stereo=Stereo(telescopes_max=3),
    hexnet=HexNet(widths=[8, 8], blocks=[0, 0], hidden=[8]),
    window=Windowing(side=12),
)


@pytest.fixture(scope="module")
def bundle(mixed_store, tmp_path_factory):
    out = tmp_path_factory.mktemp("stereo") / "model"
    return run(TASKS, Selection(), HEXNET, Train(epochs=2, batch_size=8), [mixed_store], out, instrument="sst1m-mono")


def test_the_training_counts_events_and_none_is_in_two_parts(mixed_store, bundle):
    store = Store(mixed_store)
    examples = choose_examples([mixed_store], Selection(), HEXNET, instrument="sst1m-mono")
    assert examples.train.shape[1] == 3
    key = store.column("event_id")
    for groups in (examples.train, examples.validation):
        assert ((groups != ABSENT).sum(axis=1) >= 2).all()
        assert len(np.unique(key[leaders(groups)])) == len(groups)
    assert bundle.values["n_train"] == len(examples.train)
    info = json.loads((bundle.path / "model.json").read_text())
    assert info["config"]["model"]["mode"] == "stereo"
    assert info["inputs"]["image"] == [None, 1296]
    assert all(np.isfinite(info["history"]["loss"]))


@pytest.fixture(scope="module")
def scored(mixed_store, bundle, tmp_path_factory):
    from iactflow.evaluate.run import run as evaluate

    out = tmp_path_factory.mktemp("scored") / "result"
    return evaluate(bundle.path, [mixed_store], out, config=Evaluate(bootstrap=20)).path


def test_evaluate_scores_events_beside_a_forest_that_knows_where_axes_cross(mixed_store, bundle, scored):
    result, forest = Result.load(scored), Result.load(scored / "baseline")
    store = Store(mixed_store)
    model = Bundle.load(bundle.path)
    events = model.examples(store, store.rows("test"))
    assert result.data["per"] == "event"
    assert result.data["n_events"] == len(result.predictions) == len(events)
    assert result.data["n_images"] == (events != ABSENT).sum()
    assert result.metrics["type_auc"].n == len(events)
    assert forest.events_hash == result.events_hash
    assert forest.name == "Random forest (stereo)"
    assert len(forest.model["features"]) == 27
    direct = model.predict(store, events)
    np.testing.assert_allclose(result.predictions["reco_energy"].to_numpy(), direct["energy"], rtol=1e-5)
    np.testing.assert_array_equal(result.predictions["event_id"].to_numpy(), store.column("event_id")[leaders(events)])


def test_the_report_counts_events_where_it_speaks_of_events(mixed_store, bundle, scored):
    """An event has several images: a page that mixed them up would name more of everything than there is."""
    store, model = Store(mixed_store), Bundle.load(bundle.path)
    events = model.examples(store, store.rows("test"))
    n, outside = len(events), int(model.outside_range(store, events).sum())
    learnt = choose_examples([mixed_store], Selection(), HEXNET, instrument="sst1m-mono")
    assert (events != ABSENT).sum() > n
    samples = load_samples([scored])
    page = build(samples, Report(), "iactflow report")
    result = samples[0].result
    showers = result.data["n_showers"]
    assert page.identity["Scored"].endswith(f" ({n} array events of {showers} showers)")
    assert sample_line(result).startswith(f"{n} array events of {showers} showers (")
    blocks = {section.name: section.blocks for section in page.sections}
    facts, stores = blocks["data"]
    assert facts.facts["Images"] == str((events != ABSENT).sum())
    assert facts.facts["Array events"] == str(n)
    assert facts.facts["Outside of the training's range"] == f"{outside} of {n} array events"
    primary = store.column("true_shower_primary_id")[leaders(events)]
    assert facts.facts["Primaries"] == ", ".join(
        f"{name} ({(primary == code).sum()} array events)" for name, code in (("gamma", 0), ("proton", 101))
    )
    assert stores.head[1] == "Training array events (showers)"
    assert stores.rows[0][1].startswith(f"{len(learnt.train)} (")
    [cost] = blocks["cost"]
    seen = next(row for row in cost.rows if "seen in training" in row[0])
    assert seen == ["Array events seen in training", str(2 * len(learnt.train)), str(len(learnt.train))]
    assert f"{len(learnt.train)} training array events" in blocks["model"][-1].text


def test_a_champion_of_single_images_is_no_rival_of_a_stereo_model(mixed_store, bundle, energy_model, tmp_path):
    from iactflow.evaluate.run import run as evaluate

    with pytest.raises(ConfigError, match="mode stereo"):
        evaluate(
            bundle.path, [mixed_store], tmp_path / "result", config=Evaluate(bootstrap=20, champion=str(energy_model))
        )


def test_too_few_telescopes_are_told(mixed_store, tmp_path):
    model = HEXNET.model_copy(update={"stereo": Stereo(telescopes_min=60, telescopes_max=70)})
    with pytest.raises(InputError, match="no event has 60 images"):
        run(TASKS, Selection(), model, Train(), [mixed_store], tmp_path / "model", instrument="sst1m-mono")


def test_stacked_pictures_of_seventy_telescopes_are_refused_with_the_number(mixed_store, tmp_path):
    model = Model(mode="stereo")
    with pytest.raises(ConfigError, match="of 70 telescopes"):
        run(["energy"], Selection(), model, Train(), [mixed_store], tmp_path / "model", instrument="sst1m-mono")
