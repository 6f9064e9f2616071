import os
import signal

import numpy as np
import pytest

from iactflow.data.feeder import Feeder
from iactflow.data.store import Store
from iactflow.errors import IactflowError
from iactflow.fitting import loop
from iactflow.fitting.checkpoint import Checkpoint
from iactflow.fitting.loop import Fit, Plan
from iactflow.fitting.losses import TaskLoss
from iactflow.fitting.optimizers import learning_rate_of, make_optimizer
from iactflow.fitting.state import FitState
from iactflow.fitting.steps import Steps
from iactflow.models.backend import keras


def linear_model():
    """The sum of the pixels times one weight: fits a label that is proportional to the sum."""
    image = keras.Input((1296,), name="image")
    total = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros", name="energy")(
        keras.ops.sum(image, axis=1, keepdims=True) / 1000
    )
    return keras.Model({"image": image}, {"energy": total})


def root_model():
    """The root of what `linear_model` gives: its slope at zero, where it begins, is infinite and its value is not."""
    linear = linear_model()
    return keras.Model(linear.input, {"energy": keras.ops.sqrt(linear.output["energy"])})


@pytest.fixture
def make_fit(sst1m_store, tmp_path):
    store = Store(sst1m_store)
    label = store.pixels("image", np.arange(129)).sum(axis=1, keepdims=True) / 1000 * 2

    def make(rate=0.1, validation=0, plan=None, state=None, optimizer="sgd", batch_size=8, model=linear_model):
        plan = plan or Plan(4, None, False, 1e9)
        rows = np.arange(40)
        feeder = Feeder(store, rows, ["image"], {"energy": label[rows]}, batch_size=batch_size, seed=1)
        held_out = np.arange(40, 40 + validation)
        judge = Feeder(store, held_out, ["image"], {"energy": label[held_out]}, batch_size=64)
        schedule = "plateau" if plan.lower_on_plateau else "constant"
        steps = Steps(
            model(), make_optimizer(optimizer, rate, schedule=schedule, n_steps=20), {"energy": TaskLoss("mae")}
        )
        state, seen = state or FitState(), []
        checkpoint = Checkpoint(tmp_path, {})
        return Fit(steps, feeder, judge if validation else None, plan, state, checkpoint, seen.append, lambda _: None)

    return make


def weight_of(fit):
    return float(fit.steps.model.get_layer("energy").get_weights()[0][0, 0])


def test_a_fit_finds_the_weight_that_made_the_labels(make_fit):
    fit = make_fit(optimizer="adam", plan=Plan(30, None, False, 1e9))
    fit.run()
    assert weight_of(fit) == pytest.approx(2, abs=0.15)
    assert fit.state.history["loss"][-1] < 0.2 * fit.state.history["loss"][0]
    assert fit.state.images == 30 * 40


def test_the_loss_of_an_epoch_weighs_images_equally(make_fit):
    """A mean over batches would count each image of the smaller last batch more."""
    fit = make_fit(rate=1e-12, batch_size=32, plan=Plan(1, None, False, 1e9))
    fit.run()
    assert fit.state.history["loss"] == pytest.approx([np.abs(fit.feeder.labels["energy"]).mean()], rel=1e-4)


def test_the_weights_of_the_best_epoch_are_kept(make_fit):
    """Steps that are too long make every later epoch worse than an early one."""
    fit = make_fit(rate=3.0, validation=20, plan=Plan(6, None, False, 1e9))
    fit.run()
    best = int(np.argmin(fit.state.history["val_loss"]))
    assert fit.state.best_epoch == best + 1
    assert fit.steps.score(fit.validation)[0] == pytest.approx(fit.state.history["val_loss"][best], rel=1e-5)


def test_a_fit_stops_when_validation_has_not_improved_for_long(make_fit):
    fit = make_fit(rate=1e-12, validation=3, plan=Plan(50, 2, False, 1e9))
    fit.run()
    assert fit.state.stopped
    assert fit.state.epoch == fit.state.best_epoch + 2


