"""Columns of a store: their names, types, units and descriptions, in one place.

Names are ctapipe's own (data model of ctapipe 0.32); the DL1 parameters are read from its containers, so that a
store always carries what ctapipe computes.
"""

from functools import cache

import pyarrow as pa

#: Number of the store's format; raised when readers of older versions would misread it.
STORE_FORMAT = 1

OBS_ID = "obs_id"
EVENT_ID = "event_id"
TEL_ID = "tel_id"
SHOWER_ID = "shower_id"
SPLIT = "split"
IMAGE = "image"
PEAK_TIME = "peak_time"
IMAGE_MASK = "image_mask"
TRUE_IMAGE = "true_image"
PRIMARY = "true_shower_primary_id"
TRUE_ENERGY = "true_energy"
INTENSITY = "hillas_intensity"
POINTING_ALT = "telescope_pointing_altitude"
POINTING_AZ = "telescope_pointing_azimuth"

#: The columns that name one row.
KEY = (OBS_ID, EVENT_ID, TEL_ID)

#: Names of the three parts of a store that are never mixed, in the order of their codes.
SPLITS = ("train", "validation", "test")

#: CORSIKA particle codes (CORSIKA 7 User's Guide, table 4) by the names that people use.
PRIMARY_NAMES = {0: "gamma", 1: "electron", 2: "positron", 101: "proton", 402: "helium", 1407: "nitrogen", 5626: "iron"}

#: Primary of a row without truth (observed data).
NO_PRIMARY = -1

#: Columns of pixels.
PIXELS = (IMAGE, PEAK_TIME, IMAGE_MASK)

_IDENTITY = (
    (OBS_ID, pa.int64(), "", "Run number of the observation or simulation"),
    (EVENT_ID, pa.int64(), "", "Number of the array event in its run"),
    (TEL_ID, pa.int16(), "", "Number of the telescope in its array"),
    (SHOWER_ID, pa.int64(), "", "Number of the simulated shower in its run; event_id where there is none"),
    (SPLIT, pa.dictionary(pa.int8(), pa.string()), "", "Part of the data: train, validation or test, by shower"),
)
_POINTING = (
    (POINTING_ALT, pa.float64(), "deg", "Altitude that the telescope points at"),
    (POINTING_AZ, pa.float64(), "deg", "Azimuth that the telescope points at"),
)
#: ctapipe containers of simulated truth with the prefix of their columns.
_TRUTH = (("true", "SimulatedShowerContainer"), ("true_impact", "TelescopeImpactParameterContainer"))
#: ctapipe containers of DL1 parameters with the prefix of their columns.
_PARAMETERS = (
    ("hillas", "HillasParametersContainer"),
    ("timing", "TimingParametersContainer"),
    ("leakage", "LeakageContainer"),
    ("concentration", "ConcentrationContainer"),
    ("morphology", "MorphologyContainer"),
    ("intensity", "IntensityStatisticsContainer"),
    ("peak_time", "PeakTimeStatisticsContainer"),
)
#: Fields of those containers that ctapipe never fills for simulated or image data.
_UNFILLED = {"true_impact_distance_uncert"}


def primary_name(code: int) -> str:
    """Give the name of a CORSIKA particle code, or say that there is no truth."""
    return "observed" if code == NO_PRIMARY else PRIMARY_NAMES.get(code, f"primary {code}")


def _field(name: str, kind: pa.DataType, unit: str, description: str) -> pa.Field:
    return pa.field(name, kind, metadata={"unit": unit, "description": description})


def _container_fields(prefix: str, container: str) -> list[pa.Field]:
    from ctapipe import containers

    fields = []
    for name, field in getattr(containers, container).fields.items():
        column = f"{prefix}_{name}"
        if column in _UNFILLED:
            continue
        kind = pa.int32() if column == PRIMARY else pa.float64()
        unit = "" if field.unit is None else field.unit.to_string()
        fields.append(_field(column, kind, unit, " ".join(field.description.split())))
    return fields


@cache
def truth_fields() -> tuple[pa.Field, ...]:
    """List the columns of simulated truth; null in observed data, except `PRIMARY`, which is `NO_PRIMARY` there."""
    return tuple(field for source in _TRUTH for field in _container_fields(*source))


@cache
def parameter_fields() -> tuple[pa.Field, ...]:
    """List the columns of DL1 parameters under ctapipe's names."""
    return tuple(field for source in _PARAMETERS for field in _container_fields(*source))


@cache
def pointing_fields() -> tuple[pa.Field, ...]:
    """List the columns that say where a telescope points."""
    return tuple(_field(*column) for column in _POINTING)


@cache
def store_schema(n_pixels: int, *, parameters: bool = True, true_images: bool = False) -> pa.Schema:
    """Describe a row of a store.

    Parameters
    ----------
    n_pixels : int
        Number of pixels of the camera.
    parameters : bool
        Whether the store holds DL1 parameters (false after ``ingest --images-only``).
    true_images : bool
        Whether it holds the photoelectrons of the shower alone (``simulate --set true_images=true``).

    Returns
    -------
    pyarrow.Schema
        Fields with their unit and description as metadata.
    """
    images = (
        _field(IMAGE, pa.list_(pa.float32(), n_pixels), "pe", "Charge of every pixel after calibration"),
        _field(PEAK_TIME, pa.list_(pa.float32(), n_pixels), "ns", "Arrival time of every pixel's pulse"),
        _field(IMAGE_MASK, pa.list_(pa.bool_(), n_pixels), "", "Pixels that image cleaning kept"),
    )
    truth = _field(TRUE_IMAGE, pa.list_(pa.int32(), n_pixels), "pe", "Photoelectrons of the shower in every pixel")
    return pa.schema(
        [
            *(_field(*column) for column in _IDENTITY),
            *images,
            *((truth,) if true_images else ()),
            *(parameter_fields() if parameters else ()),
            *pointing_fields(),
            *truth_fields(),
        ]
    )


def unit_of(field: pa.Field) -> str:
    """Give the unit in a field's metadata, as astropy writes it; empty for a number without one."""
    return (field.metadata or {}).get(b"unit", b"").decode()
