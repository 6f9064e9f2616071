"""Logarithm, sine and cosine inside the compiled transport: polynomials without a call, exact to the digits named.

A call of the C library's functions costs more than the function itself, since all registers are put aside for it.
"""

from __future__ import annotations

import math

import numpy as np

from iactflow.simulate.compiled import always_inlined

_EXPONENT, _MANTISSA = np.int64(52), np.int64((1 << 52) - 1)
_THREE_QUARTERS = np.int64(0x3FE8000000000000)
"""Bits of 0.75: mantissas are taken from there to 1.5."""
_LN2 = math.log(2.0)


@always_inlined
def ln(x: float) -> float:
    """Return the natural logarithm of a positive number, to an absolute 1e-10.

    With x = m 2^e, 0.75 <= m < 1.5: ln m = 2 artanh((m - 1) / (m + 1)), as a series of seven terms.
    """
    bits = np.float64(x).view(np.int64)
    shifted = bits - _THREE_QUARTERS
    exponent = shifted >> _EXPONENT
    m = np.int64((shifted & _MANTISSA) + _THREE_QUARTERS).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    s2 = s * s
    odd = 1 + s2 * (1 / 3 + s2 * (1 / 5 + s2 * (1 / 7 + s2 * (1 / 9 + s2 * (1 / 11 + s2 * (1 / 13))))))
    return 2 * s * odd + exponent * _LN2


@always_inlined
def sine_cosine(angle: float) -> tuple[float, float]:
    """Return sine and cosine of an angle of at most pi / 2 (rad), to 1e-7: Taylor's series."""
    a = angle * angle
    sine = 1 - a / 6 * (1 - a / 20 * (1 - a / 42 * (1 - a / 72 * (1 - a / 110))))
    cosine = 1 - a / 2 * (1 - a / 12 * (1 - a / 30 * (1 - a / 56 * (1 - a / 90 * (1 - a / 132)))))
    return angle * sine, cosine


@always_inlined
def inverse_root(x: float) -> float:
    """Return 1 / sqrt(x) of a number within 0.9 to 1.1, to 2e-5 at the ends and 1e-8 within 0.99 to 1.01."""
    y = 1.5 - 0.5 * x
    return y * (1.5 - 0.5 * x * y * y)