def test_the_rate_falls_on_a_plateau(make_fit):
    fit = make_fit(rate=1e-5, validation=3, plan=Plan(7, None, True, 1e9))
    fit.steps.model.trainable = False
    fit.steps._fit = lambda pixels, labels, weights: 1.0  # weights that never change: every epoch is a plateau
    fit.run()
    assert fit.state.history["learning_rate"] == pytest.approx([1e-5] * 6 + [5e-6])
    assert learning_rate_of(fit.steps.optimizer) == pytest.approx(5e-6)


def test_a_loss_that_is_not_finite_names_the_batch_and_keeps_the_last_good_weights(make_fit):
    fit = make_fit(plan=Plan(1, None, False, 1e9))
    fit.run()
    good = weight_of(fit)
    fit.plan = Plan(2, None, False, 1e9)
    fit.feeder.labels["energy"][fit.feeder.order(1)[8 * 2]] = np.nan  # the third batch of the second epoch
    with pytest.raises(IactflowError, match=r"in epoch 2 in batch 3 of 5 .*last good weights are in .*checkpoint\.npz"):
        fit.run()
    fit.checkpoint.restore(fit.steps.variables)
    assert weight_of(fit) == good


@pytest.mark.parametrize("seconds", [1e9, 0])
def test_weights_that_are_not_finite_after_a_finite_loss_are_no_last_good_ones(make_fit, seconds):
    """A single batch makes the epoch: its loss is of the weights before the step. With 0 s, the look would save."""
    fit = make_fit(model=root_model, batch_size=40, plan=Plan(1, None, False, seconds))
    with pytest.raises(IactflowError, match=r"weights energy/kernel stopped.* 1 by batch 1 of 1\. No checkpoint had been"):
        fit.run()
    assert not fit.checkpoint.exists()


def test_a_fit_that_is_interrupted_within_an_epoch_ends_with_the_same_weights(make_fit, monkeypatch):
    monkeypatch.setattr(loop, "_LOOK_EVERY", 2)
    plan = Plan(2, None, False, checkpoint_seconds=0)
    undisturbed = make_fit(plan=plan)
    undisturbed.run()
    undisturbed.checkpoint.path.unlink()

    class Interruption(Exception):
        pass

    def interrupt(_):
        if (interrupted.state.epoch, interrupted.state.batch) == (1, 4):
            raise Interruption

    interrupted = make_fit(plan=plan)
    interrupted.on_batch = interrupt
    with pytest.raises(Interruption):
        interrupted.run()
    again = make_fit(plan=plan)
    again.state = again.checkpoint.restore(again.steps.variables)
    assert (again.state.epoch, again.state.batch) == (1, 2)
    again.run()
    assert weight_of(again) == weight_of(undisturbed)
    assert again.state.history["loss"] == undisturbed.state.history["loss"]
    assert again.state.images == 80


def test_sigterm_in_an_epoch_costs_no_batch(make_fit, monkeypatch):
    monkeypatch.setattr(loop, "_LOOK_EVERY", 1)
    undisturbed = make_fit(optimizer="adam")
    undisturbed.run()

    fit, seen = make_fit(optimizer="adam"), []

    def terminate(n):
        seen.append(n)
        if len(seen) == 5 + 2:  # five batches make an epoch: in the second epoch
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    fit.on_batch = terminate
    with pytest.raises(IactflowError, match=r"Stopped by SIGTERM in epoch 2 after batch 2 of 5.*goes on from"):
        fit.run()
    assert signal.getsignal(signal.SIGTERM) == before

    again = make_fit(optimizer="adam")
    again.state = again.checkpoint.restore(again.steps.variables)
    assert (again.state.epoch, again.state.batch) == (1, 2)
    again.run()
    assert weight_of(again) == weight_of(undisturbed)
    assert again.state.history["loss"] == undisturbed.state.history["loss"]


def test_sigusr1_writes_a_checkpoint_and_the_fit_goes_on(make_fit):
    fit, saved = make_fit(), []
    fit.on_batch = lambda _: os.kill(os.getpid(), signal.SIGUSR1) if fit.state.images == 8 else None
    save = fit.checkpoint.save
    fit.checkpoint.save = lambda state, variables: (saved.append((state.epoch, state.batch)), save(state, variables))
    fit.run()
    assert (0, 5) in saved[:1]
    assert len(saved) == 1 + 4  # and one per epoch
    assert fit.state.epoch == 4
