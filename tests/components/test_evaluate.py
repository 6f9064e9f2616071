"""What the dashboard is given by the step that scores."""

from types import SimpleNamespace

import pytest
from kfp import dsl

from iactflow.components.evaluate.component import evaluate
from iactflow.data.result import Result


@pytest.fixture(scope="module")
def outputs(mixed_store, tmp_path_factory):
    """A network that was trained for an epoch to tell gammas from what is called protons, scored by the component."""
    from iactflow.data.select import Selection
    from iactflow.models.config import Model
    from iactflow.train.config import Train
    from iactflow.train.run import run

    folder = tmp_path_factory.mktemp("component")
    config = Train(epochs=1, batch_size=16)
    model = run(["type"], Selection(), Model(), config, [mixed_store], folder / "model", instrument="sst1m-mono").path
    (folder / "stores").mkdir()
    (folder / "stores" / "train").symlink_to(mixed_store)
    made = {
        "result": SimpleNamespace(path=str(folder / "result")),
        "metrics": dsl.Metrics(),
        "classification": dsl.ClassificationMetrics(),
    }
    evaluate.python_func(
        config="{task: type, instrument: sst1m-mono, evaluate: {bootstrap: 20}}",
        settings=[],
        champion="",
        stores=SimpleNamespace(path=str(folder / "stores")),
        model=SimpleNamespace(path=str(model)),
        **made,
    )
    return made


def test_every_defined_metric_is_logged(outputs):
    logged = outputs["metrics"].metadata
    metrics = Result.load(outputs["result"].path).metrics
    assert logged["type_auc"] == metrics["type_auc"].value
    assert "baseline_type_auc" in logged
    assert logged["n_images"] == metrics["type_auc"].n


def test_the_roc_curve_has_finite_thresholds_and_ends_at_all(outputs):
    points = outputs["classification"].metadata["confidenceMetrics"]
    assert len(points) == 101
    assert all(0 <= value <= 1 for point in points for value in point.values())
    first, last = points[0], points[-1]
    assert (first["falsePositiveRate"], first["recall"]) == (0, 0)
    assert last["recall"] == 1


def test_the_confusion_matrix_counts_all_images_with_true_types_in_rows(outputs):
    matrix = outputs["classification"].metadata["confusionMatrix"]
    rows = [row["row"] for row in matrix["rows"]]
    table = Result.load(outputs["result"].path).predictions
    gammas = table["true_shower_primary_id"].to_numpy() == 0
    passed = table["gammaness"].to_numpy() >= 0.5
    assert [spec["displayName"] for spec in matrix["annotationSpecs"]] == ["gamma", "background"]
    assert rows[0] == [(gammas & passed).sum(), (gammas & ~passed).sum()]
    assert rows[1] == [(~gammas & passed).sum(), (~gammas & ~passed).sum()]
