"""What the rows of a result are called: texts and figures say images, and events where several images make a row."""

import json
from typing import TYPE_CHECKING

from iactflow.data.result import Result
from iactflow.page import numbers

if TYPE_CHECKING:
    import plotly.graph_objects as go

_OF_EVENTS = (("images", "array events"), ("Images", "Array events"), (" image ", " array event "))
#: What is an image all the same.
_KEPT = ("cleaned image", "camera image")


def worded(text: str, result: Result) -> str:
    """Turn a text about images into one about array events where these are what a result counts."""
    if not counts_events(result):
        return text
    for number, kept in enumerate(_KEPT):
        text = text.replace(kept, f"\0{number}\0")
    for images, events in _OF_EVENTS:
        text = text.replace(images, events)
    for number, kept in enumerate(_KEPT):
        text = text.replace(f"\0{number}\0", kept)
    return text


def worded_figure(figure: "go.Figure", result: Result) -> "go.Figure":
    """Do the same with the titles and hover texts of a figure."""
    if not counts_events(result):
        return figure
    import plotly.graph_objects as go

    return go.Figure(json.loads(worded(figure.to_json(), result)))


def scored(result: Result) -> tuple[int, str]:
    """Give how many rows a result counts, and their name: images, or array events of several images each."""
    if counts_events(result):
        return result.data["n_events"], "array event"
    return result.data["n_images"], "image"


def scored_sample(result: Result) -> str:
    """Write how many images or array events were scored, of how many showers."""
    n, name = scored(result)
    return numbers.sample(n, result.data["n_showers"], per=name)


def counts_events(result: Result) -> bool:
    """Tell whether a row of a result is an array event, reconstructed from several images."""
    return bool(result.data.get("per") == "event")
