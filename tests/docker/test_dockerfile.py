"""What of the images can be seen without building them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Packages of the locks that Linux does not get.
ON_WINDOWS = ("colorama", "pywin32", "tzdata", "waitress")
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()


def locked(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))


def test_the_gpu_image_adds_nothing_but_cuda_to_the_cpu_image():
    """The Dockerfile puts CUDA's packages on top of the other image's."""
    cpu, gpu = locked("cpu"), locked("gpu")
    assert {name: version for name, version in gpu.items() if name in cpu} == cpu
    assert all(name.startswith("nvidia-") for name in gpu.keys() - cpu.keys())


def test_what_is_needed_to_build_is_in_the_locks():
    assert {"packaging", "pip", "setuptools", "wheel"} <= locked("cpu").keys()
    assert "hatchling" in locked("build")


def test_every_package_is_held_to_its_hash():
    installs = re.findall(r"pip install (.*)", DOCKERFILE)
    assert len(installs) == 5
    assert all("--require-hashes" in install or "--no-index" in install for install in installs)


def test_both_images_run_as_a_number_and_check_their_health():
    stages = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)
    runtime, gpu = (next(stage for stage in stages if f" AS {name}\n" in stage) for name in ("runtime", "gpu"))
    assert re.findall(r"^USER (.*)", runtime, re.MULTILINE) == ["10001:10001"]
    assert re.findall(r"^USER (.*)", gpu, re.MULTILINE)[-1] == "10001:10001"
    assert 'CMD ["iactflow", "doctor"]' in runtime


@pytest.mark.parametrize("flavour", ["cpu", "gpu"])
def test_the_bill_of_materials_lists_the_lock(flavour, tmp_path):
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        subprocess.run([sys.executable, ROOT / "docker" / "sbom.py", flavour, file], check=True)
    assert files[0].read_bytes() == files[1].read_bytes()
    bill = json.loads(files[0].read_text())
    listed = {component["name"]: component["version"] for component in bill["components"]}
    expected = {name: version for name, version in locked(flavour).items() if name not in ON_WINDOWS}
    assert listed == expected
    tensorflow = next(component for component in bill["components"] if component["name"] == "tensorflow")
    assert tensorflow["purl"] == f"pkg:pypi/tensorflow@{expected['tensorflow']}"
    assert all(re.fullmatch("[0-9a-f]{64}", entry["value"]) for entry in tensorflow["properties"])


def test_the_stage_that_compiles_the_simulator_has_all_that_simulating_imports():
    """It copies a part of the package, so that other changes compile nothing."""
    stage = next(text for text in re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE) if " AS simulator\n" in text)
    copied = set(re.findall(r"src/iactflow/(\w+)", stage))
    package = ROOT / "src" / "iactflow"
    paths = re.findall(r"src/(iactflow/\S+)", DOCKERFILE)
    assert not [path for path in paths if not (ROOT / "src" / path).exists()]
    files = [path for name in copied for path in [package / f"{name}.py", *(package / name).rglob("*.py")]]
    imports = re.compile(r"^ *(?:from|import) iactflow\.(\w+)|^from iactflow import (\w+)", re.MULTILINE)
    needed = {
        first or second
        for path in files
        if path.exists() and "validation" not in path.parts
        for first, second in imports.findall(path.read_text())
    }
    assert {"data", "ingest", "simulate", "s3"} <= needed
    assert needed <= copied


def test_images_without_a_builder_says_what_to_install(tmp_path):
    done = subprocess.run(
        ["/bin/bash", ROOT / "docker" / "images.sh"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "docker (with its daemon running), podman or buildah must be there" in done.stderr
