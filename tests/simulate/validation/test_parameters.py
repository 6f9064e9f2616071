from iactflow.simulate.validation.parameters import comments, constants, instruments


def test_every_number_of_a_telescope_has_a_source():
    found = instruments()
    assert len(found) > 60
    assert [f"{p.owner}.{p.name}" for p in found if not p.source] == []


def test_values_and_sources_are_those_of_the_code():
    found = {(p.owner, p.name): (p.value, p.source) for p in instruments()}
    assert found["SST1M_DISH", "focal_length"] == ("5.6", "SST FOCAL_Length")
    assert found["SST1M_TRIGGER", "threshold"] == ("74.0", "SST DSUM_THRESHold")
    physics = {p.name: p for p in constants("electromagnetic")}
    assert physics["RADIATION_LENGTH"].value == "36.62"
    assert "PDG" in physics["RADIATION_LENGTH"].source


def test_comments_in_strings_are_none():
    assert comments('a = "# no"  # yes\nb = 1\n') == {1: "yes"}
