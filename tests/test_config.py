import astropy.units as u
import pytest

from iactflow.config import Charge, Energy, Section, apply_settings, parse_yaml, read_yaml, to_line, to_yaml, validate
from iactflow.errors import ConfigError, InputError


class Inner(Section):
    size: int = 3


class Outer(Section):
    threshold: Charge | None = None
    energy: Energy = 1 * u.TeV
    inner: Inner = Inner()
    rate: float = 0.1


def test_quantities_are_converted_to_the_unit_of_the_field():
    section = validate(Outer, {"threshold": "50 pe", "energy": "300 GeV"}, "x.yaml")
    assert section.threshold.value == 50
    assert section.energy.unit == u.TeV
    assert section.energy.value == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (50, "has no unit; write '50 pe'"),
        ("50", "has no unit; write '50 pe'"),
        ("50 m", "is in 'm', which cannot be converted to 'pe'"),
        ("50 parsnip", "has the unknown unit 'parsnip'"),
        ("many pe", "must be a number with its unit"),
    ],
)
def test_a_wrong_quantity_is_named_with_file_key_and_remedy(value, told):
    with pytest.raises(ConfigError) as error:
        validate(Outer, {"threshold": value}, "my.yaml")
    message = str(error.value)
    assert message.startswith("threshold: ")
    assert told in message
    assert "my.yaml" in message
    assert repr(value) in message


def test_an_unknown_key_is_an_error_that_lists_the_known_ones():
    with pytest.raises(ConfigError, match=r"inner\.sizes is not a known key \(my\.yaml\)\. Allowed here: size\."):
        validate(Outer, {"inner": {"sizes": 3}}, "my.yaml")


def test_a_wrong_type_is_an_error():
    with pytest.raises(ConfigError, match=r"inner\.size: .*integer.* Received: 'three' \(my\.yaml\)"):
        validate(Outer, {"inner": {"size": "three"}}, "my.yaml")


def test_every_fault_is_told_at_once():
    with pytest.raises(ConfigError) as error:
        validate(Outer, {"rate": "fast", "colour": 1}, "my.yaml")
    assert len(str(error.value).splitlines()) == 2


def test_sections_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Outer().rate = 2.0


def test_yaml_round_trip():
    section = validate(Outer, {"threshold": "12.5 pe", "rate": 1e-3}, "x")
    assert validate(Outer, parse_yaml(to_yaml(section), "x"), "x") == section


def test_a_line_of_yaml_reads_back_and_has_no_line_break():
    content = {"a": {"b": [1, "x: y"]}, "c": None, "long": "word " * 100}
    line = to_line(content)
    assert "\n" not in line
    assert parse_yaml(line, "x") == content


def test_exponents_without_a_point_are_numbers():
    assert parse_yaml("rate: 1e-3", "x") == {"rate": 1e-3}


def test_a_repeated_key_is_an_error():
    with pytest.raises(ConfigError, match="'a' stands here a second time"):
        parse_yaml("a: 1\na: 2", "x.yaml")


@pytest.mark.parametrize("text", ["- 1\n- 2", "just words", "a: [1"])
def test_what_is_no_mapping_is_an_error_that_names_the_file(text):
    with pytest.raises(ConfigError, match=r"x\.yaml"):
        parse_yaml(text, "x.yaml")


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match=r"none\.yaml cannot be read"):
        read_yaml(tmp_path / "none.yaml")


def test_settings_reach_into_sections_and_leave_the_rest():
    content = {"train": {"epochs": 15, "seed": 1}}
    changed = apply_settings(content, ["train.epochs=3", "data.select.intensity_min=20 pe", "model.init=null"])
    assert changed["train"] == {"epochs": 3, "seed": 1}
    assert changed["data"]["select"]["intensity_min"] == "20 pe"
    assert changed["model"]["init"] is None
    assert content == {"train": {"epochs": 15, "seed": 1}}


@pytest.mark.parametrize("setting", ["train.epochs", "=3"])
def test_a_setting_without_key_or_value_is_an_error(setting):
    with pytest.raises(ConfigError, match="--set must be KEY=VALUE"):
        apply_settings({}, [setting])


def test_a_setting_cannot_go_through_a_value():
    with pytest.raises(ConfigError, match="'task' is a value, not a section"):
        apply_settings({"task": "energy"}, ["task.name=type"])
