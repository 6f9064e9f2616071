"""What a metric is: how it is called, read and computed."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Spec(NamedTuple):
    """A scalar metric of estimates against truth.

    Attributes
    ----------
    title : str
        What people call it.
    unit : str
        As astropy writes it; empty for a pure number.
    better : str
        ``lower``, ``higher``, or ``zero`` where the smallest absolute value is best.
    percent : bool
        Whether people read it in percent; the value itself is a fraction.
    definition : str
        Its formula in words.
    function : callable
        Of (truth, estimate), arrays of n events; NaN where undefined.
    undefined : str
        When it is undefined, in words.
    """

    title: str
    unit: str
    better: str
    percent: bool
    definition: str
    function: Callable[[np.ndarray, np.ndarray], float]
    undefined: str = "there are too few events"
