"""The work of ``predict``: DL1 files become DL2 files, or one of them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from iactflow.data.inputs import Kind, Source, resolve
from iactflow.data.unseen import note_share, noted_share, smallest
from iactflow.errors import ConfigError, InputError
from iactflow.ingest.processing import compile_ctapipe, ctapipe_configuration
from iactflow.predict.choose import Choice
from iactflow.predict.config import Predict
from iactflow.predict.identity import is_finished
from iactflow.predict.one import Counted, predict_file
from iactflow.progress import Progress
from iactflow.storage import aside, refuse_existing, remove

#: How DL2 files are named, and the endings of DL1 files that give way to it.
SUFFIX = ".dl2.h5"
_DL1_SUFFIXES = (".dl1.h5", ".dl1.hdf5", ".h5", ".hdf5")


@dataclass(frozen=True)
class PredictSummary:
    """What predict made.

    Attributes
    ----------
    path : pathlib.Path or str
        The DL2 file, or the folder of DL2 files; the ``s3://`` name of one.
    n_files : int
        DL2 files that were asked for.
    n_skipped : int
        Those that were finished before.
    n_events, n_images : int
        Array events and telescope events that this run read.
    n_valid, n_outside : dict of int
        Telescope events with an estimate, and those of them outside the model's range, by task.
    """

    path: Path | str
    n_files: int
    n_skipped: int
    n_events: int
    n_images: int
    n_valid: dict[str, int]
    n_outside: dict[str, int]

    def finite(self) -> dict[str, float]:
        """Give the numbers to log."""
        plain = {name: float(getattr(self, name)) for name in ("n_files", "n_skipped", "n_events", "n_images")}
        valid = {f"n_valid_{task}": float(number) for task, number in self.n_valid.items()}
        return plain | valid | {f"n_outside_range_{task}": float(number) for task, number in self.n_outside.items()}


def run(
    models: Sequence[str],
    inputs: Sequence[str],
    out: Path,
    *,
    config: Predict,
    ctapipe_config: Path | Mapping[str, Any] | None = None,
    overwrite: bool = False,
    on_file: Callable[[Path], None] | None = None,
) -> PredictSummary:
    """Estimate the showers of DL1 files.

    Parameters
    ----------
    models : sequence of str
        Bundles that train wrote, or ``models:/NAME@ALIAS``, of one camera. Of several of the same tasks each file takes
        the one that was trained closest to its zenith angle, see `iactflow.predict.choose`.
    inputs : sequence of str
        URIs of ctapipe DL1 files, simulated or observed, as `iactflow.data.inputs.resolve` takes them.
    out : pathlib.Path
        DL2 file, or a folder (that is there, or has no ending .h5) that gets one DL2 file per input. Files in the
        folder that the same run made before are left as they are.
    config : Predict
        Names, weights, what of DL1 is carried along.
    ctapipe_config : pathlib.Path, mapping or None
        ctapipe's configuration, whose cleaning counts where a file has no parameters.
    overwrite : bool
        Whether existing files may be replaced.
    on_file : callable or None
        Hears of each DL2 file as soon as it is there, those that were finished before included.

    Returns
    -------
    PredictSummary

    Raises
    ------
    ConfigError
        If models are of different cameras, two of the same task cannot be told apart, or a file has another camera.
    InputError
        If an input is missing, damaged or no DL1 file.
    """
    sources = _dl1(resolve(inputs))
    configuration = ctapipe_configuration(ctapipe_config)
    into_folder = out.is_dir() or out.suffix not in (".h5", ".hdf5")
    if not into_folder:
        refuse_existing(out, overwrite=overwrite)
    compile_ctapipe()  # before TensorFlow's threads are there
    choice = Choice(models, config, configuration)

    def predict_all(targets: Mapping[Path, Source]) -> PredictSummary:
        return _predict_all(targets, choice, config, configuration, overwrite=overwrite, on_file=on_file)

    if into_folder:
        return _told(predict_all(_named(sources, out)), out)
    if len(sources) == 1:
        return _told(predict_all({out: sources[0]}), out)
    parts = out.with_name(f".{out.name}.parts")
    summary = predict_all(_named(sources, parts))
    _merge(sorted(_named(sources, parts)), out, overwrite=overwrite)
    remove(parts)
    return _told(summary, out)


def _dl1(sources: Sequence[Source]) -> Sequence[Source]:
    for source in sources:
        if source.kind is not Kind.DL1:
            raise InputError(
                f"{source.path} is a {source.kind} file or folder; predict reads ctapipe DL1 files. Make one with: "
                f"iactflow ingest --format dl1 --input {source.path} --out FILE.h5"
            )
    return sources


def dl2_names(inputs: Sequence[str]) -> list[str]:
    """Name the DL2 file of each DL1 file, given by path, URI or name.

    Raises
    ------
    ConfigError
        If two would have the same name.
    """
    names = [_dl2_name(one.rpartition("/")[2]) for one in inputs]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise ConfigError(f"--input: several files would become {', '.join(twice)}. Give files of different names.")
    return names


def _dl2_name(dl1: str) -> str:
    ending = next((ending for ending in _DL1_SUFFIXES if dl1.endswith(ending)), Path(dl1).suffix)
    return f"{dl1.removesuffix(ending)}{SUFFIX}"


def _named(sources: Sequence[Source], folder: Path) -> dict[Path, Source]:
    """Name the DL2 file of each input after it."""
    different = list({source.path: source for source in sources}.values())
    names = dl2_names([source.name for source in different])
    return {folder / name: source for name, source in zip(names, different, strict=True)}


def _predict_all(
    targets: Mapping[Path, Source],
    choice: Choice,
    config: Predict,
    configuration: dict[str, Any],
    *,
    overwrite: bool,
    on_file: Callable[[Path], None] | None,
) -> PredictSummary:
    skipped, counts = 0, []
    with Progress("predict", "array events") as progress:
        for target, source in targets.items():
            bundles = choice.of(source.path)
            told = choice.identity(bundles).of([source])
            if is_finished(target, told, overwrite=overwrite):
                click.echo(f"{target} is finished already and stays as it is.", err=True)
                skipped += 1
            else:
                if choice.is_open:
                    click.echo(f"{source.path}: {', '.join(str(bundle.path) for bundle in bundles)}", err=True)
                made = predict_file(
                    source.path, target, bundles, config, configuration, told, progress.advance, overwrite=overwrite
                )
                counts.append(made)
            if on_file is not None:
                on_file(target)
    return _summary(choice.tasks, len(targets), skipped, counts)


def _summary(tasks: Sequence[str], n_files: int, skipped: int, counts: Sequence[Counted]) -> PredictSummary:
    return PredictSummary(
        Path(),
        n_files,
        skipped,
        sum(counted.n_events for counted in counts),
        sum(counted.n_images for counted in counts),
        {task: sum(counted.n_valid.get(task, 0) for counted in counts) for task in tasks},
        {task: sum(counted.n_outside.get(task, 0) for counted in counts) for task in tasks},
    )


def _told(summary: PredictSummary, path: Path) -> PredictSummary:
    from dataclasses import replace

    return replace(summary, path=path)


def _merge(parts: Sequence[Path], out: Path, *, overwrite: bool) -> None:
    """Join DL2 files as ctapipe-merge does, and say of them what each says of its models."""
    import tables
    from ctapipe.io import HDF5Merger
    from ctapipe.io.hdf5merger import CannotMerge

    with aside(out, overwrite=overwrite) as target:
        try:
            with HDF5Merger(target) as merger:
                for part in parts:
                    merger(part)
            shares = []
            for part in parts:
                with tables.open_file(str(part)) as file:
                    shares.append(noted_share(file))
            with tables.open_file(str(target), "a") as file:
                note_share(file, smallest(shares))
        except CannotMerge as error:
            raise InputError(
                f"The DL2 files cannot be joined: {error}. Give a folder as --out to have one file per input; the "
                f"finished ones are in {parts[0].parent}."
            ) from error
