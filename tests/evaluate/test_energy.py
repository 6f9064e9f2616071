import numpy as np

from iactflow.data.result import Bootstrap
from iactflow.evaluate.energy import score_energy

SETTINGS = Bootstrap(n=50, seed=1, level=0.95)


def test_a_bin_with_one_shower_has_a_value_and_no_interval():
    true = np.array([1.1, 1.1, 5.0, 5.0, 5.1, 5.1])
    scores = score_energy(true, true * [1.0, 1.2, 1.0, 1.1, 1.3, 1.4], np.array([0, 0, 1, 1, 2, 2]), SETTINGS)
    curve = scores.curves["energy_performance"]
    assert curve["n"].tolist() == [2, 0, 0, 4]
    assert curve["n_showers"].tolist() == [1, 0, 0, 2]
    assert curve["bias"].mask.tolist() == [False, True, True, False]
    assert curve["bias_low"].mask.tolist() == [True, True, True, False]
    assert curve["bias_low"][3] <= curve["bias"][3] <= curve["bias_high"][3]


def test_one_shower_has_values_without_intervals_and_says_why():
    metrics = score_energy(np.full(4, 2.0), np.array([1.0, 2, 3, 4]), np.zeros(4, int), SETTINGS).metrics
    assert metrics["energy_bias"].value == 0.25
    assert metrics["energy_bias"].low is None
    assert "1 shower cannot be resampled" in metrics["energy_bias"].reason
    assert metrics["energy_r2"].value is None
    assert "all true energies are equal" in metrics["energy_r2"].reason


def test_replicas_have_a_row_per_resampling_and_null_for_undefined():
    true = np.array([1.1, 1.1, 5.0])
    replicas = score_energy(true, true * 1.1, np.array([0, 0, 1]), SETTINGS).replicas
    assert replicas.num_rows == 50
    assert len(replicas["energy_performance:bias"][0]) == 4
    drawn_alone = replicas["energy_r2"].null_count
    assert 0 < drawn_alone < 50
    np.testing.assert_allclose(replicas["energy_bias"].to_numpy(), 0.1)
