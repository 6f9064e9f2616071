"""Instruments by name. Every number has its source; ``assumed`` where there is none.

Sources named SST below: the sim_telarray configuration that stands in the history of the public production-4 file
(`iactflow.data.samples`: sst1m-prod4-gamma); MST: that of the FlashCam telescopes in prod3-gamma-diffuse-truncated.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from iactflow.errors import ConfigError
from iactflow.simulate.camera_tables import read_geometry, read_pulse
from iactflow.simulate.telescope import CameraModel, Dish, Instrument, Trigger

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry

SST1M_DISH = Dish(
    name="1M",
    size_type="SST",
    reflector_shape="DAVIES_COTTON",
    focal_length=5.6,  # SST FOCAL_Length
    effective_focal_length=5.69705,  # SST EFFECTIVE_FOCAL_Length
    dish_radius=5.6,  # SST DISH_SHAPE_Length
    facets="sst-1m",  # 18 of 0.78 m, the same list
    facet_size=0.78,  # SST MIRROR_LIST mirror_DC4m_78cm_s2cm_f5.600_nocent.dat
    facet_focal_length=5.6,  # SST MIRROR_FOCAL_Length
    facet_focal_spread=0.049,  # SST RANDOM_FOCAL_Length
    mirror_area=9.418,  # mirror area in the same file's camera settings
    reflection_angle=0.00524,  # SST MIRROR_REFLECTION_RANDOM_Angle
    alignment=0.0,  # SST MIRROR_ALIGN_RANDOM_HORIzontal, VERTical
    focus_distance=9000.0,  # SST FOCUS_OFFSET 0.35 cm = 1/(1/560 - 1/9e5) - 560
)
MST_DISH = Dish(
    name="MST",
    size_type="MST",
    reflector_shape="HYBRID",
    focal_length=16.0,  # MST FOCAL_Length
    effective_focal_length=math.nan,  # not in the file
    dish_radius=19.2,  # MST DISH_SHAPE_Length
    facets="mst",  # 84 of 1.20 m, the same list
    facet_size=1.20,  # MST MIRROR_LIST mirror_CTA-100_1.20-84-0.02.dat
    facet_focal_length=16.07,  # MST MIRROR_FOCAL_Length
    facet_focal_spread=0.074,  # MST RANDOM_FOCAL_Length
    mirror_area=103.83,  # mirror area in the same file's camera settings
    reflection_angle=0.0066,  # MST MIRROR_REFLECTION_RANDOM_Angle
    alignment=0.0075,  # MST MIRROR_ALIGN_RANDOM: 0.0035 + 0.023 and 0.0034 + 0.010 sin(zenith), mean at 20 deg
    focus_distance=10000.0,  # MST FOCUS_OFFSET 2.56 cm = 1/(1/1600 - 1/10e5) - 1600
)
CT5_DISH = Dish(
    name="CT5",
    size_type="LST",
    reflector_shape="PARABOLIC",
    focal_length=36.0,  # Bolmont et al. 2014, NIM A 761, 46
    effective_focal_length=math.nan,  # not known
    dish_radius=math.inf,  # paraboloid (same source)
    facets="ct5",  # 875 of 0.90 m (same source); outline assumed
    facet_size=0.90,  # 875 hexagonal facets of 0.90 m (same source)
    facet_focal_length=None,  # assumed: each facet's own distance
    facet_focal_spread=0.1,  # assumed
    mirror_area=614.0,  # same source
    reflection_angle=0.0066,  # assumed: as the MST's ("like HESS-1 glass mirrors")
    alignment=0.0035,  # assumed: as the MST's at zenith 0
    focus_distance=15000.0,  # assumed
)
SST1M_TRIGGER = Trigger(
    # SST DSUM_SHAPING_FILE dsum-shaping-ppmm.dat: 1/1/-1/-1, "factor of 2 larger than floating-point version". With the
    # latter, the smallest maximum of a group in the file's 129 triggered waveforms is 79 counts; the threshold is 74.
    shaping=(0.5, 0.5, -0.5, -0.5),
    scale=188 / 256,  # SST DSUM_PRESCALE
    clip=255.0,  # SST DSUM_PRESUM_MAX
    neighbours="all",  # 21-pixel patches, SST CAMERA_CONFIG_FILE camera_SST1M_DigiCam_21pix_patch.dat
    threshold=74.0,  # SST DSUM_THRESHold
    min_photoelectrons=10,  # SST MIN_PHOTOELECTRONS
    min_group=12,  # assumed: 28 p.e. at the threshold less five standard deviations (2.4 p.e.) of the night sky
)
FLASHCAM_TRIGGER = Trigger(
    shaping=(0.5, 0.5, -0.3, -0.3),  # MST DSUM_THRESHold's comment: "after 0.5/0.5/-0.3/-0.3 shaping"
    scale=1.0,  # assumed: none
    clip=3 * 360.0,  # MST DSUM_CLIPping 360 per pixel; here per triplet
    neighbours="pairs",  # nine pixels: three triplets (Werner et al. 2017, NIM A 876, 31)
    threshold=523.0,  # MST DSUM_THRESHold
    min_photoelectrons=30,  # MST MIN_PHOTOELECTRONS
    min_group=20,  # assumed: 54 p.e. at the threshold less five standard deviations (about 6 p.e.) of the night sky
)
#: The Ondrejov pair, as in sst1mpipe's sst1m_array.h5 (SST-1M collaboration, public).
_ONDREJOV = {21: (-71.38, -30.43, -1.43), 22: (71.38, 30.43, 1.42)}


def digicam() -> CameraModel:
    """Describe the DigiCam in the pixel order of production 4."""
    return CameraModel(
        name="DigiCam",
        geometry=_in_camera_frame(read_geometry("DigiCam"), SST1M_DISH.focal_length),
        pulse=read_pulse("DigiCam"),
        sampling_rate=0.25,  # SST FADC_MHZ
        n_samples=50,  # SST FADC_SUM_BINS
        samples_before_trigger=18,  # SST FADC_SUM_OFFSET
        counts_per_pe=5.43,  # SST FADC_AMPlitude
        electronic_noise=1.2 / 5.43,  # SST FADC_NOISE
        crosstalk=0.08,  # SST PM_PHOTOELECTRON_SPECTRUM SPE_Gentile_oxt0d08_spe0d05; 5.43 (1 - 0.08) = 5.00, as noted
        charge_spread=0.05,  # same file's name
        transit_time_spread=0.01,  # SST TRANSIT_TIME_JITTER
        pixel_spread=0.034,  # SST QE_VARIATION 0.03 and GAIN_VARIATION 0.016 in quadrature, assumed uncorrected
        night_sky=0.04068,  # SST NIGHTSKY_BACKGROUND (dark counts not included)
        gain_drop_scale=1.1,  # SST NSB_GAIN_DROP_SCALE: voltage that the current takes at the SiPM's bias resistor
    )


def flashcam(focal_length: float, night_sky: float) -> CameraModel:
    """Describe the FlashCam of production 3 behind a dish of `focal_length` m with `night_sky` p.e./ns per pixel."""
    return CameraModel(
        name="FlashCam",
        geometry=_in_camera_frame(read_geometry("FlashCam"), focal_length),
        pulse=read_pulse("FlashCam"),
        sampling_rate=0.25,  # MST FADC_MHZ
        n_samples=25,  # MST FADC_SUM_BINS
        samples_before_trigger=6,  # MST FADC_SUM_OFFSET
        counts_per_pe=12.0,  # MST FADC_AMPlitude
        electronic_noise=3.0 / 12.0,  # MST FADC_NOISE
        crosstalk=0.0,  # photomultipliers
        charge_spread=0.45,  # assumed for spe_R11920-MS_ap0.0002.dat; after-pulses left out
        transit_time_spread=0.64,  # MST TRANSIT_TIME_JITTER
        pixel_spread=0.04,  # MST QE_VARIATION 0.035 and GAIN_VARIATION 0.02 in quadrature, assumed uncorrected
        night_sky=night_sky,
        gain_drop_scale=math.inf,  # photomultipliers
    )


def _sst1m(
    name: str, description: str, site: str, positions: dict[int, tuple[float, float, float]], min_telescopes: int
) -> Instrument:
    return Instrument(
        name=name,
        description=description,
        site=site,
        efficiency="digicam",
        positions=positions,
        dish=SST1M_DISH,
        camera=digicam(),
        trigger=SST1M_TRIGGER,
        min_telescopes=min_telescopes,
        coincidence=1000.0,  # SST ARRAY_WINDOW
        scatter_radius=500.0,  # assumed: half the light of 10 TeV showers that trigger
        energy_range=(0.3, 50.0),  # assumed
    )


def sst1m_mono() -> Instrument:
    """Describe one SST-1M at Ondrejov."""
    return _sst1m("sst1m-mono", "SST-1M 1 at Ondrejov (511 m)", "ondrejov", {21: _ONDREJOV[21]}, 1)


def sst1m_stereo() -> Instrument:
    """Describe both SST-1M at Ondrejov, in coincidence."""
    return _sst1m("sst1m-stereo", "the two SST-1M at Ondrejov (511 m) in coincidence", "ondrejov", _ONDREJOV, 2)


def sst1m_paranal() -> Instrument:
    """Describe two SST-1M at the place of the public production-4 file."""
    positions = {1: (-77.6, 0.0, 3.25), 2: (77.6, 0.0, 3.25)}  # assumed distance; z: telescope height in the file
    return _sst1m("sst1m-paranal", "two SST-1M at Paranal (2150 m), any of them", "paranal", positions, 1)


def mst_flashcam() -> Instrument:
    """Describe one MST with FlashCam, for comparison with the public production-3 file."""
    return Instrument(
        name="mst-flashcam",
        description="one MST with FlashCam at Paranal (2150 m)",
        site="paranal",
        efficiency="flashcam",
        positions={1: (0.0, 0.0, 10.0)},
        dish=MST_DISH,
        camera=flashcam(MST_DISH.focal_length, night_sky=0.2763),  # MST NIGHTSKY_BACKGROUND
        trigger=FLASHCAM_TRIGGER,
        min_telescopes=1,  # there is one
        coincidence=1000.0,  # MST ARRAY_WINDOW
        scatter_radius=500.0,  # assumed
        energy_range=(0.1, 50.0),  # assumed
    )


def ct5() -> Instrument:
    """Describe the large H.E.S.S. telescope with FlashCam."""
    night_sky = 0.2763 * (614.0 / 103.83) * (16.0 / 36.0) ** 2  # MST's, by mirror area and the pixels' solid angle
    return Instrument(
        name="ct5",
        description="CT5 of H.E.S.S. with FlashCam (1835 m)",
        site="hess",
        efficiency="flashcam",
        positions={5: (0.0, 0.0, 0.0)},
        dish=CT5_DISH,
        camera=flashcam(CT5_DISH.focal_length, night_sky),
        trigger=FLASHCAM_TRIGGER,
        min_telescopes=1,  # there is one
        coincidence=1000.0,  # of no effect with one telescope
        scatter_radius=400.0,  # assumed
        energy_range=(0.05, 20.0),  # assumed
    )


PRESETS = {
    "sst1m-mono": sst1m_mono,
    "sst1m-stereo": sst1m_stereo,
    "sst1m-paranal": sst1m_paranal,
    "mst-flashcam": mst_flashcam,
    "ct5": ct5,
}


@cache
def preset(name: str) -> Instrument:
    """Give an instrument by name.

    Raises
    ------
    ConfigError
        If there is no preset of this name.
    """
    if name not in PRESETS:
        raise ConfigError(f"preset must be one of {', '.join(PRESETS)}. Received: {name}.")
    return PRESETS[name]()


def _in_camera_frame(geometry: CameraGeometry, focal_length: float) -> CameraGeometry:
    from astropy import units as u
    from ctapipe.coordinates import CameraFrame

    geometry.frame = CameraFrame(focal_length=focal_length * u.m)
    return geometry
