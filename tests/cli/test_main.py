import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from iactflow.cli import COMMANDS, main
from iactflow.cli.common import verb
from iactflow.errors import ConfigError, IactflowError, InputError, OutputExistsError

HEAVY = ("tensorflow", "keras", "ctapipe", "mlflow", "kfp", "pandas", "plotly", "sklearn", "pyarrow", "astropy")


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_every_help_is_there_and_names_its_options(arguments):
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "\\" not in result.output
    if arguments[0] != "--help" and arguments[0] != "store":
        assert "--dry-run" in result.output
        assert "--verbose" in result.output


def test_help_imports_nothing_heavy():
    code = (
        "import sys\nfrom iactflow.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.rstrip().endswith("[]")


def test_an_unknown_command_fails_with_the_code_of_wrong_configuration():
    assert CliRunner().invoke(main, ["teach"]).exit_code == 2


@pytest.mark.parametrize(
    ("error", "code"), [(IactflowError, 1), (ConfigError, 2), (OutputExistsError, 2), (InputError, 3), (KeyError, 1)]
)
def test_errors_become_one_sentence_and_their_exit_code(error, code):
    @verb
    def fail_command(dry_run):
        """Fail."""
        raise error("the reason")

    result = CliRunner().invoke(fail_command, [])
    assert result.exit_code == code
    assert "the reason" in result.output
    assert "Traceback" not in result.output


def test_verbose_lets_the_error_through():
    @verb
    def fail_command(dry_run):
        """Fail."""
        raise ConfigError("the reason")

    assert isinstance(CliRunner().invoke(fail_command, ["--verbose"]).exception, ConfigError)


def test_the_last_line_is_the_result(tmp_path):
    @verb
    def make_command(dry_run):
        """Make."""
        click.echo("working")
        return tmp_path

    assert CliRunner().invoke(make_command, []).stdout.splitlines()[-1] == str(tmp_path)
