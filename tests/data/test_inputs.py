import gzip
import shutil

import pytest

from iactflow.data.inputs import Kind, kind_of, resolve
from iactflow.errors import InputError


def test_kind_goes_by_content_not_by_name(sst1m_simtel, flashcam_simtel, sst1m_dl1, sst1m_store, tmp_path):
    misnamed = tmp_path / "really_simtel.h5"
    shutil.copy(sst1m_simtel, misnamed)
    plain = tmp_path / "plain.bin"
    with gzip.open(flashcam_simtel) as compressed:
        plain.write_bytes(compressed.read(1000))
    assert kind_of(misnamed) is Kind.SIMTEL
    assert kind_of(flashcam_simtel) is Kind.SIMTEL
    assert kind_of(plain) is Kind.SIMTEL
    assert kind_of(sst1m_dl1) is Kind.DL1
    assert kind_of(sst1m_store) is Kind.STORE


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.simtel.gz", b"", "is empty"),
        ("notes.h5", b"this is text, not HDF5\n", "neither a sim_telarray file"),
        ("zeros.simtel.zst", bytes(100), "neither a sim_telarray file"),
        ("broken.gz", b"\x1f\x8b\x08\x00garbage", "neither a sim_telarray file"),
        ("broken.zst", b"\x28\xb5\x2f\xfdgarbage", "neither a sim_telarray file"),
    ],
)
def test_unusable_file_is_named(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        resolve([str(path)])
    assert str(path) in str(caught.value)


def test_missing_file_and_glob_without_match(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        resolve([str(tmp_path / "absent.simtel.zst")])
    with pytest.raises(InputError, match="matches no file"):
        resolve([str(tmp_path / "*.zst")])


def test_folder_gives_usable_files_below_it_and_says_what_it_leaves_out(sst1m_simtel, tmp_path, capsys):
    (tmp_path / "runs").mkdir()
    shutil.copy(sst1m_simtel, tmp_path / "runs" / "a.simtel.zst")
    (tmp_path / "README.txt").write_text("about these files")
    assert [source.name for source in resolve([str(tmp_path)])] == ["a.simtel.zst"]
    assert "README.txt" in capsys.readouterr().err


def test_folder_without_usable_files(tmp_path):
    (tmp_path / "README.txt").write_text("about these files")
    with pytest.raises(InputError, match="holds no simtel or HDF5 file among its 1 files"):
        resolve([str(tmp_path)])


def test_same_content_under_two_names_is_read_once(sst1m_simtel, flashcam_simtel, tmp_path, capsys):
    for name in ("b.zst", "a.zst"):
        shutil.copy(sst1m_simtel, tmp_path / name)
    shutil.copy(flashcam_simtel, tmp_path / "c.gz")
    sources = resolve([str(tmp_path / "*.zst"), str(tmp_path)])
    assert [source.name for source in sources] == ["a.zst", "c.gz"]
    assert "b.zst has the same content as" in capsys.readouterr().err
