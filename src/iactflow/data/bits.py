"""Rows of a bit-packed table of booleans, as Arrow stores fixed-size lists of them."""

import numpy as np


def unpack_rows(packed: np.ndarray, rows: np.ndarray, width: int, offset: int = 0) -> np.ndarray:
    """Read some rows of packed booleans.

    Parameters
    ----------
    packed : ndarray of uint8
        The bits, least significant first, without gaps between rows.
    rows : ndarray of int, shape (m,)
        Row numbers in any order.
    width : int
        Booleans per row.
    offset : int
        Bits before row 0.

    Returns
    -------
    ndarray of bool, shape (m, width)
    """
    first = offset + np.asarray(rows, np.int64) * width
    # A row begins anywhere within a byte, so one more byte than it fills is read.
    n_bytes = (width + 7) // 8 + 1
    index = np.minimum((first >> 3)[:, None] + np.arange(n_bytes), len(packed) - 1)
    bits = np.unpackbits(packed[index], axis=1, bitorder="little").view(bool)
    shift = first & 7
    if (shift == 0).all():
        return bits[:, :width]
    out = np.empty((len(first), width), bool)
    for value in np.unique(shift):
        out[shift == value] = bits[shift == value, value : value + width]
    return out
