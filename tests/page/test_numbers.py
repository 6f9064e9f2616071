import pytest

from iactflow.data.result import Metric
from iactflow.page import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.18512, "0.185"),
        (-1.07, "−1.07"),
        (20.0, "20.0"),
        (999.6, "1\u202f000"),
        (1260.4, "1\u202f260"),
        (0.00034567, "0.000346"),
        (1.234e-5, "1.23 × 10⁻⁵"),
        (2.5e9, "2.50 × 10⁹"),
        (0, "0"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_three_significant_digits(value, text):
    assert numbers.number(value) == text


def metric(**changes):
    return Metric(
        **{
            "value": 0.2,
            "low": 0.1,
            "high": 0.3,
            "n": 10,
            "n_showers": 2,
            "unit": "",
            "title": "t",
            "definition": "d",
            "better": "lower",
            **changes,
        }
    )


def test_a_metric_has_value_unit_and_interval():
    assert numbers.metric_value(metric(percent=True)) == "20.0\u00a0%"
    assert numbers.metric_interval(metric(percent=True)) == "[10.0,\u00a030.0]"
    assert numbers.metric_value(metric(unit="TeV2")) == "0.200\u00a0TeV²"
    assert numbers.metric_interval(metric(low=None, reason="no interval: 1 shower cannot be resampled")).endswith(
        "resampled"
    )


def test_samples_times_and_sizes():
    assert numbers.sample(1, 1) == "1 image of 1 shower"
    assert numbers.sample(12000, 40) == "12\u202f000 images of 40 showers"
    assert numbers.sample(2, 1, "event") == "2 events of 1 shower"
    assert (numbers.duration(90), numbers.duration(600), numbers.duration(7200)) == ("90.0 s", "10.0 min", "2.00 h")
    assert (numbers.storage(83_900), numbers.storage(1_520_000), numbers.storage(None)) == ("83.9 kB", "1.52 MB", "–")
