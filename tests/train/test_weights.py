"""Weights of images, on two stores of the same showers of which one says that they are protons."""

import numpy as np
import pytest

from iactflow.data import schema
from iactflow.data.store import Store
from iactflow.errors import ConfigError
from iactflow.models.tasks import TASKS
from iactflow.train.config import Train
from iactflow.train.weights import image_weights, require_signal, simulated_indices

EVERY = ["type", "energy", "cameradirection"]


@pytest.fixture
def both(sst1m_store, proton_store):
    """129 gammas, then 129 protons."""
    return Store([sst1m_store, proton_store])


def test_only_gammas_count_for_energy_and_direction(both):
    rows = np.r_[0:30, 129:219]
    weights = image_weights(both, rows, EVERY, Train())
    np.testing.assert_array_equal(weights["type"], np.ones(120))
    for task in ("energy", "cameradirection"):
        np.testing.assert_allclose(weights[task], [4] * 30 + [0] * 90)


def test_background_counts_where_the_configuration_says_so(both):
    weights = image_weights(both, np.arange(258), EVERY, Train(regress_background=True))
    assert all((values == 1).all() for values in weights.values())


def test_classes_are_balanced_for_the_type(both):
    weights = image_weights(both, np.r_[0:30, 129:219], EVERY, Train(class_balance=True))["type"]
    assert weights[:30].sum() == pytest.approx(weights[30:].sum())
    assert weights.mean() == pytest.approx(1)


def test_a_harder_spectrum_gives_high_energies_more_weight(both):
    rows = np.arange(129)
    simulated = set(simulated_indices(both).values())
    assert len(simulated) == 1
    weights = image_weights(both, rows, ["energy"], Train(energy_index=simulated.pop() + 1))["energy"]
    energy = both.column(schema.TRUE_ENERGY)[rows]
    np.testing.assert_allclose(weights / energy, np.full(129, (weights / energy)[0]), rtol=1e-5)


def test_a_type_needs_both_kinds(sst1m_store, proton_store, both):
    with pytest.raises(ConfigError, match=r"gammas and other particles .* gamma only"):
        require_signal(Store(sst1m_store), np.arange(9), ["type"], Train())
    with pytest.raises(ConfigError, match=r"energy is fitted to gammas alone.*regress_background"):
        require_signal(Store(proton_store), np.arange(9), ["energy"], Train())
    require_signal(both, np.arange(258), EVERY, Train())


def test_labels_of_the_type_are_one_for_gammas_in_the_second_place(both):
    labels = TASKS["type"].labels(both, np.array([0, 129]))
    np.testing.assert_array_equal(labels, [[0, 1], [1, 0]])
