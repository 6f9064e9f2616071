import numpy as np
import pytest
from pydantic import ValidationError

from iactflow.data.split import SplitFractions, assign_split, assign_splits


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
