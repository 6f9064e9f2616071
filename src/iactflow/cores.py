"""How many processor cores this process may use."""

import math
import os
from pathlib import Path

#: Where Linux shows the limits of the container that a process is in.
CGROUP = Path("/sys/fs/cgroup")


def usable_cores(cgroup: Path = CGROUP) -> int:
    """Count the cores that this process may use.

    Parameters
    ----------
    cgroup : pathlib.Path
        Folder of the container's control group.

    Returns
    -------
    int
        Those it may be scheduled on, or fewer where a container is given less time than that: Kubernetes limits time,
        so that a pod with two cores sees all cores of its node. At least 1.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(cgroup)
    return allowed if quota is None else max(1, min(allowed, math.ceil(quota)))


def _quota(cgroup: Path) -> float | None:
    """Read the cores' worth of time that a container gets, from either version of control groups."""
    together, apart = cgroup / "cpu.max", cgroup / "cpu"
    if together.exists():
        words = together.read_text().split()
    elif (apart / "cpu.cfs_quota_us").exists():
        words = [(apart / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period")]
    else:
        return None
    # "max", or a negative number in the first version, is no limit
    return int(words[0]) / int(words[1]) if words[0].isdigit() else None
