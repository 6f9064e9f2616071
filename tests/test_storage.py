import errno
import os

import pytest

from iactflow.errors import IactflowError, OutputExistsError
from iactflow.storage import aside, explain_full_disk, remove, write_text


def test_file_appears_when_the_block_ends(tmp_path):
    target = tmp_path / "deep" / "result.txt"
    with aside(target) as temporary:
        temporary.write_text("done")
        assert not target.exists()
    assert target.read_text() == "done"
    assert os.listdir(target.parent) == ["result.txt"]


def test_nothing_is_left_when_the_block_fails(tmp_path):
    def fail():
        with aside(tmp_path / "folder") as temporary:
            temporary.mkdir()
            (temporary / "part").write_text("half")
            raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        fail()
    assert os.listdir(tmp_path) == []


def test_existing_target_is_kept_unless_told(tmp_path):
    target = tmp_path / "result.txt"
    target.write_text("old")
    with pytest.raises(OutputExistsError, match="--overwrite"), aside(target):
        pass
    assert target.read_text() == "old"
    write_text(target, "new")
    assert target.read_text() == "new"


def test_folder_replaces_folder(tmp_path):
    target = tmp_path / "folder"
    target.mkdir()
    (target / "old").write_text("old")
    with aside(target, overwrite=True) as temporary:
        temporary.mkdir()
        (temporary / "new").write_text("new")
    assert os.listdir(target) == ["new"]
    assert os.listdir(tmp_path) == ["folder"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_is_told_with_the_file(tmp_path, number):
    with (
        pytest.raises(IactflowError, match=r"result\.txt could not be written.*free some space"),
        aside(tmp_path / "result.txt"),
    ):
        raise OSError(number, os.strerror(number))
    assert os.listdir(tmp_path) == []


def test_other_faults_of_the_system_are_not_disguised(tmp_path):
    with pytest.raises(PermissionError), explain_full_disk(tmp_path):
        raise PermissionError(errno.EACCES, "no")


def test_removing_takes_files_folders_links_and_nothing(tmp_path):
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    link = tmp_path / "link"
    link.symlink_to(folder)
    remove(link)
    assert folder.exists()
    remove(folder)
    remove(folder)
    assert os.listdir(tmp_path) == []
