import numpy as np
import pytest
from pydantic import ValidationError

from iactflow.data.split import SplitFractions, assign_split, assign_splits, in_share


def test_shares_are_kept_over_many_showers():
    split = assign_split(0, 1, np.arange(20_000), SplitFractions())
    shares = np.bincount(split, minlength=3) / len(split)
    assert shares == pytest.approx([0.6, 0.15, 0.25], abs=0.01)


def test_shower_stays_where_it_is_whatever_comes_with_it():
    few = assign_split(0, 7, np.array([5, 5, 5, 9]), SplitFractions())
    many = assign_split(0, 7, np.arange(1000), SplitFractions())
    assert list(few) == [many[5], many[5], many[5], many[9]]


def test_split_is_part_of_the_format():
    # A change of these values moves showers of existing stores from train to test.
    split = assign_split(0, 102, np.arange(1, 13), SplitFractions())
    assert split.tolist() == [1, 0, 0, 0, 2, 2, 0, 2, 0, 2, 0, 1]


def test_primary_and_run_count():
    showers = np.arange(300)
    here = assign_split(0, 1, showers, SplitFractions())
    assert (here != assign_split(101, 1, showers, SplitFractions())).any()
    assert (here != assign_split(0, 2, showers, SplitFractions())).any()


def test_mixed_rows_are_divided_as_each_run_alone():
    primary = np.array([0, 101, 0, 101])
    obs_id = np.array([1, 1, 2, 1])
    shower = np.array([3, 3, 3, 4])
    mixed = assign_splits(primary, obs_id, shower, SplitFractions())
    alone = [
        int(assign_split(int(p), int(o), np.array([s]), SplitFractions())[0])
        for p, o, s in zip(primary, obs_id, shower, strict=True)
    ]
    assert mixed.tolist() == alone


def test_a_part_may_be_empty():
    split = assign_split(0, 1, np.arange(500), SplitFractions(train=0.0, validation=0.0, test=1.0))
    assert set(split) == {2}


def test_shares_must_sum_to_one():
    with pytest.raises(ValidationError, match=r"sum is 0\.9"):
        SplitFractions(train=0.5, validation=0.2, test=0.2)


def test_a_share_of_the_showers_is_drawn_whole_and_apart_from_the_parts():
    """Of 4,000 showers of five images each, a twentieth; the parts hold their own shares of it."""
    shower = np.repeat(np.arange(4000), 5)
    run, primary = np.full(len(shower), 7), np.zeros(len(shower), int)
    some = in_share(primary, run, shower, 0.05)
    assert some.mean() == pytest.approx(0.05, abs=4 * np.sqrt(0.05 * 0.95 / 4000))
    assert (some.reshape(-1, 5).sum(axis=1) % 5 == 0).all()
    assert in_share(primary, run, shower, 0.2)[some].all()
    parts = assign_splits(primary, run, shower, SplitFractions())
    assert (parts[some] == 0).mean() == pytest.approx(0.6, abs=4 * np.sqrt(0.24 / 200))
    assert (in_share(primary + 101, run, shower, 0.05) != some).any()
