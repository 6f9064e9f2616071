"""Our DL2 beside that of CTLearn's own tool: the same networks, the same file."""

import pytest
import tables

from iactflow.predict.config import Predict
from iactflow.predict.run import run


@pytest.fixture(scope="module")
def both(energy_model, one_task_models, sst1m_dl1, ctlearn_dl2, tmp_path_factory, cut_at_50):
    models = [str(cut_at_50(path)) for path in (energy_model, *one_task_models.values())]
    out = tmp_path_factory.mktemp("ours") / "ours.dl2.h5"
    return run(models, [str(sst1m_dl1)], out, config=Predict(prefix="CTLearn", weights="none")).path, ctlearn_dl2


@pytest.mark.parametrize("where", ["telescope", "subarray"])
def test_estimates_agree_wherever_upstream_has_one(both, where):
    for path, columns in {
        "particle_type/CTLearnClassifier": ["prediction"],
        "energy/CTLearnRegressor": ["energy"],
        "geometry/CTLearnCameraReconstructor": ["alt", "az"],
    }.items():
        prefix = path.split("/")[1] + ("_tel" if where == "telescope" else "")
        ours, theirs = (_rows(file, f"/dl2/event/{where}/{path}", prefix, columns) for file in both)
        assert {key for key, row in theirs.items() if row[0]} == {key for key, row in ours.items() if row[0]}
        assert sum(row[0] for row in theirs.values()) > 20
        for key, row in theirs.items():
            if row[0]:
                assert ours[key][1:] == pytest.approx(row[1:], rel=1e-5), (path, key)


def _rows(file, path, prefix, columns):
    with tables.open_file(str(file)) as handle:
        node = handle.get_node(path)
        tables_of = [node] if isinstance(node, tables.Table) else list(node)
        return {
            tuple(int(row[name]) for name in ("obs_id", "event_id", "tel_id") if name in table.colnames): [
                bool(row[f"{prefix}_is_valid"]),
                *(float(row[f"{prefix}_{column}"]) for column in columns),
            ]
            for table in tables_of
            for row in table.read()
        }
