from iactflow.cli.run import _tell


def test_the_pages_of_a_run_stand_at_the_top_of_its_folder(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///some.db")
    folder = (tmp_path / "generation" / "run-1").resolve()
    outputs = {name: folder / name / "page" for name in ("model", "report", "comparison", "feedback")}
    for name, path in outputs.items():
        path.parent.mkdir(parents=True)
        path.write_text(f"the {name}")
    first = _tell({name: str(path) if name != "model" else path for name, path in outputs.items()}, folder.parent)
    assert first == folder / "report.html"
    for page, name in (("report", "report"), ("compare", "comparison"), ("feedback", "feedback")):
        assert (folder / f"{page}.html").read_text() == f"the {name}"
    told = capsys.readouterr().out
    assert f"compare:  {folder / 'compare.html'}" in told
    assert f"feedback: {folder / 'feedback.html'}" in told
    assert f"model:    {outputs['model']}" in told


def test_a_run_without_pages_gives_its_folder(tmp_path):
    model = tmp_path.resolve() / "run-1" / "train" / "model"
    assert _tell({"model": model}, tmp_path) == tmp_path.resolve() / "run-1"
