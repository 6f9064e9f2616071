"""Inputs by name: files, folders, globs and samples become local files of a known kind."""

import glob
import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click

from iactflow.data.samples import SCHEME, file_sha256, sample
from iactflow.data.store import MANIFEST
from iactflow.errors import InputError
from iactflow.s3.address import Address, is_remote, parse
from iactflow.s3.read import fetch, listing


class Kind(StrEnum):
    """What an input is, by its content."""

    SIMTEL = "simtel"
    DL1 = "dl1"
    STORE = "store"


@dataclass(frozen=True)
class Source:
    """An input file or store.

    Attributes
    ----------
    path : pathlib.Path
        Where it is on this machine.
    kind : Kind
        What it is.
    sha256 : str
        Of its content, in hexadecimal digits; of the manifest for a store.
    """

    path: Path
    kind: Kind
    sha256: str

    @property
    def name(self) -> str:
        """Name of the file, without folders, as stores record it."""
        return self.path.name


#: Ends of the names of objects, which are not looked into before they are needed.
_FILE_NAMES = (".h5", ".hdf5", ".simtel", ".simtel.gz", ".simtel.zst")
_GZIP, _ZSTD, _HDF5 = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x89HDF\r\n\x1a\n"
#: First bytes of an eventio file, little- and big-endian.
_EVENTIO = (b"\x37\x8a\x1f\xd4", b"\xd4\x1f\x8a\x37")


def resolve(uris: Sequence[str]) -> list[Source]:
    """Find the files behind URIs.

    Parameters
    ----------
    uris : sequence of str
        File, folder (all simtel and DL1 files in it and below), glob, store folder, ``sample:NAME`` or
        the same of objects as ``s3://bucket/...``.

    Returns
    -------
    list of Source
        Sorted by name and content; the same content is there once.

    Raises
    ------
    InputError
        If something is missing, empty or of no known kind.
    """
    found: dict[str, Source] = {}
    for path in sorted({path for uri in uris for path in _files(uri)}):
        kind = kind_of(path)
        source = Source(path, kind, file_sha256(path / MANIFEST if kind is Kind.STORE else path))
        if source.sha256 in found:
            click.echo(f"{path} has the same content as {found[source.sha256].path} and is left out.", err=True)
        found.setdefault(source.sha256, source)
    return sorted(found.values(), key=lambda source: (source.name, source.sha256))


def names_of(uris: Sequence[str]) -> list[str]:
    """Name the inputs behind URIs one by one, without fetching any.

    Parameters
    ----------
    uris : sequence of str
        As in `resolve`.

    Returns
    -------
    list of str
        Paths and ``s3://`` names, sorted, each once; of several objects those that are called as HDF5 or simtel files.

    Raises
    ------
    InputError
        If a URI names nothing that could be read.
    """
    names = {name for uri in uris for name in (_objects(uri) if is_remote(uri) else map(str, _files(uri)))}
    return sorted(names)


def _objects(uri: str) -> list[str]:
    found = listing(uri)
    keys = [str(Address(parse(uri).bucket, str(entry.object_name))) for entry in found.values()]
    if list(found) != [""]:
        keys = [key for key in keys if key.endswith(_FILE_NAMES)]
    if not keys:
        raise InputError(f"{uri}: none of its {len(found)} objects is called as an HDF5 or simtel file.")
    return keys


def kind_of(path: Path) -> Kind:
    """Tell what an input is from its content.

    Raises
    ------
    InputError
        If it is missing, empty or nothing that ingest reads.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist. Check the path given to --input.")
    if path.is_dir():
        if (path / MANIFEST).exists():
            return Kind.STORE
        raise InputError(f"{path} is a folder, but no store: it has no {MANIFEST}.")
    head = _head(path)
    if not head:
        raise InputError(f"{path} is empty. Copy or download the file again.")
    if head.startswith(_HDF5):
        return Kind.DL1
    if _decompressed(path, head)[:4] in _EVENTIO:
        return Kind.SIMTEL
    raise InputError(
        f"{path} is neither a sim_telarray file (plain, gz or zst) nor an HDF5 file, going by its content, which "
        f"begins with {head[:8]!r}. Give simtel files or ctapipe DL1 files."
    )


def _files(uri: str) -> list[Path]:
    if uri.startswith(SCHEME):
        return [sample(uri.removeprefix(SCHEME))]
    path = fetch(uri) if is_remote(uri) else Path(uri).expanduser()
    if path.is_dir() and not (path / MANIFEST).exists():
        return _in_folder(path)
    if path.exists():
        return [path]
    matches = [Path(match) for match in glob.glob(str(path), recursive=True)]
    if not matches:
        what = "matches no file" if glob.has_magic(uri) else "does not exist"
        raise InputError(f"{uri} {what}. Check the path given to --input.")
    return [file for match in matches for file in (_in_folder(match) if _plain_folder(match) else [match])]


def _plain_folder(path: Path) -> bool:
    return path.is_dir() and not (path / MANIFEST).exists()


def _in_folder(folder: Path) -> list[Path]:
    """List the files in a folder and below that are simtel or HDF5; others are told and left out."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    return _usable(files, str(folder))


def _usable(files: Sequence[Path], where: str) -> list[Path]:
    usable = []
    for path in files:
        try:
            kind_of(path)
        except InputError as error:
            click.echo(f"left out: {error}", err=True)
            continue
        usable.append(path)
    if not usable:
        raise InputError(f"{where} holds no simtel or HDF5 file among its {len(files)} files.")
    return usable


def _head(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(64)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _decompressed(path: Path, head: bytes) -> bytes:
    if head.startswith(_GZIP):
        try:
            with gzip.open(path) as stream:
                return stream.read(4)
        except (OSError, EOFError, zlib.error):
            return b""
    if head.startswith(_ZSTD):
        import zstandard

        try:
            with open(path, "rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
                return stream.read(4)
        except zstandard.ZstdError:
            return b""
    return head
