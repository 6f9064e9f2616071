import json

import pytest
from scored import model, result

from iactflow.registered.card import Scored, card
from iactflow.registered.register import _short, account


@pytest.fixture
def info(tmp_path):
    return json.loads((model(tmp_path / "m", "toy") / "model.json").read_text())


def plain(text):
    return text.replace("\xa0", " ")


def test_a_card_without_scores_says_so_and_what_it_was_trained_on(info):
    text = plain(card(info))
    assert "| data-toy | simulated by iactflow | 600 (60) | 100 (10) |" in text
    assert "Not scored yet" in text
    assert "| charge | – | – |" in text
    assert "- 60 showers to learn from are few." in text
    assert "- One pointing, 20.0 deg from the zenith" in text


def test_a_range_of_pointings_and_many_showers_are_no_limits(info):
    info["range_of_validity"]["zenith_deg"] = [0.0, 40.0]
    info["stores"][0]["n_train_showers"] = 5000
    text = card(info)
    assert "One pointing" not in text
    assert "are few" not in text


def test_scores_have_interval_n_and_the_baseline_and_what_is_not_better_is_said(info, tmp_path):
    folder = model(tmp_path / "n", "toy")
    text = plain(card(info, [Scored(result(folder, 0.3), result(folder, 0.1))]))
    [line] = [line for line in text.splitlines() if line.startswith("| Energy resolution |")]
    own, n, baseline = (part.strip() for part in line.split("|")[2:5])
    assert own.startswith("3")
    assert own.endswith("]")
    assert n == "800 images of 200 showers"
    assert baseline.startswith("10") or baseline.startswith("9")
    assert "not better than the toy in: Energy resolution" in text
    better = plain(card(info, [Scored(result(folder, 0.1), result(folder, 0.3))]))
    assert "not better than the toy in: Energy resolution" not in better


def test_few_showers_are_said(info, tmp_path):
    folder = model(tmp_path / "n", "toy")
    assert "29 are too few to judge by" in card(info, [Scored(result(folder, 0.3, n_showers=29), None)])


def test_mlflow_keeps_no_more_than_5000_characters_and_the_card_says_where_the_rest_is():
    assert _short("a\n" * 100) == "a\n" * 100
    assert len(_short("a line\n" * 1000)) <= 5000
    assert _short("a line\n" * 1000).endswith("card.md among the files of this version.\n")


def test_an_account_is_of_one_training_wherever_its_run_is(info):
    assert account(info) == account({**info, "mlflow": {"run_id": "later"}})
    assert account(info) != account({**info, "kept_epoch": 3})
