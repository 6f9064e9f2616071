"""The network of a bundle in CTLearn's own prediction tool, on a DL1 file that ctapipe made of the same showers."""

import json

import numpy as np
import pytest
import tables
from ctapipe.core import run_tool

from iactflow.data import schema
from iactflow.data.store import Store
from iactflow.models.bundle import Bundle

BATCH = 20


@pytest.fixture(scope="module")
def dl1_file(sst1m_simtel, tmp_path_factory):
    from ctapipe.tools.process import ProcessorTool

    out = tmp_path_factory.mktemp("dl1") / "events.dl1.h5"
    options = ["--write-images", "--write-parameters", "--SimTelEventSource.focal_length_choice=EQUIVALENT", "--quiet"]
    run_tool(
        ProcessorTool(), argv=[f"--input={sst1m_simtel}", f"--output={out}", *options], cwd=out.parent, raises=True
    )
    return out


@pytest.fixture(scope="module")
def upstream_energies(dl1_file, energy_model):
    """Energies (TeV) of ctlearn-predict-mono-model by (obs_id, event_id, tel_id), in its order of events."""
    from ctlearn.tools.predict_model import MonoPredictCTLearnModel

    with tables.open_file(dl1_file) as file:
        # Upstream stops at a telescope of the array that saw nothing; name those that have images.
        telescopes = [int(table.name.removeprefix("tel_")) for table in file.root.dl1.event.telescope.images]
    settings = {
        "DLDataReader": {
            "image_mapper_type": "BilinearMapper",
            "allowed_tels": telescopes,
            "focal_length_choice": "EQUIVALENT",
        },
        "DLImageReader": {"channels": ["cleaned_image", "cleaned_peak_time"]},
        "PredictCTLearnModel": {"batch_size": BATCH, "keras_verbose": 0},
    }
    config, out = dl1_file.with_name("config.json"), dl1_file.with_name("events.dl2.h5")
    config.write_text(json.dumps(settings))
    model = energy_model / "ctlearn.keras"
    argv = [f"--config={config}", f"--input_url={dl1_file}", f"--energy_model={model}", f"--output={out}"]
    run_tool(MonoPredictCTLearnModel(), argv=argv, cwd=out.parent, raises=True)
    energies = {}
    with tables.open_file(out) as file:
        for table in file.walk_nodes("/dl2/event/telescope/energy", "Table"):
            for row in table:
                if row["CTLearnRegressor_tel_is_valid"]:
                    energies[tuple(int(row[name]) for name in schema.KEY)] = float(row["CTLearnRegressor_tel_energy"])
    return dict(sorted(energies.items()))


def test_ctlearns_tool_gives_the_energies_of_the_bundle(upstream_energies, sst1m_store, energy_model):
    store = Store(sst1m_store)
    row_of = {key: row for row, key in enumerate(zip(*(store.column(name) for name in schema.KEY), strict=True))}
    rows = np.array([row_of[key] for key in upstream_energies])
    # Upstream's own quality cut is ours: more than 50 p.e.; it leaves 63 of 129 images.
    np.testing.assert_array_equal(np.sort(rows), np.flatnonzero(store.column(schema.INTENSITY) > 50))
    ours = Bundle.load(energy_model).predict(store, rows)["energy"]
    np.testing.assert_allclose(ours, list(upstream_energies.values()), rtol=1e-5)


def test_the_last_partial_batch_of_an_energy_is_intact_upstream(upstream_energies, sst1m_store, energy_model):
    """CTLearn 0.10.4 corrupts the last partial batch of particle types only.

    There it stacks an array of softmax values under another column name and the gammaness becomes 0.0; an energy is a
    dictionary in both parts. So of the 63 events no energy is lost: not of these three either.
    """
    last = list(upstream_energies)[-(len(upstream_energies) % BATCH) :]
    assert len(last) == 3
    assert all(upstream_energies[key] > 0 for key in last)
    store = Store(sst1m_store)
    row_of = {key: row for row, key in enumerate(zip(*(store.column(name) for name in schema.KEY), strict=True))}
    ours = Bundle.load(energy_model).predict(store, np.array([row_of[key] for key in last]))["energy"]
    np.testing.assert_allclose(ours, [upstream_energies[key] for key in last], rtol=1e-5)
