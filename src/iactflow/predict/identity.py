"""What a DL2 file was made of, so that a repeated run knows which files are finished."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iactflow.data.samples import file_sha256
from iactflow.errors import OutputExistsError
from iactflow.models.bundle import Bundle
from iactflow.predict.carry import IDENTITY
from iactflow.predict.config import Predict

if TYPE_CHECKING:
    from iactflow.data.inputs import Source


class Identity:
    """Identity of models and settings, and of what they make of inputs.

    Parameters
    ----------
    bundles : sequence of Bundle
        The models.
    config : Predict
        Settings of predict.
    configuration : dict
        ctapipe's.
    """

    def __init__(self, bundles: Sequence[Bundle], config: Predict, configuration: dict[str, Any]) -> None:
        self._content = {
            "models": [
                {file.name: file_sha256(file) for file in sorted(bundle.path.iterdir()) if file.is_file()}
                for bundle in bundles
            ],
            "config": config.model_dump(mode="json"),
            "ctapipe": configuration,
        }

    def of(self, sources: "Sequence[Source]") -> str:
        """Give the identity of what is made of some inputs, in hexadecimal digits."""
        content = {**self._content, "inputs": [source.sha256 for source in sources]}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def is_finished(out: Path, identity: str, *, overwrite: bool) -> bool:
    """Tell whether a file is there that was made of the same inputs, models and settings and need not be replaced.

    Raises
    ------
    OutputExistsError
        If another file is there and `overwrite` is false.
    """
    import tables

    if overwrite or not out.exists():
        return False
    if tables.is_hdf5_file(str(out)):
        with tables.open_file(str(out)) as file:
            if getattr(file.root._v_attrs, IDENTITY, None) == identity:
                return True
    raise OutputExistsError(
        f"{out} exists already and was made of another input, by other models or with other settings. Choose another "
        "--out or add --overwrite."
    )
