"""Training of generators: killed and gone on with, and begun with another's networks."""

import numpy as np
import pytest
import toys

from iactflow.data.select import Selection
from iactflow.data.store import Store
from iactflow.errors import ConfigError, InputError
from iactflow.fitting.checkpoint import Checkpoint
from iactflow.generation import pictures
from iactflow.generation.bundle import GeneratorBundle
from iactflow.generation.conditions import Conditions
from iactflow.generation.sampler import Sampler
from iactflow.tracking import Tracker
from iactflow.train.generator import run


class Killed(BaseException):
    """Stands for a signal that cannot be caught."""


def weights(path):
    assembly = GeneratorBundle.load(path).assembly
    return assembly.size_network.get_weights() + assembly.pixel_network.get_weights()


@pytest.mark.parametrize("saves", [1, 3])
def test_killed_and_started_again_it_ends_with_the_same_networks(
    teacher, small_generator, short_training, photoelectrons, tmp_path, monkeypatch, saves
):
    save, count = Checkpoint.save, 0

    def save_and_die(self, state, variables):
        nonlocal count
        save(self, state, variables)
        count += 1
        if count == saves:  # the first is of the size model, the third of the pixel model
            raise Killed

    arguments = (Selection(), small_generator, short_training, [photoelectrons], tmp_path / "teacher")
    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "save", save_and_die)
        with pytest.raises(Killed):
            run(*arguments, instrument="ct5")
    assert sorted(entry.name for entry in (tmp_path / "teacher").iterdir()) == ["checkpoint"]
    other = short_training.model_copy(update={"learning_rate": 1e-4})
    with pytest.raises(ConfigError, match="learning_rate was"):
        run(Selection(), small_generator, other, [photoelectrons], tmp_path / "teacher", instrument="ct5")
    path = run(*arguments, instrument="ct5").path
    assert not (path / "checkpoint").exists()
    for one, undisturbed in zip(weights(path), weights(teacher), strict=True):
        # Sums over threads differed in the last bit once; another batch or other noise changes weights by over 1e-5.
        np.testing.assert_allclose(one, undisturbed, rtol=0, atol=1e-6)


def test_begun_with_a_generator_it_has_its_size_model_and_another_method_is_possible(
    teacher, small_generator, short_training, photoelectrons, tmp_path
):
    config = small_generator.model_copy(update={"name": "diffusion", "init": str(teacher)})
    train = short_training.model_copy(update={"size_epochs": 1, "learning_rate": 1e-9, "epochs": 1})
    path = run(Selection(), config, train, [photoelectrons], tmp_path / "diffusion", instrument="ct5").path
    one, other = GeneratorBundle.load(path), GeneratorBundle.load(teacher)
    assert one.info["method"] == "diffusion"
    for here, there in zip(
        one.assembly.size_network.get_weights(), other.assembly.size_network.get_weights(), strict=True
    ):
        np.testing.assert_allclose(here, there, atol=1e-6)
    wrong = config.model_copy(update={"moments": False})
    with pytest.raises(ConfigError, match=r"model\.moments is False, there True"):
        run(Selection(), wrong, train, [photoelectrons], tmp_path / "wrong", instrument="ct5")


def test_stores_without_photoelectrons_are_refused(small_generator, short_training, sst1m_store, tmp_path):
    with pytest.raises(InputError, match=r"no photoelectrons .*true_images=true"):
        run(Selection(), small_generator, short_training, [sst1m_store], tmp_path / "model", instrument="from-data")


def test_an_experiment_of_generation_is_told_by_its_task(tmp_path):
    from iactflow.generation_recipe import GenerationRecipe, read_recipe

    file = tmp_path / "generation.yaml"
    file.write_text("task: generation\ninstrument: ct5\nmodel: {name: wgan}\n")
    recipe = read_recipe(file, ["distil.method=mean-flow"])
    assert isinstance(recipe, GenerationRecipe)
    assert (recipe.model.name, recipe.distil.method, recipe.simulate.true_images) == ("wgan", "mean-flow", True)
    with pytest.raises(ConfigError, match="moments must be false unless"):
        read_recipe(file, ["model.conditions=[energy]"])


def test_without_bright_pixels_it_fails_before_training_and_closes_the_run(
    small_generator, short_training, tmp_path, monkeypatch
):
    faint = [toys.changed(event, 0.02 * event.images[0].image) for event in toys.toy_events(6, 12)]
    store = toys.write(tmp_path / "faint", faint, "simulated", 5, all_train=True)
    ended = []
    monkeypatch.setattr(Tracker, "finish", lambda self, failed=False: ended.append(failed))
    monkeypatch.setattr(Checkpoint, "save", lambda *_: pytest.fail("training began"))
    with pytest.raises(InputError, match="Arrival times"):
        run(Selection(), small_generator, short_training, [store], tmp_path / "model", instrument="ct5")
    assert ended == [True]


def test_images_of_the_same_showers_are_logged_while_it_trains(
    small_generator, short_training, photoelectrons, tmp_path, monkeypatch
):
    drawn, logged = [], []
    monkeypatch.setattr(pictures, "write_pictures", lambda path, camera, rows: drawn.append(rows))
    monkeypatch.setattr(Tracker, "artifact", lambda self, path: logged.append(path.name))
    config = short_training.model_copy(update={"pictures": 3})
    run(Selection(), small_generator, config, [photoelectrons], tmp_path / "model", instrument="ct5")
    assert logged == ["images-epoch-0001.png", "images-epoch-0002.png", "model.json"]
    store = Store(photoelectrons)
    for rows in drawn:
        assert (rows["simulated"] == store.true_images(store.rows("train")[:3])).all()
        assert rows["generated"].shape == rows["simulated"].shape
    assert (drawn[0]["generated"] != drawn[1]["generated"]).any()
    # the last ones are those of the averaged weights, which the finished generator has, before its contrast is fitted
    bundle = GeneratorBundle.load(tmp_path / "model")
    bundle.assembly.contrast = None
    sampler = Sampler(bundle)
    shown = Conditions.of_store(store, store.rows("train")[:3])
    assert (sampler.sample(shown, seed=0) == drawn[1]["generated"]).all()
