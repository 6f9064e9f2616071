import pytest
from scored import model, result

from iactflow.errors import ConfigError, InputError
from iactflow.promote.config import Promote
from iactflow.promote.gate import first_champion, judge

RULES = Promote()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return model(tmp_path_factory.mktemp("model") / "m", "toy")


def test_the_narrower_passes_and_the_wider_does_not(bundle):
    narrow, wide = result(bundle, 0.10), result(bundle, 0.30)
    passed, refused = judge([narrow], [wide], RULES), judge([wide], [narrow], RULES)
    assert passed.promoted
    assert passed.reason.startswith("Better than the champion in Energy resolution (")
    assert "800 images of 200 showers simulated by iactflow" in passed.reason
    assert not refused.promoted
    assert refused.reason.startswith("Worse than the champion in Energy resolution (")
    assert {row.role for row in passed.rows} == {"wanted", "guarded"}


def test_equals_do_not_replace_each_other(bundle):
    decision = judge([result(bundle, 0.2)], [result(bundle, 0.2)], RULES)
    assert not decision.promoted
    assert decision.reason.startswith("Not better than the champion in Energy resolution")


def test_what_is_won_in_resolution_must_not_be_lost_in_bias(bundle):
    narrow, wide = result(bundle, 0.10, bias=0.2), result(bundle, 0.30)
    guarded = Promote(guarded=["energy_bias"])
    assert not judge([narrow], [wide], guarded).promoted
    assert judge([narrow], [wide], guarded).reason.startswith("Worse than the champion in Energy bias")
    only = Promote(guarded=["energy_resolution"])
    assert judge([narrow], [wide], only).promoted
    assert {row.challenger.title for row in judge([narrow], [wide], only).rows if row.role == "wanted"} == {
        "Energy resolution"
    }


def test_a_small_loss_may_be_put_up_with(bundle):
    slightly = result(bundle, 0.21), result(bundle, 0.20)
    asked = {"wanted": ["energy_bias"], "guarded": ["energy_resolution"]}
    assert judge(*([one] for one in slightly), Promote(**asked)).reason.startswith("Worse")
    assert judge(*([one] for one in slightly), Promote(**asked, tolerance=0.2)).reason.startswith("Not better")


def test_few_showers_decide_nothing(bundle):
    few = [result(bundle, width, n_showers=99) for width in (0.05, 0.4)]
    decision = judge([few[0]], [few[1]], RULES)
    assert not decision.promoted
    assert decision.reason == "99 showers are fewer than promote.showers_min = 100: too few to judge by."


def test_a_second_sample_can_refuse_and_one_of_few_showers_cannot(bundle):
    from dataclasses import replace

    def elsewhere(one):
        return replace(one, data=one.data | {"sample": {"key": "corsika", "made": "of CORSIKA"}}, events_hash="b")

    narrow, wide = result(bundle, 0.1), result(bundle, 0.3)
    for n_showers, promoted in ((150, False), (30, True)):
        bad, good = (elsewhere(result(bundle, width, n_showers=n_showers)) for width in (0.4, 0.1))
        decision = judge([narrow, bad], [wide, good], RULES)
        assert decision.promoted is promoted, decision.reason


def test_results_of_other_events_are_refused(bundle):
    own, other = result(bundle, 0.1), result(bundle, 0.3, events_hash="other showers")
    with pytest.raises(InputError, match=r"the events must be the same. Received: a and other showers"):
        judge([own], [other], RULES)


def test_a_metric_that_is_not_there_is_named(bundle):
    with pytest.raises(ConfigError, match=r"energy_resolution, .*Received: type_auc"):
        judge([result(bundle, 0.1)], [result(bundle, 0.3)], Promote(wanted=["type_auc"]))


def test_the_first_champion_stands_beside_its_baseline(bundle):
    decision = first_champion(result(bundle, 0.3), result(bundle, 0.1))
    assert decision.promoted
    assert decision.reason == "There was no champion; beside the toy: worse."
