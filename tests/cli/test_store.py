import shutil

from click.testing import CliRunner

from iactflow.cli import main


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_info_says_what_a_person_asks(sst1m_store):
    done = call("store", "info", sst1m_store)
    assert done.exit_code == 0
    text = done.stdout
    assert "DigiCam, 1,296 pixels" in text
    assert "0.299 to 4.96 TeV" in text
    rows = [line.split() for line in text.splitlines() if line.startswith("gamma ")]
    assert [row[:2] for row in rows] == [["gamma", "train"], ["gamma", "validation"], ["gamma", "test"]]
    assert [sum(int(row[column]) for row in rows) for column in (2, 3, 4)] == [129, 31, 11]
    assert text.splitlines()[-1] == str(sst1m_store)


def test_info_says_what_was_lost(flashcam_store):
    assert "cut off at byte 46,308,589" in call("store", "info", flashcam_store).stdout


def test_verify_finds_changed_bytes(sst1m_store, tmp_path):
    copy = shutil.copytree(sst1m_store, tmp_path / "store")
    assert "1 parts are as they were written" in call("store", "info", copy, "--verify").stdout
    [part] = copy.glob("part-*.arrow")
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    done = call("store", "info", copy, "--verify")
    assert done.exit_code == 3
    assert f"{part.name} was changed" in done.stderr


def test_info_of_no_store(tmp_path):
    done = call("store", "info", tmp_path)
    assert done.exit_code == 3
    assert "is no store" in done.stderr
