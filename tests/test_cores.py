import os

import pytest

from iactflow.cores import usable_cores

ALLOWED = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("content", "cores"),
    [("100000 100000", 1), ("50000 100000", 1), ("150000 100000", min(2, ALLOWED)), ("max 100000", ALLOWED)],
)
def test_a_containers_limit_counts(tmp_path, content, cores):
    (tmp_path / "cpu.max").write_text(content + "\n")
    assert usable_cores(tmp_path) == cores


@pytest.mark.parametrize(("quota", "cores"), [("100000", 1), ("-1", ALLOWED)])
def test_the_older_control_groups_are_read_too(tmp_path, quota, cores):
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(quota + "\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert usable_cores(tmp_path) == cores


def test_a_generous_limit_gives_no_more_than_there_are(tmp_path):
    (tmp_path / "cpu.max").write_text("6400000 100000\n")
    assert usable_cores(tmp_path) == ALLOWED


def test_without_control_groups_all_cores_count(tmp_path):
    assert usable_cores(tmp_path) == ALLOWED
