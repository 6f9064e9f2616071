from dataclasses import replace

import pytest

from iactflow.data.result import Result
from iactflow.page.statement import FEW_SHOWERS, cautions, statement


@pytest.fixture(scope="module")
def results(energy_result):
    return Result.load(energy_result), Result.load(energy_result / "baseline")


def better(result):
    """The same result with truth for estimates: nothing can beat it."""
    from iactflow.evaluate.energy import score_energy
    from iactflow.fitting.bootstrap import shower_index

    names = ("true_shower_primary_id", "obs_id", "shower_id")
    true = result.predictions["true_energy"].to_numpy()
    showers = shower_index(*(result.predictions[name].to_numpy() for name in names))
    return replace(result, **score_energy(true, true, showers, result.bootstrap)._asdict())


def many(result):
    return replace(
        result, metrics={name: replace(metric, n_showers=FEW_SHOWERS) for name, metric in result.metrics.items()}
    )


def test_a_network_that_loses_is_reported_as_such(results):
    network, forest = results
    verdict = statement({"net": many(network), "Random forest": many(better(forest))})
    assert verdict.headline.startswith("net does not beat the random forest")
    assert verdict.tone == "bad"
    assert len(verdict.reasons) == 3


def test_winning_on_few_showers_is_not_called_winning(results):
    network, forest = results
    assert statement({"net": many(better(network)), "Random forest": many(forest)}).tone == "good"
    verdict = statement({"net": better(network), "Random forest": forest})
    assert "in general is open" in verdict.headline
    assert verdict.tone == "neutral"


def test_two_equal_models_cannot_be_told_apart(results):
    network, _ = results
    assert "cannot be told apart" in statement({"net": network, "other": network}).headline


def test_few_showers_and_seen_data_call_for_caution(results):
    network, _ = results
    told = " ".join(cautions(replace(network, data={**network.data, "stores_learnt_from": ["A"]})))
    assert "only 43 images of 4 showers" in told
    assert "the model learnt from A" in told
    assert not any("only" in caution for caution in cautions(many(network)))
