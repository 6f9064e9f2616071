"""Responses as a FITS file in the layout of gamma-astro-data-formats (GADF 0.2), which gammapy reads."""

import gzip
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from iactflow import __version__
from iactflow.irf.cuts import Cuts
from iactflow.irf.response import Response
from iactflow.storage import write_bytes

if TYPE_CHECKING:
    from astropy.table import Table

#: Number of the file's format beyond GADF: the tables of cuts and performance.
IRF_FORMAT = 1


def write_fits(
    out: Path,
    response: Response,
    cuts: Cuts,
    performance: "Mapping[str, Table]",
    header: Mapping[str, Any],
    *,
    point_like: bool,
    overwrite: bool,
) -> None:
    """Write responses, cuts and performance as one FITS file, compressed if it ends in .gz.

    Parameters
    ----------
    out : pathlib.Path
        The file; complete or absent.
    response : Response
        What gammapy takes.
    cuts : Cuts
        With which events are to be selected, as tables.
    performance : mapping of astropy.table.Table
        Tables to lie beside, by name.
    header : mapping
        Cards for every extension.
    point_like : bool
        Whether the cut in distance was applied.
    overwrite : bool
        Whether an existing file may be replaced.
    """
    from astropy.io import fits
    from pyirf.io import gadf

    axes, cards = response.axes, {**header, "CREATOR": f"iactflow {__version__}"}
    area = gadf.create_aeff2d_hdu(
        response.effective_area, axes.true_energy, axes.offset, point_like=point_like, **cards
    )
    for card, energy in zip(("LO_THRES", "HI_THRES"), response.usable, strict=True):
        area.header[card] = (float(energy.to_value("TeV")), "TeV, bins with at least 10 gammas")
    hdus = [
        fits.PrimaryHDU(header=fits.Header({"FORMAT": IRF_FORMAT, **cards})),
        area,
        gadf.create_energy_dispersion_hdu(
            response.energy_dispersion,
            axes.true_energy,
            response.migration,
            axes.offset,
            point_like=point_like,
            extname="ENERGY DISPERSION",
            **cards,
        ),
        gadf.create_psf_table_hdu(
            response.psf,
            axes.true_energy,
            response.source_offset,
            axes.offset,
            extname="POINT SPREAD FUNCTION",
            **cards,
        ),
        gadf.create_background_2d_hdu(response.background, axes.reco_energy, axes.background_offset, **cards),
    ]
    if point_like:
        radius = np.repeat(cuts.theta["cut"][:, np.newaxis], len(axes.offset) - 1, axis=1)
        hdus.append(gadf.create_rad_max_hdu(radius, axes.reco_energy, axes.offset, **cards))
    tables = {"GH_CUTS": cuts.gammaness, "THETA_CUTS": cuts.theta, **performance}
    hdus += [_table(name, table, cards) for name, table in tables.items()]
    content = BytesIO()
    fits.HDUList(hdus).writeto(content, checksum=True)
    plain = content.getvalue()
    write_bytes(out, gzip.compress(plain, mtime=0) if out.suffix == ".gz" else plain, overwrite=overwrite)


def _table(name: str, table: "Table", cards: Mapping[str, Any]) -> Any:
    from astropy.io import fits

    hdu = fits.table_to_hdu(table)
    hdu.name = name.upper()
    hdu.header.update(cards)
    return hdu
