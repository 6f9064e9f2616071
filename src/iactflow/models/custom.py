"""Networks of the user's own: found by module or file, checked against the rules of docs/custom-models.md."""

import hashlib
import importlib
import importlib.util
import inspect
import linecache
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from iactflow.errors import ConfigError
from iactflow.models.tasks import tasks_named

#: Content of the files that `held` keeps as they were, by absolute path.
_held: dict[Path, bytes] = {}


def is_custom(name: str) -> bool:
    """Tell whether a ``model.name`` names a class of the user's."""
    return ":" in name


def code_file(name: str) -> Path | None:
    """Give the file of ``file.py:Class``, None for ``package.module:Class``."""
    place = name.rpartition(":")[0]
    return Path(place) if place.endswith(".py") else None


def code_of(name: str) -> bytes | None:
    """Give the content of the file of ``file.py:Class`` as `load_class` imports it, None for any other network.

    Raises
    ------
    ConfigError
        If the file cannot be read.
    """
    file = code_file(name)
    try:
        return None if file is None else _content(file)
    except OSError as error:
        raise _not_imported(str(file), error) from error


@contextmanager
def held(name: str) -> Iterator[None]:
    """Take the file of ``file.py:Class`` within the block as it is now, whatever becomes of it on the disk.

    Raises
    ------
    ConfigError
        If the file cannot be read.
    """
    file, content = code_file(name), code_of(name)
    if file is None or content is None:
        yield
        return
    _held[file.resolve()] = content
    try:
        yield
    finally:
        del _held[file.resolve()]


def load_class(name: str) -> type:
    """Load a class by ``package.module:Class`` or ``file.py:Class``.

    Raises
    ------
    ConfigError
        If the file, module or class does not exist, or importing it fails.
    """
    place, _, attribute = name.rpartition(":")
    try:
        file = code_file(name)
        module = importlib.import_module(place) if file is None else load_file(file)
    except Exception as error:
        raise _not_imported(place, error) from error
    found = getattr(module, attribute, None)
    if not isinstance(found, type):
        classes = [key for key, value in vars(module).items() if isinstance(value, type)]
        raise ConfigError(
            f"model.name: {place} has no class {attribute}. It has: {', '.join(classes) or 'no class at all'}."
        )
    return found


def load_file(path: Path) -> ModuleType:
    """Import a Python file from anywhere; the same content is imported once."""
    content = _content(path)
    name = f"iactflow_custom_{hashlib.sha256(content).hexdigest()[:16]}"
    if name in sys.modules:
        return sys.modules[name]
    module = ModuleType(name)
    module.__file__ = str(path)
    # Who asks for the source, as TensorFlow does to compile it, gets what was read and not what the file holds by then.
    lines = importlib.util.decode_source(content).splitlines(keepends=True)
    linecache.cache[str(path)] = (len(content), None, lines, str(path))
    sys.modules[name] = module
    try:
        exec(compile(content, str(path), "exec"), vars(module))
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _content(path: Path) -> bytes:
    kept = _held.get(path.resolve())
    return path.read_bytes() if kept is None else kept


def _not_imported(place: str, error: Exception) -> ConfigError:
    return ConfigError(
        f"model.name: {place} cannot be imported ({type(error).__name__}: {error}). Give package.module:Class, or the "
        "path of a Python file and a class in it, file.py:Class."
    )


def make_custom(name: str, shapes: Any, tasks: Sequence[str], options: Mapping[str, Any]) -> Any:
    """Build a user's network and check it.

    Parameters
    ----------
    name : str
        As for `load_class`.
    shapes : tuple of int or dict of tuple
        What it is given, without the number of images.
    tasks : sequence of str
        Heads to have.
    options : mapping
        Further arguments of the class, from ``model.options``.

    Returns
    -------
    keras.Model

    Raises
    ------
    ConfigError
        If it cannot be built so, or its outputs are not the tasks'.
    """
    cls = load_class(name)
    try:
        inspect.signature(cls).bind(shapes, list(tasks), **options)
    except TypeError as error:
        raise ConfigError(
            f"model.options: {name} must accept (shape, tasks{''.join(f', {key}' for key in options)}): {error}. Its "
            f"signature is {inspect.signature(cls)}."
        ) from error
    network = getattr(cls(shapes, list(tasks), **options), "model", None)
    _check(name, network, tasks)
    return network


def _check(name: str, network: Any, tasks: Sequence[str]) -> None:
    from iactflow.models.backend import keras
    from iactflow.models.registry import backbone_of

    if not isinstance(network, keras.Model):
        raise ConfigError(f"{name} must have a Keras model as its attribute `model`. Received: {network!r}.")
    wanted = {task.name: (None, task.width) for task in tasks_named(tasks)}
    output = network.output
    given = {key: tuple(value.shape) for key, value in output.items()} if isinstance(output, dict) else output
    if given != wanted:
        raise ConfigError(f"{name} must give the outputs {wanted}. Received: {given}. See docs/custom-models.md.")
    backbone_of(network)
