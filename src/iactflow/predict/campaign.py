"""A share of the files of a campaign: predicted into a folder here or in an S3 store, resumed file by file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from iactflow.data.inputs import names_of
from iactflow.errors import ConfigError
from iactflow.predict.config import Predict
from iactflow.predict.run import PredictSummary, dl2_name, run
from iactflow.s3.address import is_remote
from iactflow.s3.read import fetch, listing
from iactflow.s3.write import refuse_existing, send


def predict_share(
    models: Sequence[str],
    inputs: Sequence[str],
    out: str,
    *,
    shard: tuple[int, int],
    work: Path,
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
    work : pathlib.Path
        Folder for files on their way to an S3 store.
    config, ctapipe_config, overwrite
        As in `iactflow.predict.run.run`.

    Returns
    -------
    PredictSummary
        Of the share; there are no files in it where there are more shares than files.

    Raises
    ------
    ConfigError
        If two inputs have the same name, and so would their DL2 files.
    OutputExistsError
        If a DL2 file is there that was made of something else.
    """
    names = names_of(inputs)
    twice = sorted(name for name, count in Counter(map(dl2_name, names)).items() if count > 1)
    if twice:
        raise ConfigError(f"Several inputs would become {', '.join(twice)}. Give files of different names.")
    number, count = shard
    if not 1 <= number <= count:
        raise ConfigError(f"shard I/N must have 1 <= I <= N. Received: {number}/{count}.")
    share = names[number - 1 :: count]
    if not share:
        return PredictSummary(Path(out), 0, 0, 0, 0, {}, {})
    if not is_remote(out):
        return run(models, share, Path(out), config=config, ctapipe_config=ctapipe_config, overwrite=overwrite)
    refuse_existing(out, overwrite=True)  # that the bucket is there and may be written, before any work
    known = {} if overwrite else _take_up(out, [dl2_name(name) for name in share], work)

    def upload(file: Path) -> None:
        uri = f"{out.rstrip('/')}/{file.name}"
        send(file, uri, known={"": known[file.name]} if file.name in known else None, replace=overwrite)

    return run(
        models, share, work, config=config, ctapipe_config=ctapipe_config, overwrite=overwrite, on_file=upload
    )


def _take_up(out: str, wanted: Sequence[str], work: Path) -> dict[str, str]:
    """Lay out the DL2 files of the share that are there already; give their ETags."""
    there = listing(out, required=False)
    work.mkdir(parents=True, exist_ok=True)
    known = {}
    for name in wanted:
        if name in there and not (work / name).exists():
            (work / name).symlink_to(fetch(f"{out.rstrip('/')}/{name}").resolve())
            known[name] = str(there[name].etag).strip('"')
    return known
