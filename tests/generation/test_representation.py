import numpy as np
import pytest

from iactflow.generation.representation import fit_representation, scaled, shared


def images(n=50, n_pixels=200):
    """Sparse images with up to thousands of photoelectrons in a pixel."""
    rng = np.random.default_rng(5)
    drawn = rng.poisson(rng.lognormal(0, 3, (n, n_pixels)))
    drawn[rng.random(drawn.shape) < 0.7] = 0
    drawn[:, 0] = 7
    return drawn.astype(np.int32)


@pytest.mark.parametrize("kind", ["asinh", "logit"])
def test_reading_undoes_writing_exactly(kind):
    counts = images()
    representation = fit_representation(kind, counts)
    written = representation.encode(counts.astype(np.float32))
    assert written.mean() == pytest.approx(0, abs=1e-3)
    assert written.std() == pytest.approx(representation.spread, rel=1e-3)
    if kind == "logit":
        counts = counts[counts.sum(axis=1) < 50_000]  # a photoelectron is no longer visible in a float's logit beyond
        written = representation.encode(counts.astype(np.float32))
    size = counts.sum(axis=1)
    charges = representation.charges(written, size)
    assert (scaled(charges, size) == counts).all()
    assert (shared(charges, size, (counts > 0).sum(axis=1)) == counts).all()


def test_charges_become_the_size_in_whole_photoelectrons_and_little_charge_none():
    charges = np.array([[0.4, 0.6, 3.0, 0.0], [0.1, 0.2, 0.0, 0.3]])
    counts = scaled(charges, np.array([36, 10]))
    assert counts.dtype == np.int32
    assert counts.tolist() == [[0, 6, 30, 0], [0, 0, 0, 0]]


def test_blurred_light_is_shared_among_as_many_pixels_as_are_lit():
    charges = np.array([[6.0, 0.6, 3.0, 0.7, 0.0], [0.1, 0.2, 0.0, 0.3, -0.5], [8.0, 1.0, 1.0, 1.0, 1.0]])
    counts = shared(charges, np.array([18, 4, 6]), np.array([2, 3, 5]))
    assert counts.dtype == np.int32
    assert counts.tolist() == [[12, 0, 6, 0, 0], [1, 1, 0, 2, 0], [2, 1, 1, 1, 1]]


def test_no_photoelectron_is_lost_in_rounding_and_no_pixel_with_little_light():
    counts = images()
    size, lit = counts.sum(axis=1), (counts > 0).sum(axis=1)
    blurred = 0.9 * counts * np.random.default_rng(6).uniform(0.5, 1.5, counts.shape) + 0.4
    found = shared(blurred, size, lit)
    assert (found.sum(axis=1) == size).all()
    assert ((found > 0).sum(axis=1) == lit).all()
    more = shared(blurred, np.full(len(counts), 5), np.full(len(counts), 300))
    assert (more.sum(axis=1) == 5).all()
    assert more.max() == 1
