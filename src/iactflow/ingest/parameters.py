"""DL1 parameters of images that come without them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow.data import schema
from iactflow.ingest.processing import image_processor

if TYPE_CHECKING:
    from ctapipe.containers import Container
    from ctapipe.instrument import SubarrayDescription


def flat(prefix: str, container: "Container") -> dict[str, Any]:
    """List the fields of a ctapipe container under the names of columns."""
    return {f"{prefix}_{name}": value for name, value in container.items()}


def column(values: list[Any], unit: str) -> np.ndarray:
    """Make a column of numbers or quantities, the latter in `unit`."""
    if hasattr(values[0], "to_value"):
        return np.array([value.to_value(unit) for value in values])
    return np.array(values)


class ParameterMaker:
    """Cleaning and parameters of images by ctapipe's ``ImageProcessor``.

    Parameters
    ----------
    subarray : SubarrayDescription
        The telescopes.
    configuration : dict
        ctapipe's configuration.
    parameters : bool
        False cleans the images and leaves the parameters out.
    """

    def __init__(self, subarray: "SubarrayDescription", configuration: dict[str, Any], parameters: bool) -> None:
        from ctapipe import fitting

        self._process = image_processor(subarray, configuration)
        self._parameters = parameters
        # ctapipe's fit of the time gradient draws from one generator for all images, so an image's parameters would
        # depend on the images before it. Each image starts from the generator's first state instead.
        self._generator = fitting.FIT_RNG.bit_generator
        self._first_state = np.random.default_rng(0).bit_generator.state

    def __call__(self, tel_id: int, images: np.ndarray, peak_times: np.ndarray) -> dict[str, np.ndarray]:
        """Give the columns of some images of one telescope.

        Parameters
        ----------
        tel_id : int
            The telescope.
        images, peak_times : ndarray of float32, shape (n, n_pixels)
            Charge in p.e., arrival time in ns; n is at least 1.

        Returns
        -------
        dict of str to ndarray
            `schema.IMAGE_MASK` and the columns of `schema.parameter_fields`.
        """
        rows = [self.row(tel_id, image, time) for image, time in zip(images, peak_times, strict=True)]
        columns = {schema.IMAGE_MASK: np.stack([row[schema.IMAGE_MASK] for row in rows])}
        for field in schema.parameter_fields() if self._parameters else ():
            columns[field.name] = column([row[field.name] for row in rows], schema.unit_of(field))
        return columns

    def row(self, tel_id: int, image: np.ndarray, peak_time: np.ndarray) -> dict[str, Any]:
        """Give the mask and the parameters of one image, with units where ctapipe has them."""
        from ctapipe.containers import ArrayEventContainer, DL1CameraContainer

        if not self._parameters:
            return {schema.IMAGE_MASK: self._process.clean(tel_id, image, peak_time)}
        event = ArrayEventContainer()
        event.dl1.tel[tel_id] = DL1CameraContainer(image=image, peak_time=peak_time)
        self._generator.state = self._first_state
        self._process(event)
        dl1 = event.dl1.tel[tel_id]
        row = {schema.IMAGE_MASK: dl1.image_mask}
        for container in dl1.parameters.values():
            row.update(flat(container.prefix, container))
        return row
