"""Conversion of simtel files to one ctapipe DL1 file, by ctapipe's own tools."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from iactflow.data.inputs import Kind, Source, resolve
from iactflow.errors import ConfigError, IactflowError
from iactflow.ingest.formats import read_subarray
from iactflow.ingest.processing import ctapipe_configuration
from iactflow.storage import aside


def convert(
    inputs: Sequence[str],
    out: Path,
    *,
    camera: str | None = None,
    images_only: bool = False,
    ctapipe_config: Path | None = None,
    overwrite: bool = False,
) -> Path:
    """Write one ctapipe DL1 file with the events of all inputs.

    Parameters
    ----------
    inputs : sequence of str
        URIs of simtel or DL1 files.
    out : pathlib.Path
        The HDF5 file.
    camera : str or None
        Keeps the telescopes of this camera only; None keeps all.
    images_only : bool
        Leaves the DL1 parameters out.
    ctapipe_config : pathlib.Path or None
        ctapipe's configuration, as for `iactflow.ingest.run.run`.
    overwrite : bool
        Whether an existing file may be replaced.

    Returns
    -------
    pathlib.Path
        `out`.

    Raises
    ------
    OutputExistsError
        If the file exists and `overwrite` is false.
    IactflowError
        If one of ctapipe's tools fails.
    """
    with aside(out, overwrite=overwrite) as target, tempfile.TemporaryDirectory(dir=target.parent) as folder:
        sources = resolve(inputs)
        configuration = ctapipe_configuration(ctapipe_config)
        parts = []
        for number, source in enumerate(sources):
            if source.kind is Kind.DL1 and camera is None and not images_only:
                parts.append(source.path)  # merging takes it as it is
                continue
            parts.append(Path(folder, f"{number:06d}.h5"))
            _process(source, parts[-1], camera, images_only, configuration)
        if parts == [Path(folder, "000000.h5")]:
            parts[0].rename(target)
        else:
            _run("merge", [*(str(part.resolve()) for part in parts), "--output", str(target.resolve())], Path(folder))
    return Path(out)


def _process(
    source: Source, target: Path, camera: str | None, images_only: bool, configuration: dict[str, Any]
) -> None:
    if source.kind is Kind.STORE:
        raise ConfigError(f"{source.path} is a store; only simtel and DL1 files can be made a DL1 file.")
    options = dict(configuration)
    if camera is not None:
        subarray = read_subarray(source, configuration)
        tel_ids = [int(tel_id) for tel_id, tel in subarray.tel.items() if tel.camera.name == camera]
        if not tel_ids:
            cameras = ", ".join(sorted({str(tel.camera.name) for tel in subarray.tel.values()}))
            raise ConfigError(f"{source.path} holds no camera '{camera}'. It has: {cameras}.")
        options["EventSource"] = {**options.get("EventSource", {}), "allowed_tels": tel_ids}
    options["DataWriter"] = {"write_dl1_images": True, "write_dl1_parameters": not images_only}
    options["HDF5EventSource"] = {"focal_length_choice": options["SimTelEventSource"]["focal_length_choice"]}
    settings = target.with_suffix(".json")
    settings.write_text(json.dumps(options), encoding="utf-8")
    paths = {"--input": source.path, "--output": target, "--config": settings}
    _run("process", [word for name, path in paths.items() for word in (name, str(path.resolve()))], target.parent)


def _run(tool: str, arguments: list[str], folder: Path) -> None:
    """Run a tool of ctapipe as a process of its own, since it takes the logging and the signals of its process over.

    It leaves a log in the working directory, which therefore is `folder`.
    """
    code = f"from ctapipe.tools.{tool} import main; main()"
    done = subprocess.run([sys.executable, "-c", code, "--log-level", "ERROR", *arguments], cwd=folder)
    if done.returncode:
        raise IactflowError(
            f"ctapipe-{tool} failed with exit code {done.returncode}; its own message stands above. "
            "The output was not written."
        )
