"""Which pixels of the cameras changed: gone silent, become noisy, come back."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from iactflow.drift.config import Drift
from iactflow.drift.pixels import PixelSums

#: Images that a telescope must have on each side for its pixels to be compared.
LEAST_IMAGES = 20
#: Standard errors that a pixel's change must have: of 1,296 pixels, chance lets 0.001 pass.
_SIGNIFICANT = 5.0
#: A pixel with less than this part of its camera's noise gives nothing.
_DEAD = 0.1


@dataclass(frozen=True)
class CameraVerdict:
    """How many pixels changed.

    Attributes
    ----------
    drifted : bool
        Whether the share is beyond the threshold.
    share, threshold : float
        Share of pixels whose noise changed, and what is allowed.
    n_pixels, n_telescopes : int
        Pixels that were compared, of so many telescopes.
    n_images : tuple of int
        Images behind it, of reference and current.
    dead : tuple of int
        Pixels that give nothing, in the reference and now.
    changed : dict of list of int
        Changed pixels by telescope.
    ratio : dict of list
        Noise now over noise in the reference by telescope, each in units of its camera's median; null for pixels
        that are dead on a side or never outside of a shower.
    """

    drifted: bool
    share: float
    threshold: float
    n_pixels: int
    n_telescopes: int
    n_images: tuple[int, int]
    dead: tuple[int, int]
    changed: dict[int, list[int]]
    ratio: dict[int, list[float | None]]


def compare_cameras(
    reference: Mapping[int, PixelSums], current: Mapping[int, PixelSums], config: Drift
) -> CameraVerdict | None:
    """Compare the noise of every pixel with what it was.

    Parameters
    ----------
    reference, current : mapping of PixelSums
        By telescope number.
    config : Drift
        What counts as a change.

    Returns
    -------
    CameraVerdict or None
        None if no telescope has `LEAST_IMAGES` images on each side.

    Notes
    -----
    Noise is the root mean square about the image's pedestal in units of the image's noise, and then of the camera's
    median, so that night sky and gain, which change all pixels alike, do not count here. Its relative standard error is
    sqrt((kurtosis - 1)/(4 n)). A pixel changed if the logarithm of the ratio exceeds that of `Drift.pixel_change` and
    5 standard errors, or if it gives nothing on one side alone.
    """
    both = [
        number
        for number in sorted(set(reference) & set(current))
        if min(reference[number].n_images, current[number].n_images) >= LEAST_IMAGES
    ]
    if not both:
        return None
    changed: dict[int, list[int]] = {}
    ratios: dict[int, list[float | None]] = {}
    dead, n_pixels = [0, 0], 0
    for number in both:
        (one, error_one), (two, error_two) = _noise(reference[number]), _noise(current[number])
        known = np.isfinite(one) & np.isfinite(two)
        gone = (one < _DEAD, two < _DEAD)
        alive = known & ~gone[0] & ~gone[1]
        with np.errstate(divide="ignore", invalid="ignore"):
            logarithm = np.log(two / one)
        limit = np.maximum(math.log(config.pixel_change), _SIGNIFICANT * np.hypot(error_one, error_two))
        moved = (alive & (np.abs(logarithm) > limit)) | (known & (gone[0] != gone[1]))
        changed[number] = np.flatnonzero(moved).tolist()
        ratios[number] = [float(np.exp(x)) if ok else None for x, ok in zip(logarithm, alive, strict=True)]
        dead = [total + int((known & lost).sum()) for total, lost in zip(dead, gone, strict=True)]
        n_pixels += int(known.sum())
    share = sum(map(len, changed.values())) / max(n_pixels, 1)
    n_images = tuple(sum(side[number].n_images for number in both) for side in (reference, current))
    return CameraVerdict(
        drifted=share >= config.pixel_share,
        share=share,
        threshold=config.pixel_share,
        n_pixels=n_pixels,
        n_telescopes=len(both),
        n_images=(n_images[0], n_images[1]),
        dead=(dead[0], dead[1]),
        changed=changed,
        ratio=ratios,
    )


def _noise(sums: PixelSums) -> tuple[np.ndarray, np.ndarray]:
    """Give each pixel's noise over the camera's median and its relative standard error, shape (n_pixels,)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        square = sums.square / sums.n
        kurtosis = sums.fourth / sums.n / square**2
        noise = np.sqrt(square) / np.sqrt(np.nanmedian(square))
        error = np.sqrt(np.maximum(kurtosis - 1, 0) / (4 * sums.n))
    return noise, np.nan_to_num(error, nan=0.0)
