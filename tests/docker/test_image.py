"""The built image, in podman: what is in it, and pipelines that run in it."""

import glob
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from iactflow.cluster.images import image
from iactflow.data.samples import file_sha256
from iactflow.pipelines import default_text

ROOT = Path(__file__).parents[2]
IMAGE = f"docker.io/{image('cpu')}"
#: What podman takes in a container that is itself one: Debian's runc, and limits that may be set there.
NESTED = ["--runtime", "runc", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000", "--no-healthcheck"]


def inspected():
    if shutil.which("podman") is None:
        return None
    done = subprocess.run(["podman", "image", "inspect", IMAGE], capture_output=True, text=True, check=False)
    return json.loads(done.stdout)[0] if done.returncode == 0 else None


FOUND = inspected()
pytestmark = pytest.mark.skipif(FOUND is None, reason=f"needs podman and {IMAGE}: make images")


@pytest.fixture(scope="module", autouse=True)
def _of_this_code():
    """Skip where the image holds other code than lies here."""
    script = "cd /opt/own/iactflow && find -L . -name '*.py' -exec sha256sum {} +"
    there = {tuple(line.split()) for line in run("sh", "-c", script).splitlines()}
    source = ROOT / "src" / "iactflow"
    here = {
        (file_sha256(path), f"./{path.relative_to(source)}")
        for path in map(Path, glob.glob(f"{source}/**/*.py", recursive=True))
    }
    if there != here:
        pytest.skip(f"{IMAGE} holds other code than lies here: make images")


def run(*command, options=(), timeout=900):
    whole = ["podman", "run", "--rm", *NESTED, "--read-only", "--tmpfs", "/tmp:rw,size=6g", "--network", "none"]
    done = subprocess.run(
        [*whole, *options, IMAGE, *command], capture_output=True, text=True, check=False, timeout=timeout
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A folder for the container's user, which is another one than ours."""
    folder = tmp_path_factory.mktemp("image")
    (folder / "work").mkdir()
    for path in (folder, folder / "work"):
        os.chmod(path, 0o777)
    return folder


def test_it_says_what_it_is():
    assert FOUND["Config"]["User"] == "10001:10001"
    labels = FOUND["Labels"]
    assert labels["org.opencontainers.image.title"] == "iactflow-cpu"
    assert labels["org.opencontainers.image.licenses"] == "BSD-3-Clause"
    assert FOUND["Healthcheck"]["Test"] == ["CMD", "iactflow", "doctor"]
    assert FOUND["Size"] < 4.0e9


def test_it_runs_as_nobody_who_could_change_it_and_has_no_compiler():
    script = (
        "id -u; for name in gcc g++ cc clang make; do command -v $name; done; find /opt /usr /etc -writable ! -type l"
    )
    assert run("sh", "-c", script + " | head").split() == ["10001"]


def test_its_health_check_is_content():
    assert "tensorflow" in run("iactflow", "doctor")


def test_the_simulator_finds_all_that_it_makes_once():
    """Tables and machine code come with the image; whatever a run made anew would be a file and no link."""
    simulate = "iactflow simulate --preset sst1m-mono --primary proton --events 2 --workers 1 --seed 2 --out /tmp/out"
    found = run("sh", "-c", f"{simulate} >&2; cd $IACTFLOW_CACHE; find . -type l; echo made anew:; find . -type f")
    shipped, _, anew = found.partition("made anew:\n")
    assert "./hadronic-" in shipped
    assert ".nbc" in shipped
    assert "sst-1m.simtel.zst" in shipped
    assert anew == ""


def test_the_pipeline_runs_in_it_without_network_on_a_read_only_root(shared):
    few = ("--set", "simulate.events.gamma=150", "--set", "train.epochs=1", "--set", "evaluate.bootstrap=20")
    page = run("iactflow", "run", "energy", *few, options=[f"--volume={shared}/work:/work"]).splitlines()[-1]
    assert page.startswith("runs/energy/")
    assert (shared / "work" / page).stat().st_size > 10_000


@pytest.fixture
def socket(tmp_path, monkeypatch):
    """Podman's socket, which speaks Docker's API."""
    address = f"unix://{tmp_path}/podman.sock"
    service = subprocess.Popen(["podman", "--runtime", "runc", "system", "service", "--time=0", address])
    monkeypatch.setenv("DOCKER_HOST", address)
    for _ in range(100):
        if (tmp_path / "podman.sock").exists():
            break
        time.sleep(0.1)
    yield
    service.terminate()
    service.wait(20)


def test_a_component_runs_in_it_under_kubeflows_local_docker_runner(shared, socket):
    from kfp import dsl, local

    import docker
    from iactflow.components.ingest.component import ingest

    limits = [
        docker.types.Ulimit(name="nofile", soft=1024, hard=1024),
        docker.types.Ulimit(name="nproc", soft=1000, hard=1000),
    ]
    component = dsl.component(ingest.python_func, base_image=IMAGE, install_kfp_package=False)
    root = shared / "runs"
    root.mkdir(mode=0o777)
    os.chmod(root, 0o777)
    local.init(
        local.DockerRunner(
            ulimits=limits,
            network_mode="none",
            healthcheck={"test": ["NONE"]},
        ),
        pipeline_root=str(root),
    )
    task = component(
        config=default_text("energy"), settings=["data.test=[]"], data=["sample:sst1m-prod4-gamma"], workers=1
    )
    stores = Path(task.outputs["stores"].path)
    assert json.loads((stores / "train" / "store.json").read_text())["format"] == 1
    assert task.outputs["metrics"].metadata["train n_images"] == 129
    assert stores.stat().st_uid == 10001
