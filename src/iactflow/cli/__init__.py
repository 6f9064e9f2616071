"""The command ``iactflow``: one subcommand per verb, each imported only when it is called."""

import importlib

import click

from iactflow import __version__

#: Subcommands in the order of the data, with the sentence that ``iactflow --help`` shows; each lives in a module of
#: its name in this package, so that listing them imports nothing.
COMMANDS = {
    "simulate": "Simulate showers and the telescopes that see them.",
    "ingest": "Read simtel or DL1 files into a store.",
    "store": "Look at a store.",
    "train": "Fit a network, or a generator of images, to a store.",
    "upload": "Tell MLflow what a training could not.",
    "distil": "Make a student of few steps of a generator.",
    "shrink": "Make a smaller or more portable model of a model.",
    "evaluate": "Score a model on showers it has not seen.",
    "predict": "Estimate the showers of DL1 files, into DL2 files.",
    "irf": "Make instrument response functions from DL2 files.",
    "generate": "Draw camera images with a generator.",
    "validate": "Compare generated images with simulated ones.",
    "feedback": "Train a classifier with simulated, generated and mixed background.",
    "report": "Draw one result as an HTML page.",
    "compare": "Draw several results of the same events side by side.",
    "drift": "Tell whether new data still look like those of a model's training.",
    "survey": "Say what the champion has not learnt from.",
    "promote": "Register a model, and make it the champion if it is better.",
    "run": "Run a pipeline on this machine.",
    "compile": "Write a pipeline as Kubeflow YAML.",
    "submit": "Run a pipeline on Kubeflow.",
    "schedule": "Run a pipeline on Kubeflow again and again.",
    "unschedule": "Stop the recurring runs of a pipeline.",
    "status": "Say how a pipeline fares on Kubeflow.",
    "doctor": "Say what is installed, visible and reachable.",
}


class _Verbs(click.Group):
    """A group that imports a subcommand when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(f"iactflow.cli.{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="iactflow")
def main() -> None:
    """Machine learning for imaging atmospheric Cherenkov telescopes.

    Showers become a store, a store trains a model, a model gives a result, results become pages. Each command
    prints the path of what it made as its last line. Exit codes: 0 done, 1 failed, 2 wrong configuration, 3 input
    missing or unusable.
    """
