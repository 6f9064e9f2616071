import pytest

from iactflow.fitting.optimizers import learning_rate_of, lower_on_plateau, make_optimizer


@pytest.mark.parametrize(("name", "kind"), [("adam", "Adam"), ("adamw", "AdamW"), ("sgd", "SGD")])
def test_optimizers_by_name(name, kind):
    optimizer = make_optimizer(name, 0.01, schedule="constant", n_steps=10, weight_decay=0.1)
    assert type(optimizer).__name__ == kind
    assert learning_rate_of(optimizer) == pytest.approx(0.01)
    assert optimizer.weight_decay == (0.1 if name == "adamw" else None)


def test_a_cosine_is_half_way_down_in_the_middle_and_zero_at_the_end():
    optimizer = make_optimizer("sgd", 0.01, schedule="cosine", n_steps=10)
    rates = []
    for steps in (0, 5, 10):
        optimizer.iterations.assign(steps)
        rates.append(learning_rate_of(optimizer))
    assert rates == pytest.approx([0.01, 0.005, 0.0], abs=1e-9)


def test_a_plateau_halves_the_rate_down_to_a_floor():
    optimizer = make_optimizer("adam", 1e-3, schedule="plateau", n_steps=10)
    lower_on_plateau(optimizer)
    assert learning_rate_of(optimizer) == pytest.approx(5e-4)
    for _ in range(20):
        lower_on_plateau(optimizer)
    assert learning_rate_of(optimizer) == pytest.approx(1e-6)


def test_the_rate_of_a_cosine_rises_first():
    optimizer = make_optimizer("adam", 0.01, schedule="cosine", n_steps=100, warmup=0.1, clip=1.0)
    rate = optimizer._learning_rate
    assert [float(rate(step)) for step in (0, 5, 10, 55, 100)] == pytest.approx([0, 0.005, 0.01, 0.005, 0], abs=1e-6)
    assert optimizer.clipnorm == 1
