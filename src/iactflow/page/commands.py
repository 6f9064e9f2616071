"""The commands that make stores again, with the files that they take."""

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from iactflow.data.schema import SPLITS

#: Files of a store that a command names; more are named by the folder that they lie in.
_MOST = 8


def store_commands(stores: Iterable[Mapping[str, Any]]) -> tuple[list[str], dict[str, str]]:
    """Write the commands that make some stores again.

    Parameters
    ----------
    stores : iterable of mapping
        As `iactflow.data.making.making` describes them.

    Returns
    -------
    list of str
        The commands.
    dict of str
        Content of the configuration files that they take, by name.
    """
    lines: list[str] = []
    files: dict[str, str] = {}
    for store in stores:
        own = ["--split", ",".join(f"{store['split'][part]:g}" for part in SPLITS)]
        own += ["--ctapipe-config", _file(files, "ctapipe", store["ctapipe"]), "--out", store["path"]]
        for run in store["simulated"]:
            config = _file(files, f"simulate-{run['config']['primary']}", run["config"])
            amount = next(name for name in ("events", "showers") if name in run)
            words = ["--config", config, f"--{amount}", run[amount], "--seed", run["seed"], "--format", "store", *own]
            lines.append(_line("simulate", words))
        if store["files"]:
            named = store["files"] if len(store["files"]) <= _MOST else [f"FOLDER_OF_{len(store['files'])}_FILES"]
            inputs = [word for name in named for word in ("--input", name)]
            lines.append(_line("ingest", [*inputs, "--camera", store["camera"], *own]))
    return lines, files


def _line(verb: str, words: Iterable[object]) -> str:
    return shlex.join(["iactflow", verb, *map(str, words)])


def _file(files: dict[str, str], stem: str, content: Mapping[str, Any]) -> str:
    """Give the name of the file of this content; another content gets another name."""
    import yaml

    text = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True)
    number = 1
    while files.setdefault(name := f"{stem}{'' if number == 1 else f'-{number}'}.yaml", text) != text:
        number += 1
    return name
