from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from iactflow.cli import main
from iactflow.cluster.cron import Cron
from iactflow.cluster.schedule import next_times
from iactflow.errors import ConfigError

SUNDAYS = "0 0 3 * * 0"


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_schedule_makes_one_recurring_run_of_the_newest_version(kubeflow):
    result = run("schedule", "energy", "--cron", SUNDAYS)
    assert result.exit_code == 0, result.output
    ((identifier, made),) = kubeflow.schedules.items()
    assert result.stdout.splitlines()[-1].endswith(f"/#/recurringrun/details/{identifier}")
    assert made["trigger"] == {"cron_schedule": {"cron": SUNDAYS}}
    assert made["pipeline_version_reference"] == {"pipeline_id": next(iter(kubeflow.pipelines))}
    assert made["max_concurrency"] == "1"
    assert made["no_catchup"] is True
    assert made["mode"] == "ENABLE"
    assert "(new)" in result.output


def test_scheduling_twice_changes_nothing(kubeflow):
    run("schedule", "energy", "--cron", SUNDAYS)
    before = dict(kubeflow.schedules)
    assert "(unchanged)" in run("schedule", "energy", "--cron", SUNDAYS).output
    assert kubeflow.schedules == before


@pytest.mark.parametrize("change", [["--cron", "0 0 4 * * 0"], ["--cron", SUNDAYS, "--set", "train.epochs=3"]])
def test_scheduling_otherwise_changes_the_schedule(kubeflow, change):
    run("schedule", "energy", "--cron", SUNDAYS)
    (before,) = kubeflow.schedules
    assert "(changed)" in run("schedule", "energy", *change).output
    (after,) = kubeflow.schedules
    assert after != before


def test_the_old_schedule_goes_only_when_the_new_one_is_there(kubeflow):
    run("schedule", "energy", "--cron", SUNDAYS)
    run("schedule", "energy", "--cron", "0 0 4 * * 0")
    verbs = [method for method, path, _ in kubeflow.requests if "recurringruns" in path and method != "GET"]
    assert verbs == ["POST", "POST", "DELETE"]


def test_unschedule_removes_it_and_may_be_repeated(kubeflow):
    run("schedule", "energy", "--cron", SUNDAYS)
    assert run("unschedule", "energy").stdout.splitlines()[-1] == f"removed: {SUNDAYS}"
    assert not kubeflow.schedules
    again = run("unschedule", "energy")
    assert again.exit_code == 0
    assert "was not scheduled" in again.output


def test_a_run_under_way_goes_on_when_its_schedule_changes_or_goes(kubeflow):
    run("submit", "energy")
    run("schedule", "energy", "--cron", SUNDAYS)
    (under_way,), (schedule,) = kubeflow.runs.values(), kubeflow.schedules
    under_way["recurring_run_id"] = schedule
    run("schedule", "energy", "--cron", "0 0 4 * * 0")
    assert list(kubeflow.runs.values()) == [under_way]
    (under_way["recurring_run_id"],) = kubeflow.schedules
    run("unschedule", "energy")
    assert list(kubeflow.runs.values()) == [under_way]


@pytest.mark.parametrize(
    "cron", ["0 3 * * 0", "0 0 25 * * *", "0 0 3 * * 7", "0 0 3 * * x", "0 0 5-2 * * *", "0 */0 3 * * *"]
)
def test_a_wrong_cron_is_refused_before_the_server_takes_it_for_another(kubeflow, cron):
    result = run("schedule", "energy", "--cron", cron)
    assert result.exit_code == 2
    assert "CRON" in result.output
    assert not kubeflow.requests


def test_a_time_zone_other_than_the_clusters_is_refused(kubeflow, environment_file):
    assert "must be UTC" in run("schedule", "energy", "--cron", SUNDAYS, "--time-zone", "Europe/Berlin").output
    assert "Received: Mars/Base" in run("schedule", "energy", "--cron", SUNDAYS, "--time-zone", "Mars/Base").output
    berlin = environment_file(time_zone="Europe/Berlin")
    result = run("schedule", "energy", "--cron", SUNDAYS, "--environment", berlin, "--dry-run")
    assert result.exit_code == 0
    assert "03:00:00 CE" in result.output  # CET or CEST


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        (SUNDAYS, ["2026-11-22T03:00:00", "2026-11-29T03:00:00"]),
        ("30 15 */6 * * *", ["2026-11-22T00:15:30", "2026-11-22T06:15:30", "2026-11-22T12:15:30"]),
        ("0 0 0 1 jan,jul ?", ["2027-01-01T00:00:00", "2027-07-01T00:00:00"]),
        # both days given: either of them
        ("0 0 0 24 * mon", ["2026-11-23T00:00:00", "2026-11-24T00:00:00", "2026-11-30T00:00:00"]),
        ("0 0 0 29 2 *", ["2028-02-29T00:00:00"]),
        ("0 50/5 23 * * 6", ["2026-11-28T23:50:00", "2026-11-28T23:55:00"]),
    ],
)
def test_next_times(cron, expected):
    start = datetime(2026, 11, 22, tzinfo=UTC)
    found = next_times(Cron.parse(cron), ZoneInfo("UTC"), start, len(expected))
    assert [time.replace(tzinfo=None).isoformat() for time in found] == expected


def test_a_day_that_never_comes_is_refused():
    with pytest.raises(ConfigError, match="does not exist"):
        next_times(Cron.parse("0 0 0 30 2 *"), ZoneInfo("UTC"))


def test_status_lists_schedule_runs_steps_and_cost(kubeflow):
    assert "never been submitted" in run("status", "energy").output
    run("schedule", "energy", "--cron", SUNDAYS, "--environment", "lab")
    assert run("status", "energy").stdout.splitlines()[-1] == "no runs yet"
    kubeflow.progress = [{"ingest": ("SUCCEEDED", 1800), "train": ("SUCCEEDED", 7200)}]
    run("submit", "energy", "--environment", "lab")
    result = run("status", "energy", "--cost")
    assert f"schedule: {SUNDAYS} (enable)" in result.output
    assert "2.50 h, 2.00 GPU h" in result.output
    assert "Train network" in result.output
    assert "/#/runs/details/" in result.stdout.splitlines()[-1]
