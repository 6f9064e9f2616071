"""The pages as a person sees them: in a browser, narrow and wide, light and dark, sandboxed."""

import html
import re

import pytest

from iactflow.compare.run import run as compare
from iactflow.page.config import Report
from iactflow.report.run import run as report

OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"
#: Luminance of a CSS colour such as rgb(22, 32, 42), from 0 to 1.
LUMINANCE = """(color => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number);
  return (.2126 * r + .7152 * g + .0722 * b) / 255; })"""


@pytest.fixture(scope="module", params=["report", "compare"])
def page(request, energy_result, tmp_path_factory):
    out = tmp_path_factory.mktemp("pages") / f"{request.param}.html"
    if request.param == "report":
        return report(energy_result, out, config=Report()).path
    return compare([energy_result], out, config=Report()).path


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_a_page_opens_without_complaint(browser, page, width, dark):
    browser.open(page, width=width, dark=dark)
    assert browser.messages == []
    assert browser.requests <= {page.as_uri()}
    assert browser.run("window.innerWidth") == width
    assert browser.run(OVERFLOW) <= 0
    drawn = browser.run(
        "[...document.querySelectorAll('.figure')].map(f => f.querySelectorAll('.main-svg').length > 0)"
    )
    assert len(drawn) >= 6
    assert all(drawn)
    background, text, axis = (
        browser.run(f"{LUMINANCE}({colour})")
        for colour in (
            "getComputedStyle(document.body).backgroundColor",
            "getComputedStyle(document.body).color",
            "getComputedStyle(document.querySelector('.xtick text')).fill",
        )
    )
    assert (background < 0.2) if dark else (background > 0.9)
    assert abs(text - background) > 0.6
    assert axis == pytest.approx(text, abs=0.05)


def test_no_figure_or_text_is_wider_than_the_screen(browser, page):
    browser.open(page, width=400)
    wide = browser.run(
        "[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, pre, svg, .figure')"
        " && e.getBoundingClientRect().right > window.innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert wide == []
    assert (
        browser.run(
            "Math.min(...[...document.querySelectorAll('main p, main td, main li')]"
            ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
        )
        >= 16
    )


def test_the_switch_of_theme_changes_page_and_plots(browser, page):
    browser.open(page, dark=False)
    before = browser.run("getComputedStyle(document.querySelector('.xtick text')).fill")
    browser.run("document.getElementById('theme').click()")
    assert browser.run(f"{LUMINANCE}(getComputedStyle(document.body).backgroundColor)") < 0.2
    assert browser.run("getComputedStyle(document.querySelector('.xtick text')).fill") != before
    assert browser.run("document.getElementById('theme').textContent") == "Light"


def test_it_works_in_a_sandbox_that_only_allows_scripts(browser, page, tmp_path):
    frame = tmp_path / "viewer.html"
    # Kubeflow's viewer: the page is the srcdoc of an iframe without allow-same-origin, so storage throws there.
    frame.write_text(
        f'<!doctype html><iframe sandbox="allow-scripts" width="400" height="800" '
        f'srcdoc="{html.escape(page.read_text(encoding="utf-8"))}"></iframe>'
        "<script>addEventListener('load', () => document.documentElement.dataset.drawn = '1')</script>",
        encoding="utf-8",
    )
    browser.open(frame)
    assert browser.run(
        "(() => { try { return localStorage.length } catch (e) { return e.name } })()", in_frame=True
    ) == ("SecurityError")
    assert int(browser.run("document.documentElement.dataset.drawn", in_frame=True)) >= 5
    browser.run("document.getElementById('theme').click()", in_frame=True)
    assert browser.run("document.documentElement.dataset.theme", in_frame=True) == "dark"
    assert browser.messages == []


def test_hexagonal_pixels_are_hexagons(browser, energy_result, tmp_path):
    page = report(energy_result, tmp_path / "report.html", config=Report()).path
    browser.open(page)
    assert browser.run("document.querySelectorAll('.camera svg').length") == 6
    path = browser.run("document.querySelector('.camera path').getAttribute('d')")
    assert len(re.findall(r"-?\d+", path.split("z")[0])) == 2 * 6  # the first corner and five steps
