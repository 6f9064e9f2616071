"""Make one self-contained HTML file of a page."""

import json
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from iactflow import __version__
from iactflow.page.blocks import Page, Plot

#: Upper limit of a page's size in bytes; viewers and MLflow get slow beyond it.
MAX_BYTES = 6_000_000


def render(page: Page) -> str:
    """Write a page as HTML that needs no other file and no network.

    Parameters
    ----------
    page : Page
        What it holds.

    Returns
    -------
    str
        The HTML text; plotly.js is in it once.
    """
    from plotly.offline import get_plotlyjs

    environment = Environment(
        loader=PackageLoader("iactflow.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure_json"] = _figure_json
    draws = any(isinstance(block, Plot) for section in page.sections for block in section.blocks)
    return environment.get_template("page.html.j2").render(
        page=page,
        css=Markup(_asset("page.css")),
        script=Markup(_asset("page.js")),
        plotly=Markup(get_plotlyjs()) if draws else "",
        version=__version__,
    )


@cache
def _asset(name: str) -> str:
    return resources.files("iactflow.page").joinpath(name).read_text(encoding="utf-8")


def _figure_json(figure: Any) -> Markup:
    """Write a figure for a script element, where `</` would end it."""
    content = json.loads(figure.to_json())
    text = json.dumps({"data": content["data"], "layout": content["layout"]}, separators=(",", ":"), ensure_ascii=False)
    return Markup(text.replace("</", "<\\/"))
