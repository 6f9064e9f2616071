from dataclasses import replace

import pytest

from iactflow.compare.run import run
from iactflow.data.result import Result, with_companions
from iactflow.errors import ConfigError, InputError
from iactflow.page.config import Report
from iactflow.page.render import MAX_BYTES


@pytest.fixture(scope="module")
def third(energy_result, tmp_path_factory):
    """A result with the network's name and other estimates."""
    path = tmp_path_factory.mktemp("third") / "third"
    replace(Result.load(energy_result / "baseline"), name="ctlearn.SingleCNN").save(path)
    return path


def test_a_result_is_compared_with_what_is_in_it(energy_result, tmp_path):
    summary = run([energy_result], tmp_path / "compare.html", config=Report())
    text = summary.path.read_text(encoding="utf-8")
    assert summary.finite()["n_results"] == 2
    assert summary.n_bytes < MAX_BYTES
    assert '<th scope="col">Random forest is</th>' in text
    assert text.count("<td>Energy resolution</td>") == 2  # verdict and metric
    assert "iactflow compare --result" in text


def test_models_of_the_same_name_are_told_apart(energy_result, third, tmp_path):
    summary = run([*with_companions(energy_result), third], tmp_path / "compare.html", config=Report())
    text = summary.path.read_text(encoding="utf-8")
    assert summary.n_results == 3
    assert "ctlearn.SingleCNN (third)" in text
    assert "ctlearn.SingleCNN (result)" in text


def test_the_first_is_what_the_others_are_compared_with(energy_result, tmp_path):
    results = [energy_result / "baseline", energy_result]
    text = run(results, tmp_path / "compare.html", config=Report()).path.read_text(encoding="utf-8")
    assert '<th scope="col">ctlearn.SingleCNN is</th>' in text
    assert "<h1>Random forest beside ctlearn.SingleCNN</h1>" in text


def test_results_of_other_events_are_refused(energy_result, tmp_path):
    other = tmp_path / "other"
    replace(Result.load(energy_result), name="other", events_hash="0").save(other)
    with pytest.raises(InputError, match="Evaluate both models on the same data"):
        run([energy_result, other], tmp_path / "compare.html", config=Report())


def test_one_result_alone_is_refused(energy_result, tmp_path):
    with pytest.raises(ConfigError, match="--result"):
        run([energy_result / "baseline"], tmp_path / "compare.html", config=Report())
    assert list(tmp_path.iterdir()) == []


def test_every_sample_has_its_verdicts(two_samples, tmp_path):
    text = run([two_samples], tmp_path / "compare.html", config=Report()).path.read_text(encoding="utf-8")
    assert text.count('<th scope="col">Random forest is</th>') == 2
    assert text.count('<h3 class="sample">Held-out showers of CORSIKA and sim_telarray</h3>') == 5


def test_samples_that_one_result_lacks_are_left_out(two_samples, energy_result, tmp_path):
    results = [
        two_samples / "samples" / "corsika-simtelarray",
        two_samples / "samples" / "corsika-simtelarray" / "baseline",
    ]
    text = run(results, tmp_path / "compare.html", config=Report()).path.read_text(encoding="utf-8")
    assert '<h3 class="sample">' not in text
