import numpy as np
import pytest

from iactflow.data.store import Store
from iactflow.errors import ConfigError, InputError
from iactflow.generation.bundle import GeneratorBundle
from iactflow.generation.sampler import BLOCK, Sampler


@pytest.fixture(scope="module")
def sampler(teacher):
    return Sampler.load(teacher)


def test_equal_seeds_give_equal_images_and_other_seeds_others(sampler, teacher):
    conditions = sampler.draw(40, seed=3)
    one, same, other = (sampler.sample(conditions, seed) for seed in (5, 5, 6))
    assert (one == same).all()
    assert (one != other).any(axis=1).mean() > 0.9
    assert (Sampler.load(teacher).sample(conditions, 5) == one).all()
    assert one.dtype == np.int32
    assert one.shape == (40, sampler.camera.n_pixels)
    assert one.min() == 0


def test_shares_of_a_run_are_the_run(sampler):
    conditions = sampler.draw(2 * BLOCK + 10, seed=3)
    for name in ("energy", "core_x", "x_max"):
        late = sampler.draw(BLOCK + 10, seed=3, first=BLOCK)
        assert (getattr(late, name) == getattr(conditions, name)[BLOCK:]).all()
    whole = sampler.sample(conditions, seed=4)
    assert (sampler.sample(conditions[BLOCK : 2 * BLOCK], seed=4, first=BLOCK) == whole[BLOCK : 2 * BLOCK]).all()
    with pytest.raises(ConfigError, match=r"multiple of 256.*Received: 7"):
        sampler.sample(conditions, seed=4, first=7)


def test_conditions_are_drawn_as_asked(sampler):
    conditions = sampler.draw(300, seed=1, energy=(0.5, 2.0), impact=100.0)
    assert 0.5 <= conditions.energy.min() < 0.6
    assert 1.8 < conditions.energy.max() <= 2.0
    np.testing.assert_allclose(np.hypot(conditions.core_x, conditions.core_y), 100, rtol=1e-6)
    free = sampler.draw(300, seed=1)
    assert set(free.energy.tolist()) <= set(sampler.bundle.library.energy.tolist())
    with pytest.raises(ConfigError, match="larger than 0"):
        sampler.draw(3, seed=1, energy=-1.0)


def test_sizes_stay_within_those_of_the_training_images(sampler, photoelectrons):
    store = Store(photoelectrons)
    sizes = store.true_images(store.rows("train")).sum(axis=1)
    drawn = sampler.sample(sampler.draw(200, seed=2), seed=2).sum(axis=1)
    assert drawn.max() <= 1.05 * sizes.max()


def test_a_bundle_says_what_it_is_and_other_folders_are_refused(teacher, tmp_path):
    info = GeneratorBundle.load(teacher).info
    assert (info["method"], info["steps"], info["instrument"], info["n_train"]) == ("flow", 3, "ct5", info["n_train"])
    assert info["cost"]["bytes_on_disk"] < 3e6
    assert info["cost"]["parameters"] > 1000
    with pytest.raises(InputError, match="does not exist"):
        GeneratorBundle.load(tmp_path / "nothing")
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(InputError, match="no generator"):
        GeneratorBundle.load(tmp_path)
