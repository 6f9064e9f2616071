"""A share of the files of a campaign: predicted into a folder here or in an S3 store, resumed file by file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from iactflow.cache import cache_folder
from iactflow.data.inputs import names_of
from iactflow.errors import ConfigError
from iactflow.predict.config import Predict
from iactflow.predict.run import PredictSummary, dl2_names, run
from iactflow.s3.address import is_remote
from iactflow.s3.read import fetch, listing
from iactflow.s3.write import refuse_existing, send


def predict_share(
    models: Sequence[str],
    inputs: Sequence[str],
    out: str,
    *,
    shard: tuple[int, int],
    config: Predict,
    ctapipe_config: Path | Mapping[str, Any] | None = None,
    overwrite: bool = False,
) -> PredictSummary:
    """Predict every N-th of many files.

    Parameters
    ----------
    models : sequence of str
        As in `iactflow.predict.run.run`.
    inputs : sequence of str
        URIs of all files of the campaign; only those of the share are fetched.
    out : str
        Folder, or ``s3://`` name of one, that all shares write to: one DL2 file per input. Each is uploaded as soon as
        it is complete; one that is there and was made of the same input, models and settings stays as it is.
    shard : tuple of int
        I and N: the share, from 1, and how many there are.
    config, ctapipe_config, overwrite
        As in `iactflow.predict.run.run`.

    Returns
    -------
    PredictSummary
        Of the share, with `out` as its path; there are no files in it where there are more shares than files.

    Raises
    ------
    ConfigError
        If two inputs have the same name, and so would their DL2 files.
    OutputExistsError
        If a DL2 file is there that was made of something else.
    """
    names = names_of(inputs)
    files = dict(zip(names, dl2_names(names), strict=True))
    number, count = shard
    if not 1 <= number <= count:
        raise ConfigError(f"shard I/N must have 1 <= I <= N. Received: {number}/{count}.")
    share = names[number - 1 :: count]
    if not share:
        return PredictSummary(out if is_remote(out) else Path(out), 0, 0, 0, 0, {}, {})
    if not is_remote(out):
        return run(models, share, Path(out), config=config, ctapipe_config=ctapipe_config, overwrite=overwrite)
    refuse_existing(out, overwrite=True)  # that the bucket is there and may be written, before any work
    cache_folder().mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=cache_folder()) as folder:
        if not overwrite:
            _take_up(out, [files[name] for name in share], Path(folder))

        def upload(file: Path) -> None:
            send(file, f"{out.rstrip('/')}/{file.name}", replace=overwrite)
            file.unlink()

        done = run(
            models,
            share,
            Path(folder),
            config=config,
            ctapipe_config=ctapipe_config,
            overwrite=overwrite,
            on_file=upload,
        )
    return replace(done, path=out)


def _take_up(out: str, wanted: Sequence[str], folder: Path) -> None:
    """Lay out those DL2 files of a share that are there already."""
    there = listing(out, required=False)
    for name in wanted:
        if name in there:
            (folder / name).symlink_to(fetch(f"{out.rstrip('/')}/{name}").resolve())
