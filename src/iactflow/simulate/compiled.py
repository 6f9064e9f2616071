"""Compile the particle transport and the camera once per machine and version of their source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core import config as numba_config

from iactflow.cache import cache_folder

#: The modules whose source becomes part of compiled functions.
SOURCES = (
    "atmosphere", "cherenkov", "compiled", "decays", "electromagnetic", "electron", "elementary", "exposure",
    "extraction", "hadron", "kernel", "optics", "particles", "photon", "pixels", "rng", "scattering", "tracks",
    "trigger", "vertices", "waveforms", "work",
)  # fmt: skip


#: Without numba's run time nothing can be allocated, and no references to arrays are counted: a quarter of the time.
_OPTIONS: dict[str, Any] = {"fastmath": True, "error_model": "numpy", "_nrt": False}


def _source_hash() -> str:
    """Hash these modules: numba itself would not notice a change in a function that a cached one calls."""
    digest = hashlib.sha256(numba.__version__.encode())
    for name in SOURCES:
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


MACHINE_CODE = cache_folder() / f"numba-{_source_hash()}"


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function with numba when it is first called, and keep the machine code in iactflow's cache."""
    return _cached(function, _OPTIONS)


def compiled_allocating(function: Callable[..., Any]) -> Any:
    """Compile a function that makes arrays, and keep its machine code too."""
    return _cached(function, _OPTIONS | {"_nrt": True})


def _cached(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    settings: Any = numba_config  # its names are made at run time
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(MACHINE_CODE)
    try:
        return numba.njit(cache=True, **options)(function)
    finally:
        settings.CACHE_DIR = before


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function as part of those that call it."""
    return numba.njit(inline="never", **_OPTIONS)(function)


def inlined_allocating(function: Callable[..., Any]) -> Any:
    """Compile a function that makes arrays as part of those that call it."""
    return numba.njit(inline="never", **(_OPTIONS | {"_nrt": True}))(function)


def always_inlined(function: Callable[..., Any]) -> Any:
    """Compile a short function into each place that calls it."""
    return numba.njit(forceinline=True, **_OPTIONS)(function)


def is_cached(name: str) -> bool:
    """Tell whether the machine code of a function is there already."""
    return any(MACHINE_CODE.rglob(f"*{name}*.nbi"))
