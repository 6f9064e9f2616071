"""Pages of array events say so; what is an image stays one."""

from types import SimpleNamespace

import plotly.graph_objects as go

from iactflow.page.wording import worded, worded_figure

IMAGES, EVENTS = SimpleNamespace(data={}), SimpleNamespace(data={"per": "event"})


def test_rows_are_events_and_images_stay_images():
    text = "Images per bin of the charge of the cleaned image; 5 images, 1 image of 1 shower"
    assert worded(text, IMAGES) == text
    expected = "Array events per bin of the charge of the cleaned image; 5 array events, 1 array event of 1 shower"
    assert worded(text, EVENTS) == expected


def test_a_figure_says_it_on_its_axes_and_under_the_pointer():
    drawn = go.Figure(
        go.Scatter(x=[1], y=[2], hovertext=["3 images"]), {"yaxis": {"title": {"text": "Images per bin"}}}
    )
    said = worded_figure(drawn, EVENTS)
    assert said.layout.yaxis.title.text == "Array events per bin"
    assert list(said.data[0].hovertext) == ["3 array events"]
    assert said.data[0].y == (2,)
    assert worded_figure(drawn, IMAGES) is drawn
