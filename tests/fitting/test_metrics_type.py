import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from iactflow.fitting import metrics_type
from iactflow.fitting.metrics_type import auc, calibration, confusion, cut_at, distribution, metrics_at, rejection, roc

#: Ten images whose every number can be counted by hand: gammas .9 .8 .7 .6 .2, background .75 .5 .4 .3 .1
SIGNAL = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 0], bool)
GAMMANESS = np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.75, 0.5, 0.4, 0.3, 0.1])


@pytest.fixture(scope="module")
def sample():
    """Two overlapping populations with ties."""
    rng = np.random.default_rng(7)
    signal = rng.random(4000) < 0.3
    return signal, np.round(np.clip(rng.normal(np.where(signal, 0.65, 0.4), 0.2), 0, 1), 2)


def value(name, signal, gammaness, cut=0.5):
    return metrics_at(cut)[f"type_{name}"].function(signal, gammaness)


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    # of 25 pairs wrong: .7 and .6 below .75, .2 below .75 .5 .4 .3
    assert auc(SIGNAL, GAMMANESS) == pytest.approx(19 / 25)
    # swapped classes and a turned score give the rest to one
    assert auc(~SIGNAL, GAMMANESS) == pytest.approx(6 / 25)
    assert auc(SIGNAL, 1 - GAMMANESS) == pytest.approx(6 / 25)


def test_ties_count_half_as_in_scikit_learn(sample):
    assert auc(np.array([True, False]), np.array([0.5, 0.5])) == 0.5
    assert auc(*sample) == pytest.approx(sklearn_metrics.roc_auc_score(*sample))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        # at .5 pass: gammas .9 .8 .7 .6, background .75 .5 (the image on the cut passes)
        ("accuracy", 7 / 10),
        ("precision", 4 / 6),
        ("recall", 4 / 5),
        ("specificity", 3 / 5),
        ("f1", 8 / 11),
        # squares of .1 .2 .3 .4 .8 and of .75 .5 .4 .3 .1
        ("brier", (0.01 + 0.04 + 0.09 + 0.16 + 0.64 + 0.5625 + 0.25 + 0.16 + 0.09 + 0.01) / 10),
        # 80 % of the gammas pass at .6, above which there is one of five background images
        ("rejection_80", 4 / 5),
        # half of five gammas takes three: cut .7
        ("rejection_50", 4 / 5),
        ("rejection_90", 1 / 5),
    ],
)
def test_metrics_are_those_counted_by_hand(name, wanted):
    assert value(name, SIGNAL, GAMMANESS) == pytest.approx(wanted)


def test_the_cut_is_the_stated_one():
    assert value("recall", SIGNAL, GAMMANESS, cut=0.75) == pytest.approx(2 / 5)
    assert "gammaness ≥ 0.75" in metrics_at(0.75)["type_recall"].definition


def test_scores_agree_with_scikit_learn(sample):
    signal, gammaness = sample
    passed = gammaness >= 0.5
    assert value("precision", *sample) == pytest.approx(sklearn_metrics.precision_score(signal, passed))
    assert value("recall", *sample) == pytest.approx(sklearn_metrics.recall_score(signal, passed))
    assert value("f1", *sample) == pytest.approx(sklearn_metrics.f1_score(signal, passed))
    assert value("brier", *sample) == pytest.approx(sklearn_metrics.brier_score_loss(signal, gammaness))


def test_a_cut_keeps_at_least_the_wanted_share_and_no_larger_one_does(sample):
    signal, gammaness = sample
    for efficiency in (0.1, 0.5, 0.8, 0.9, 1.0):
        cut = float(cut_at(signal, gammaness, efficiency))
        assert np.mean(gammaness[signal] >= cut) >= efficiency
        assert np.mean(gammaness[signal] > cut) < efficiency


def test_the_roc_curve_runs_from_none_to_all_and_holds_finite_cuts(sample):
    curve = roc(*sample)
    assert curve["background_efficiency"][0] == 0
    assert np.isfinite(curve["cut"]).all()
    assert (np.diff(curve["background_efficiency"]) >= 0).all()
    assert (np.diff(curve["cut"]) <= 0).all()
    half = np.searchsorted(curve["efficiency"], 0.5)
    assert 1 - curve["background_efficiency"][half] == pytest.approx(rejection(*sample, 0.5))


def test_perfect_and_worthless_estimates():
    assert value("auc", SIGNAL, SIGNAL.astype(float)) == 1
    assert value("rejection_90", SIGNAL, SIGNAL.astype(float)) == 1
    assert value("auc", SIGNAL, np.full(10, 0.5)) == 0.5
    assert value("rejection_50", SIGNAL, np.full(10, 0.5)) == 0


def test_one_kind_alone_leaves_undefined_what_takes_both():
    gammas = np.ones(4, bool)
    some = np.array([0.2, 0.6, 0.7, 0.9])
    for name in ("auc", "rejection_80", "specificity"):
        assert np.isnan(value(name, gammas, some))
    assert value("recall", gammas, some) == 0.75
    assert np.isnan(value("recall", ~gammas, some))
    assert np.isnan(roc(gammas, some)["background_efficiency"]).all()


def test_calibration_gives_back_the_share_of_gammas_that_was_put_in():
    rng = np.random.default_rng(3)
    gammaness = rng.random(50_000)
    signal = rng.random(50_000) < gammaness**2
    found = calibration(signal, gammaness)
    np.testing.assert_allclose(found["mean_gammaness"], np.arange(0.05, 1, 0.1), atol=0.005)
    np.testing.assert_allclose(found["fraction"], np.arange(0.05, 1, 0.1) ** 2, atol=0.03)
    assert found["n"].sum() == 50_000


def test_gammaness_of_exactly_one_is_in_the_last_bin():
    assert calibration(np.array([True]), np.array([1.0]))["n"][-1] == 1
    assert distribution(np.array([True]), np.array([1.0]))["n_gamma"][-1] == 1


def test_the_confusion_counts_by_truth_and_estimate():
    table = confusion(SIGNAL, GAMMANESS, 0.5)
    cells = {(row["true"], row["estimated"]): (row["n"], row["fraction"]) for row in table}
    assert cells == {
        ("gamma", "gamma"): (4, pytest.approx(0.8)),
        ("gamma", "background"): (1, pytest.approx(0.2)),
        ("background", "gamma"): (2, pytest.approx(0.4)),
        ("background", "background"): (3, pytest.approx(0.6)),
    }
    assert table.meta["cut"] == 0.5


def test_every_image_is_in_the_distribution(sample):
    table = distribution(*sample)
    assert (table["n_gamma"].sum(), table["n_background"].sum()) == (sample[0].sum(), (~sample[0]).sum())
    assert len(table) == metrics_type._BINS
