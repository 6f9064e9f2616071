"""Where commands read and write: on this machine, or at ``s3://bucket/key``, which commands never notice."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from iactflow.errors import ConfigError, IactflowError, OutputExistsError
from iactflow.s3.address import is_remote, parse


class Place(click.ParamType[Any]):
    """A path, or the URI of objects in an S3 store.

    Parameters
    ----------
    writes : bool
        Whether the command writes there.
    grows : bool
        Whether it goes on with a folder that is there already.
    settings : bool
        Whether it is a configuration file, which is read even by ``--dry-run``.
    """

    name = "path"

    def __init__(self, *, writes: bool = False, grows: bool = False, settings: bool = False) -> None:
        self.writes, self.grows, self.settings = writes, grows, settings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Make a path of what is local; what is not stays text until the command runs."""
        return value if is_remote(value) or isinstance(value, Path) else Path(value)


#: What commands read, their configuration, and what they write.
READ, SETTINGS, WRITE = Place(), Place(settings=True), Place(writes=True)


def call(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    """Call a command with local paths: objects are fetched before it, and what it wrote is uploaded after it.

    Parameters
    ----------
    function : callable
        The command; gives the path of its result.
    options : dict
        Its options, ``dry_run`` among them.

    Returns
    -------
    Path, str or None
        What the command gave, by the name that the user gave it.

    Raises
    ------
    ConfigError
        If an option that takes no ``s3://`` got one, or the store refuses to be written to.
    InputError
        If objects are missing or cannot be read.
    IactflowError
        If the store cannot be reached. What was made is kept, and the same command sends it.
    """
    command = click.get_current_context().command
    kinds = {param.name: param.type for param in command.params if param.name is not None}
    for name, value in options.items():
        if isinstance(value, Path) and value.parts[:1] == ("s3:",):
            raise ConfigError(f"--{name.replace('_', '-')} must be a path on this machine. Received: {value}")
    places = {name: kind for name, kind in kinds.items() if isinstance(kind, Place)}
    if not any(is_remote(one) for name in places for one in _each(options.get(name))):
        return function(**options)
    dry = options["dry_run"]
    local = {
        name: _fetched(options[name]) if not kind.writes and (kind.settings or not dry) else options[name]
        for name, kind in places.items()
    }
    if dry:
        return function(**{**options, **local})
    writes = {name: kind for name, kind in places.items() if kind.writes and is_remote(options[name])}
    if not writes:
        return function(**{**options, **local})
    outgoing = Outgoing.open(str(command.name), {**options, **local}, writes)
    return outgoing.finish(lambda paths: function(**{**options, **local, **paths}))


def _each(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _fetched(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_fetched(one) for one in value)
    if not is_remote(value):
        return value
    from iactflow.s3.read import fetch

    return fetch(value)


@dataclass
class Outgoing:
    """Outputs on their way to an S3 store, in a folder of the cache that the same command finds again.

    Attributes
    ----------
    folder : pathlib.Path
        Holds one folder per option, and what is known of them.
    uris : dict of str
        Where each option's output goes.
    overwrite : bool
        Whether what is there may be replaced.
    known : dict of dict of str
        By option: ETags, by relative name, of the objects that the output grows from.
    finished : str or None
        When the command had made all; only sending is left.
    """

    folder: Path
    uris: dict[str, str]
    overwrite: bool
    known: dict[str, dict[str, str]] = field(default_factory=dict)
    finished: str | None = None

    @classmethod
    def open(cls, command: str, options: Mapping[str, Any], writes: Mapping[str, Place]) -> "Outgoing":
        """Take up what an earlier, interrupted call of the same command left, or begin.

        Raises
        ------
        OutputExistsError
            If an output is there and may not be replaced.
        """
        from iactflow.cache import cache_folder
        from iactflow.s3.write import refuse_existing

        told = {name: [_state(one) for one in _each(value)] for name, value in options.items()}
        identity = hashlib.sha256(json.dumps([command, told], sort_keys=True).encode()).hexdigest()[:16]
        uris = {name: options[name] for name in writes}
        found = cls(cache_folder() / "s3" / "outgoing" / identity, uris, bool(options.get("overwrite")))
        if found._record.exists():
            earlier = json.loads(found._record.read_text(encoding="utf-8"))
            found.known, found.finished = earlier["known"], earlier["finished"]
        for name, kind in writes.items():
            if found.finished is None:
                refuse_existing(uris[name], overwrite=found.overwrite or kind.grows)
                if kind.grows and not found.overwrite:
                    found._mirror(name)
        return found

    @property
    def paths(self) -> dict[str, Path]:
        """Where the command writes each output."""
        return {name: self.folder / name / parse(uri).name for name, uri in self.uris.items()}

    def finish(self, work: Callable[[dict[str, Path]], Any]) -> Any:
        """Let the command work, unless it has, and send what it made; give its result by the name in the store."""
        from iactflow.s3.write import send
        from iactflow.storage import remove

        if self.finished is None:
            result = self._made(work)
            self.finished = datetime.now(UTC).isoformat(timespec="seconds")
            self._save()
        else:
            click.echo(f"All was made by {self.finished} and is only sent now.", err=True)
            result = next(iter(self.paths.values()))
        for name, path in self.paths.items():
            if path.exists():  # an option may leave its output out
                try:
                    send(path, self.uris[name], known=self.known.get(name), replace=self.overwrite)
                except IactflowError as error:
                    raise type(error)(f"{error} What was made lies in {path}; the same command sends it.") from error
        remove(self.folder)
        return self._renamed(result)

    def _made(self, work: Callable[[dict[str, Path]], Any]) -> Any:
        """Let the command work; what an interrupted call left is gone on with, if it is a folder."""
        from iactflow.s3.names import note
        from iactflow.storage import remove

        self._save()
        for name, path in self.paths.items():
            note(path, self.uris[name])
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file():
                remove(path)
        try:
            return work(dict(self.paths))
        except OutputExistsError:
            if not all(path.exists() for path in self.paths.values()):
                raise
            return next(iter(self.paths.values()))  # interrupted between the end of the work and the note of it
        except Exception:
            if not any(any(path.parent.iterdir()) for path in self.paths.values()):
                remove(self.folder)
            raise

    def _renamed(self, result: Any) -> Any:
        for name, path in self.paths.items():
            if isinstance(result, Path) and result.is_relative_to(path):
                inside = result.relative_to(path).as_posix()
                return self.uris[name] if inside == "." else f"{self.uris[name].rstrip('/')}/{inside}"
        return result

    def _mirror(self, name: str) -> None:
        """Lay out the objects that are there, those that changed since the last time again, to go on from them."""
        from iactflow.s3.read import fetch, listing
        from iactflow.storage import remove

        known = self.known.setdefault(name, {})
        for relative, entry in listing(self.uris[name], required=False).items():
            if relative == "":
                raise OutputExistsError(f"{self.uris[name]} exists already. Choose another --out or add --overwrite.")
            etag, target = str(entry.etag).strip('"'), self.paths[name] / relative
            if known.get(relative) != etag or not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                remove(target)
                target.symlink_to(fetch(f"{self.uris[name].rstrip('/')}/{relative}").resolve())
                known[relative] = etag
        self._save()

    @property
    def _record(self) -> Path:
        return self.folder / "outgoing.json"

    def _save(self) -> None:
        from iactflow.storage import write_text

        content = {"uris": self.uris, "known": self.known, "finished": self.finished}
        write_text(self._record, json.dumps(content, indent=1) + "\n")


def _state(value: Any) -> str:
    """Describe an option so that another value, or another content of the same files, is told from it."""
    if not isinstance(value, Path) or not value.exists():
        return repr(value)
    files = sorted(file for file in value.rglob("*") if file.is_file()) if value.is_dir() else [value]
    stats = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return f"{value} {stats}"
