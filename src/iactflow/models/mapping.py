"""The linear operator behind an image mapping of dl1-data-handler, as sources and shares of each picture point."""

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.errors import ConfigError
from iactflow.models.config import Mapping

if TYPE_CHECKING:
    from ctapipe.instrument import CameraGeometry

#: Mappers whose picture may have another size than the camera suggests.
RESIZABLE = {"BicubicMapper", "BilinearMapper", "NearestNeighborMapper", "RebinMapper"}


@dataclass(frozen=True)
class Operator:
    """Which pixels each point of a square picture is made of.

    Attributes
    ----------
    side : int
        Points along one edge of the picture.
    n_pixels : int
        Pixels of the camera.
    sources : ndarray of int32, shape (k, side * side)
        Pixel numbers; `n_pixels` where a point has fewer than `k` sources.
    shares : ndarray of float32, shape (k, side * side)
        Factor of each source; zero where there is none.
    """

    side: int
    n_pixels: int
    sources: np.ndarray
    shares: np.ndarray

    @property
    def lost_pixels(self) -> np.ndarray:
        """Numbers of the pixels that no point of the picture shows."""
        return np.setdiff1d(np.arange(self.n_pixels), self.sources[self.shares != 0])


def mapping_operator(geometry: "CameraGeometry", mapping: Mapping) -> Operator:
    """Take the operator of a mapping from dl1-data-handler's own mapper of this camera.

    Parameters
    ----------
    geometry : ctapipe.instrument.CameraGeometry
        Camera in its camera frame; left unchanged.
    mapping : Mapping
        Mapper and, for those that allow it, side of the picture.

    Returns
    -------
    Operator
        Equal to the mapper's table: every mapper of dl1-data-handler 0.14 is linear, ``picture = pixels @ table``.

    Raises
    ------
    ConfigError
        If the mapper cannot be used with this camera or this side.
    """
    from dl1_data_handler import image_mapper

    size = {}
    if mapping.interpolation_image_shape is not None:
        if mapping.mapper not in RESIZABLE:
            raise ConfigError(
                f"model.mapping.interpolation_image_shape must be null with {mapping.mapper}, whose picture has the "
                f"size of the camera. Received: {mapping.interpolation_image_shape}. These can change it: "
                f"{', '.join(sorted(RESIZABLE))}."
            )
        size = {"interpolation_image_shape": mapping.interpolation_image_shape}
    try:
        # Mappers rotate the geometry that they are given in place.
        mapper = getattr(image_mapper, mapping.mapper)(geometry=copy.deepcopy(geometry), **size)
    except ValueError as error:
        raise ConfigError(
            f"model.mapping.mapper: {mapping.mapper} cannot map the camera {geometry.name}: {error} "
            f"Choose SquareMapper for square pixels and another mapper for hexagonal ones."
        ) from error
    return _from_table(mapper.mapping_table.tocsc(), int(mapper.image_shape))


def _from_table(table: Any, side: int) -> Operator:
    """Turn a sparse table of shape (n_pixels, side * side), compressed by columns, into equal-length lists."""
    n_pixels, n_points = table.shape
    counts = np.diff(table.indptr)
    sources = np.full((counts.max(), n_points), n_pixels, np.int32)
    shares = np.zeros((counts.max(), n_points), np.float32)
    point = np.repeat(np.arange(n_points), counts)
    place = np.arange(table.nnz) - np.repeat(table.indptr[:-1], counts)
    sources[place, point] = table.indices
    shares[place, point] = table.data
    return Operator(side, n_pixels, sources, shares)
