import re
from dataclasses import replace
from pathlib import Path

import pytest

from iactflow.data.result import Result
from iactflow.errors import InputError, OutputExistsError
from iactflow.page.config import Report
from iactflow.page.render import MAX_BYTES
from iactflow.page.samples import Sample
from iactflow.report.run import build, run


@pytest.fixture(scope="module")
def summary(energy_result, tmp_path_factory):
    return run(energy_result, tmp_path_factory.mktemp("report") / "report.html", config=Report())


@pytest.fixture(scope="module")
def text(summary):
    return Path(summary.path).read_text(encoding="utf-8")


def test_the_page_is_one_small_file(summary, text):
    assert summary.n_bytes == summary.path.stat().st_size < MAX_BYTES
    assert text.count("plotly.js v") == 1
    outside_of_plotly = re.sub(r"<script>/\*\*.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)=["'](?!data:)""", outside_of_plotly)
    assert len(list(summary.path.parent.iterdir())) == 1


def test_sections_are_in_the_order_of_the_contract(text):
    found = re.findall(r'<section id="([\w-]+)"', text)
    assert found == [
        "summary", "physics", "examples", "training", "metrics", "cost", "data", "model", "general", "reproduce",
    ]  # fmt: skip
    plots = re.findall(r'<article class="plot" id="([\w-]+)"', text)
    assert plots == ["energy-distribution", "energy-migration", "energy-bias", "energy-resolution", "training-loss"]
    assert text.count('<div class="tile">') == 6


def test_numbers_carry_interval_and_sample_and_few_showers_are_said(text):
    assert "n = 43 images of 4 showers" in text
    assert "only 43 images of 4 showers were scored" in text
    assert text.count("95\u00a0% [") >= 4
    for name in ("MSE", "R²", "RMSE", "RMSLE", "MAE"):
        assert f"<td>{name}</td>" in text
    assert "with the natural logarithm" in text


def test_the_same_result_gives_the_same_page(energy_result, text, summary):
    run(energy_result, summary.path, config=Report(), overwrite=True)
    assert summary.path.read_text(encoding="utf-8") == text


def test_the_reference_can_be_left_out(energy_result, tmp_path, text):
    assert "A&amp;A 699" in text
    page = run(energy_result, tmp_path / "report.html", config=Report(reference="none")).path
    assert "A&amp;A 699" not in page.read_text(encoding="utf-8")


def test_a_baseline_alone_can_be_reported(energy_result, tmp_path):
    page = run(energy_result / "baseline", tmp_path / "report.html", config=Report()).path
    assert "Random forest: energy of showers" in page.read_text(encoding="utf-8")


def test_an_existing_page_is_refused_and_a_missing_result_named(energy_result, summary, tmp_path):
    with pytest.raises(OutputExistsError, match="--overwrite"):
        run(energy_result, summary.path, config=Report())
    with pytest.raises(InputError, match="does not exist"):
        run(tmp_path / "nothing", tmp_path / "report.html", config=Report())


def test_a_single_shower_gives_a_page_that_says_there_is_no_interval(energy_result):
    import numpy as np

    from iactflow.evaluate.energy import score_energy
    from iactflow.page.render import render

    result = Result.load(energy_result)
    scores = score_energy(np.full(3, 2.0), np.array([1.0, 2.0, 3.0]), np.zeros(3, int), result.bootstrap)
    page = render(
        build([Sample("", {"net": replace(result, examples=result.examples[:1], **scores._asdict())})], Report(), "c")
    )
    assert "no interval: 1 shower cannot be resampled" in page
    assert "3 images of 1 shower" in page


def test_images_without_parameters_can_be_scored_and_reported(energy_model, sst1m_simtel, tmp_path):
    from iactflow.evaluate.config import Evaluate
    from iactflow.evaluate.run import run as evaluate
    from iactflow.ingest.run import run as ingest

    store = ingest([str(sst1m_simtel)], tmp_path / "images", images_only=True).path
    config = Evaluate(bootstrap=20, baseline="none")
    result = evaluate(energy_model, [store], tmp_path / "result", config=config).path
    text = run(result, tmp_path / "report.html", config=Report()).path.read_text(encoding="utf-8")
    assert "with no other model beside it" in text


def test_both_samples_are_named_and_drawn_apart(two_samples, tmp_path):
    summary = run(two_samples, tmp_path / "report.html", config=Report())
    text = summary.path.read_text(encoding="utf-8")
    assert summary.n_bytes < MAX_BYTES
    assert summary.n_results == 4
    headings = re.findall(r'<h3 class="sample">([^<]+)</h3>', text)
    ours, real = "Held-out showers simulated by iactflow", "Held-out showers of CORSIKA and sim_telarray"
    assert headings == [ours, real] * 5  # summary, physics, images, metrics, data
    plots = re.findall(r'<article class="plot" id="([\w-]+)"', text)
    assert len(plots) == len(set(plots))
    assert {"energy-bias", "energy-bias-corsika-simtelarray"} <= set(plots)
    first, second = (text[text.index(f'sample">{title}') :] for title in (ours, real))
    assert "n = 43 images of 4 showers" in first[: first.index(real)]
    assert "n = 129 images of 11 showers" in second
    assert text.count('<div class="label">Energy resolution</div>') == 2
    assert text.count('<div class="label">Training time</div>') == 1
    assert text.count('<figure class="camera">') == 6 + 3


def test_a_single_sample_is_named_in_the_first_lines(text):
    assert "Held-out showers of CORSIKA and sim_telarray (43 images of 4 showers)" in text
    assert '<h3 class="sample">' not in text
