"""The quantities that are compared, and the group that each belongs to."""

from typing import NamedTuple

from iactflow.validate import quantities


class Column(NamedTuple):
    """A quantity of an image.

    Attributes
    ----------
    name : str
        Key in the verdict.
    title, unit : str
        For people.
    group : str
        `PARAMETERS`, `PIXELS` or `SCORES`.
    """

    name: str
    title: str
    unit: str
    group: str


PARAMETERS, PIXELS, SCORES = "DL1 parameters", "pixels outside of the shower", "model scores"

#: A logarithm has no unit; what was divided by before it was taken belongs to its name.
OF_PARAMETERS = tuple(
    Column(one.name, f"{one.title} / {one.unit}", "", PARAMETERS)
    if one.title.startswith("log") and one.unit
    else Column(one.name, one.title, one.unit, PARAMETERS)
    for one in quantities.ALL
)
OF_PIXELS = (
    Column("empty", "Images that cleaning left empty", "", PIXELS),
    Column("pedestal", "Pedestal", "p.e.", PIXELS),
    Column("noise", "Noise", "p.e.", PIXELS),
    Column("silent", "Share of pixels with charge 0", "", PIXELS),
    Column("loud", "Share of pixels far above the noise", "", PIXELS),
)
OF_SCORES = (
    Column("gammaness", "Gammaness", "", SCORES),
    Column("log_energy", "log₁₀ estimated energy / TeV", "", SCORES),
    Column("offset", "Estimated distance from the pointing", "deg", SCORES),
    Column("camera_distance", "Estimated distance from the camera's centre", "m", SCORES),
)
#: Quantities that are 0 or 1, of which the mean says more than the median.
BINARY = ("empty",)
ALL = (*OF_PARAMETERS, *OF_PIXELS, *OF_SCORES)
