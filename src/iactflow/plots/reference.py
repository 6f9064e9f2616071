"""Published performance to draw beside ours."""

from typing import NamedTuple


class Reference(NamedTuple):
    """A published curve.

    Attributes
    ----------
    label : str
        What it is and where it was published.
    energy_low : tuple of float
        Lower edges of its bins of energy in TeV.
    resolution : tuple of float
        Energy resolution as a fraction.
    angular_resolution : tuple of float
        68 % containment of the angular separation in deg.
    """

    label: str
    energy_low: tuple[float, ...]
    resolution: tuple[float, ...]
    angular_resolution: tuple[float, ...]


_SST1M_EDGES = (1.0, 2.5, 10.0, 40.0, 100.0)
#: Random forest of sst1mpipe at 20° zenith, A&A 699, A255.
_SST1M = {
    "mono": Reference(
        "SST-1M mono, published (A&A 699, A255)",
        _SST1M_EDGES,
        (0.268, 0.279, 0.202, 0.123, 0.144),
        (0.201, 0.155, 0.144, 0.151, 0.165),
    ),
    "stereo": Reference(
        "SST-1M stereo, published (A&A 699, A255)",
        _SST1M_EDGES,
        (0.220, 0.137, 0.119, 0.093, 0.122),
        (0.137, 0.096, 0.077, 0.092, 0.109),
    ),
}


def reference_for(name: str, instrument: str) -> Reference | None:
    """Give the published curve for ``report.reference`` and an instrument.

    None for ``none``, and for instruments that are no SST-1M: the curve would be of other telescopes.
    """
    if name == "none" or "sst1m" not in instrument:
        return None
    return _SST1M["stereo" if "stereo" in instrument else "mono"]
