"""The pipeline of a campaign, run by Kubeflow's local runner: two shares, one folder."""

from click.testing import CliRunner

from iactflow.cli import main


def test_shares_of_a_campaign_meet_and_a_second_run_does_nothing(few_telescopes, as_run, energy_model, tmp_path):
    night, target = tmp_path / "night", tmp_path / "dl2"
    night.mkdir()
    for run in (1, 2):
        as_run(few_telescopes, night / f"{run}.dl1.h5", run)
    words = ["run", "campaign", "--out", str(tmp_path / "runs"), "--parameter", f'models=["{energy_model}"]']
    words += ["--parameter", f'data=["{night}"]', "--parameter", f"target={target}"]
    words += ["--parameter", 'shards=["1/2", "2/2"]']
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    made = {path.name: path.stat().st_mtime_ns for path in target.iterdir()}
    assert set(made) == {"1.dl2.h5", "2.dl2.h5"}
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert {path.name: path.stat().st_mtime_ns for path in target.iterdir()} == made
