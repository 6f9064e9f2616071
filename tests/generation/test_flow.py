"""Known Gaussians: drawn back without training where theory knows the network, and with training by all methods."""

import numpy as np
import pytest

from iactflow.generation.diffusion import Diffusion, signal_and_noise
from iactflow.generation.flow import Flow, TimeLaw, time_grid
from iactflow.generation.networks import build_size_network
from iactflow.generation.steps import Steps
from iactflow.generation.students import consistency_loss, mean_flow_loss, progressive_loss
from iactflow.models.backend import keras

N = 4000


def noise(seed=3, n=N, d=2):
    return np.random.default_rng(seed).standard_normal((n, d)).astype(np.float32)


@pytest.mark.parametrize("spread", [0.3, 1.0])
def test_without_a_learned_part_the_flow_is_that_of_a_gaussian(spread):
    flow = Flow(lambda inputs: 0 * inputs["image"], spread)
    e = noise()
    jumped = np.asarray(flow.jump(e, {}, 1))
    np.testing.assert_allclose(jumped, spread * e, atol=1e-5)  # the exact map from noise to data
    np.testing.assert_allclose(np.asarray(flow.jump(e, {}, 3)), spread * e, atol=1e-4)
    np.testing.assert_allclose(np.asarray(flow.solve(e, {}, 40)), spread * e, atol=5e-3)


@pytest.mark.parametrize("steps", [2, 3, 4])
@pytest.mark.parametrize("shift", [1.0, 2.0])
def test_with_noise_in_between_the_known_flow_draws_the_gaussian(steps, shift):
    flow = Flow(lambda inputs: 0 * inputs["image"], 0.3)
    drawn = np.asarray(flow.renoise(noise(), {}, steps, shift, keras.random.SeedGenerator(1)))
    assert drawn.std() == pytest.approx(0.3, rel=0.03)
    assert abs(drawn.mean()) < 0.02
    assert abs(np.corrcoef(drawn.ravel(), noise().ravel())[0, 1]) < 0.9  # the first noise does not decide alone


def test_diffusion_with_the_known_velocity_draws_the_gaussian():
    spread = 0.5

    def network(inputs):
        alpha, sigma = (part[:, None] for part in signal_and_noise(inputs["times"][:, 0]))
        return alpha * sigma * (1 - spread**2) / (alpha**2 * spread**2 + sigma**2) * inputs["image"]

    drawn = np.asarray(Diffusion(network).solve(noise(), {}, 200))
    assert drawn.std() == pytest.approx(spread, rel=0.02)


def test_times_fall_from_one_to_zero_with_shorter_steps_first_if_shifted():
    assert time_grid(2, 1.0) == [1.0, 0.5, 0.0]
    assert time_grid(2, 4.0) == pytest.approx([1.0, 0.8, 0.0])


@pytest.fixture(scope="module")
def taught():
    """A flow that was fitted to x = (c, -c) + 0.3 e for a condition c, and how to fit another."""
    keras.utils.set_random_seed(1)

    def batch(step, n=256):
        rng = np.random.default_rng([7, step])
        c = rng.uniform(-1, 1, (n, 1))
        x = np.concatenate([c, -c], axis=1) + 0.3 * rng.standard_normal((n, 2))
        return x.astype(np.float32), c.astype(np.float32)

    def fit(network, loss, n_steps):
        steps = Steps(
            network,
            keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, n_steps), clipnorm=1.0),
            loss,
            lambda _, labels: (labels["x"], {"numbers": labels["c"]}),
            n_steps=n_steps,
            average=0.98,
            seed=1,
        )
        for step in range(n_steps):
            x, c = batch(step)
            steps._fit({}, {"x": x, "c": c})
        steps.take_average()

    network = build_size_network(2, 1, 32, 1)
    flow = Flow(network, 0.65)
    fit(network, lambda x, told, seeds, _: flow.loss(x, told, TimeLaw(0.0, 1.2), seeds), 700)
    return flow, fit


def told(c):
    """What the network is told of N images of condition c."""
    return {"numbers": keras.ops.full((N, 1), c)}


def check(draw, tolerance, correlation=0.15):
    for c in (-0.7, 0.0, 0.6):
        drawn = np.asarray(draw(keras.ops.convert_to_tensor(noise()), told(c)))
        np.testing.assert_allclose(drawn.mean(axis=0), [c, -c], atol=tolerance)
        np.testing.assert_allclose(drawn.std(axis=0), 0.3, atol=tolerance)
        assert abs(np.corrcoef(drawn.T)[0, 1]) < correlation


def test_the_teacher_draws_the_gaussian_that_each_condition_asks_for(taught):
    flow, _ = taught
    check(lambda e, told: flow.solve(e, told, 12), 0.05)


def test_a_fitted_diffusion_draws_it_as_well(taught):
    _, fit = taught
    diffusion = Diffusion(build_size_network(2, 1, 32, 1))
    fit(diffusion.network, lambda x, told, seeds, _: diffusion.loss(x, told, seeds), 1500)
    check(lambda e, told: diffusion.solve(e, told, 60), 0.1)


@pytest.mark.parametrize("method", ["consistency", "mean-flow", "progressive"])
def test_students_draw_it_in_one_to_four_steps(taught, method):
    teacher, fit = taught
    network = build_size_network(2, 1, 32, 1)
    network.set_weights(teacher.network.get_weights())
    flow, times = Flow(network, 0.65), TimeLaw(0.0, 1.2)
    loss = {
        "consistency": lambda x, told, seeds, done: consistency_loss(flow, x, told, times, seeds, done, 5),
        "mean-flow": lambda x, told, seeds, _: mean_flow_loss(flow, x, told, times, seeds, teacher),
        "progressive": lambda x, told, seeds, done: progressive_loss(flow, x, told, times, seeds, done, 3, teacher),
    }[method]
    fit(network, loss, 1500 if method == "consistency" else 900)
    check(lambda e, told: flow.jump(e, told, 1), 0.1)
    for steps in (2, 4):
        if method == "consistency":
            seeds = keras.random.SeedGenerator(steps)
            check(lambda e, told, n=steps, seeds=seeds: flow.renoise(e, told, n, 2.0, seeds), 0.1)
        elif method == "progressive":  # it knows lengths of 1, 1/2, 1/4 and 1/8 alone
            check(lambda e, told, n=steps: flow.jump(e, told, n, 1.0), 0.1)
        else:  # from t = 1 it seldom learnt to jump elsewhere than to 0
            check(lambda e, told, n=steps: flow.jump(e, told, n, 2.0), 0.1, correlation=0.3)
    alone = np.asarray(teacher.jump(keras.ops.convert_to_tensor(noise()), told(0.6), 1))
    assert abs(alone.std(axis=0) - 0.3).min() > 0.15  # the teacher cannot: it has not learnt mean velocities
