import numpy as np
import pytest

from iactflow.data.select import Selection
from iactflow.generation.bundle import GeneratorBundle
from iactflow.generation.contrast import Contrast, fit_contrast
from iactflow.generation.examples import Examples
from iactflow.generation.representation import shared
from iactflow.generation.sampler import Sampler

N_PIXELS = 300


def showers(n, seed):
    """Images of the same law, from few photoelectrons to many, and charges of theirs that are blurred."""
    rng = np.random.default_rng(seed)
    light = rng.lognormal(0, 1.5, (n, N_PIXELS)) * rng.uniform(0.5, 20, (n, 1)) * (rng.random((n, N_PIXELS)) < 0.4)
    images = rng.poisson(light)
    images[:, 0] = np.maximum(images[:, 0], 1)
    return images.astype(np.int32), images**0.7 * rng.uniform(0.8, 1.2, images.shape)


def above(images, least):
    return (images >= least).sum(axis=1).mean()


def test_blurred_charges_get_the_spectrum_of_other_showers_of_the_same_law():
    images, blurred = showers(1500, 1)
    contrast = Contrast.fit(blurred, images)
    images, blurred = showers(1500, 2)
    size, lit = images.sum(axis=1), (images > 0).sum(axis=1)
    plain, corrected = shared(blurred, size, lit), shared(blurred, size, lit, contrast)
    assert (corrected.sum(axis=1) == size).all()
    assert ((corrected > 0).sum(axis=1) == lit).all()
    for least in (2, 5, 20, 100):
        wanted = above(images, least)
        assert abs(above(plain, least) / wanted - 1) > 0.05
        assert above(corrected, least) == pytest.approx(wanted, rel=0.03)


def test_the_order_of_pixels_stays():
    images, blurred = showers(200, 3)
    size, lit = images.sum(axis=1), (images > 0).sum(axis=1)
    corrected = shared(blurred, size, lit, Contrast.fit(blurred, images))
    ranked = np.take_along_axis(corrected, np.argsort(-blurred, axis=1, kind="stable"), axis=1)
    assert np.diff(ranked, axis=1).max() <= 1  # where light is shared out, one photoelectron either way


def test_images_brighter_than_any_that_was_fitted_keep_all_their_light(tmp_path):
    images, blurred = showers(40, 4)
    Contrast.fit(blurred, images).save(tmp_path / "contrast.npz")
    contrast = Contrast.load(tmp_path / "contrast.npz")
    assert len(contrast.brightness) == 1
    size, lit = 100 * images.sum(axis=1), (images > 0).sum(axis=1)
    corrected = shared(100 * blurred, size, lit, contrast)
    assert (corrected.sum(axis=1) == size).all()
    assert (corrected.argmax(axis=1) == blurred.argmax(axis=1)).all()


def test_generators_carry_theirs_and_use_it_with_their_own_steps_alone(teacher, photoelectrons):
    bundle = GeneratorBundle.load(teacher)
    own, other = Sampler(bundle), Sampler(bundle, steps=2)
    examples = Examples.of([photoelectrons], Selection(), instrument="ct5")
    again = fit_contrast(own, examples, bundle.info["seed"])
    np.testing.assert_allclose(bundle.assembly.contrast.drawn, again.drawn, rtol=1e-4)
    conditions = own.draw(60, seed=1)
    for sampler, matters in ((own, True), (other, False)):
        drawn = sampler.sample(conditions, seed=1)
        bundle.assembly.contrast, kept = None, bundle.assembly.contrast
        without = Sampler(bundle, steps=sampler.steps).sample(conditions, seed=1)
        bundle.assembly.contrast = kept
        assert (drawn != without).any() == matters
