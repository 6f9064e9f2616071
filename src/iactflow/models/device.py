"""The processor that a speed was measured on, in words."""

import platform
from pathlib import Path

from iactflow.cores import usable_cores


def describe_cpu(cores: int | None = None) -> str:
    """Name this machine's processor and the cores in use, by default all that this process may use.

    Returns
    -------
    str
        Such as ``AMD EPYC 7B13, 2 cores``.
    """
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.processor() or platform.machine()
    if cores is None:
        cores = usable_cores()
    return f"{model}, {cores} core{'s' if cores != 1 else ''}"
