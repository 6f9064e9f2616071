from click.testing import CliRunner

from iactflow.cli import main


def shrink(*options):
    return CliRunner().invoke(main, ["shrink", "--model", "none", "--data", "none", "--out", "none", *options])


def test_the_help_has_a_line_for_each_kind():
    told = CliRunner().invoke(main, ["shrink", "--help"]).output
    assert "\\b" not in told
    lines = [line.split() for line in told.splitlines()]
    assert [words[0] for words in lines if words[1:3] in (["for", "LiteRT,"], ["a", "hexnet"], ["the", "whole"])] == [
        "float16", "int8", "pruned", "onnx",
    ]  # fmt: skip


def test_a_dry_run_prints_what_would_be_made():
    done = shrink("--to", "pruned", "--set", "shrink.keep=0.5", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "to: pruned" in done.output
    assert "keep: 0.5" in done.output


def test_a_wrong_value_and_a_missing_model_have_their_exit_codes():
    wrong = shrink("--to", "int8", "--set", "shrink.keep=2")
    assert wrong.exit_code == 2
    assert "shrink.keep" in wrong.output
    missing = shrink("--to", "int8")
    assert missing.exit_code == 3
    assert "none is no model: it does not exist" in missing.output
