"""Write the software bill of materials of an image from its lock: ``python docker/sbom.py cpu build/sbom-cpu.json``.

CycloneDX 1.6: every Python package of the image with version, purl and the hashes that the installation was held to.
The Debian packages below them are the base image's, whose maker publishes their list.
"""

import json
import re
import sys
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LINE = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> list[dict[str, object]]:
    """List the packages of a lock file.

    Parameters
    ----------
    lock : str
        Text of a requirements file with hashes. A package has a hash for each of its distributions; the installer
        took one of them.
    """
    found: list[dict[str, object]] = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        match = _LINE.match(block)
        if match is None or "sys_platform == 'win32'" in block.splitlines()[0]:
            continue
        name, version = match["name"].lower().replace("_", "-"), match["version"]
        purl = f"pkg:pypi/{name}@{version}"
        hashes = [{"name": "iactflow:sha256", "value": value} for value in _HASH.findall(block)]
        found.append(
            {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "properties": hashes}
        )
    return found


def sbom(flavour: str) -> dict[str, object]:
    """Describe an image; the same lock gives the same text.

    Parameters
    ----------
    flavour : str
        ``cpu`` or ``gpu``.
    """
    lock = (ROOT / "requirements" / f"{flavour}.txt").read_text()
    version = re.findall(r'__version__ = "(.*)"', (ROOT / "src" / "iactflow" / "__init__.py").read_text())[0]
    image = {"type": "container", "bom-ref": "image", "name": f"iactflow-{flavour}", "version": version}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {"component": image},
        "components": components(lock),
    }


if __name__ == "__main__":
    flavour, target = sys.argv[1:]
    Path(target).write_text(json.dumps(sbom(flavour), indent=2) + "\n")
