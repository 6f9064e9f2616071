import json

import numpy as np
import pytest

from iactflow.errors import InputError
from iactflow.simulate import library
from iactflow.simulate.particles import PI_MINUS, PI_PLUS, PROTON


@pytest.fixture(scope="module")
def tables():
    return library.load()


def test_free_paths_are_published_ones(tables):
    # Proton-air production cross section near 1 TeV: 285 to 300 mb (PDG 2022 cosmic rays, figure 30.7, extrapolated
    # accelerator data), 81 to 86 g/cm2; pions and kaons go farther.
    at_1_tev = [np.interp(np.log(1e3), tables.log_section, row) for row in tables.free_path]
    assert at_1_tev[0] == pytest.approx(84, abs=4)
    assert at_1_tev[0] < at_1_tev[1] < at_1_tev[2]
    assert np.all(np.diff(tables.free_path, axis=1) < 0)


def test_interactions_conserve_energy():
    kept = np.array(json.loads(library.library_path().with_suffix(".json").read_text())["energy_kept"])
    assert kept[:, 7:] == pytest.approx(1.0, abs=0.008)  # Sibyll, from 100 GeV
    assert np.all((kept[:, :7] > 0.65) & (kept[:, :7] < 1.0))  # slow fragments are dropped


def test_a_proton_keeps_about_half_its_energy_and_makes_pions_of_all_charges(tables):
    i = int(np.argmin(np.abs(tables.log_energy - np.log(1e3))))
    first, last = tables.groups[0, i]
    sample = tables.particles[tables.first[first] : tables.first[last]]
    events = np.repeat(np.arange(last - first), np.diff(tables.first[first : last + 1]))
    leading = np.zeros(last - first)
    np.maximum.at(leading, events, np.where(sample[:, 0] >= PROTON, sample[:, 1], 0))
    # Inelasticity of proton-air collisions near 1 TeV: 0.5 to 0.6 (Frichter, Gaisser, Stanev, PRD 56 (1997) 3135).
    assert 0.35 < leading.mean() / np.exp(tables.log_energy[i]) < 0.55
    plus, minus = (np.sum(sample[:, 0] == kind) for kind in (PI_PLUS, PI_MINUS))
    assert 0.7 < minus / plus < 1.05


def test_a_damaged_library_is_refused(tables, tmp_path, monkeypatch):
    path = tmp_path / "hadronic-1.npz"
    path.write_bytes(b"damaged")
    path.with_suffix(".json").write_text('{"sha256": "0"}')
    monkeypatch.setattr(library, "library_path", lambda: path)
    with pytest.raises(InputError, match="Delete both"):
        library.load.__wrapped__()
