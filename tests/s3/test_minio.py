"""Reading and writing against a real MinIO server, and what happens when it dies, refuses, dawdles or is rewritten."""

import os
import threading

import pytest
from minio_server import BUCKET

from iactflow.errors import ConfigError, IactflowError, InputError, OutputExistsError
from iactflow.s3 import client, write
from iactflow.s3.read import fetch
from iactflow.s3.write import refuse_existing, send

MIB = 1 << 20


def noise(size):
    return os.urandom(size)


def folder_of(path, **files):
    for name, content in files.items():
        target = path / name.replace("__", "/").replace("_json", ".json")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return path


def test_a_folder_goes_there_and_comes_back(minio, tmp_path):
    source = folder_of(tmp_path / "store", store_json=b"{}", part=noise(1000), camera__table=b"pixels")
    send(source, f"s3://{BUCKET}/a/store")
    assert set(minio.objects()) == {"a/store/store.json", "a/store/part", "a/store/camera/table"}
    back = fetch(f"s3://{BUCKET}/a/store")
    assert back.name == "store"
    for path in source.rglob("*"):
        if path.is_file():
            assert (back / path.relative_to(source)).read_bytes() == path.read_bytes()
    assert fetch(f"s3://{BUCKET}/a/store/store.json").read_bytes() == b"{}"


def test_large_files_go_in_parts_and_are_compared_by_content(minio, tmp_path):
    file = tmp_path / "large"
    file.write_bytes(noise(40 * MIB))
    send(file, f"s3://{BUCKET}/large")
    [entry] = minio.client().list_objects(BUCKET)
    assert entry.etag.endswith("-3")  # three parts of at most 16 MiB
    assert fetch(f"s3://{BUCKET}/large").read_bytes() == file.read_bytes()


def test_what_is_there_already_is_not_sent_again(minio, tmp_path):
    source = folder_of(tmp_path / "store", part=noise(2 * MIB), store_json=b"{}")
    send(source, f"s3://{BUCKET}/store")
    sent = minio.link.up
    assert sent > 2 * MIB
    send(source, f"s3://{BUCKET}/store")
    assert minio.link.up - sent < MIB


def test_server_killed_during_an_upload_and_there_again(minio, tmp_path, monkeypatch):
    monkeypatch.setattr(client, "TRIES", 400)  # however long the server takes to start
    source = folder_of(tmp_path / "store", store_json=b"{}", part=noise(40 * MIB))

    def crash():
        minio.kill()
        threading.Timer(1, minio.start).start()

    minio.link.when_up = (24 * MIB, crash)
    send(source, f"s3://{BUCKET}/store")
    assert minio.objects() == {"store/store.json": b"{}", "store/part": (source / "part").read_bytes()}


def test_server_that_stays_away_leaves_no_manifest_and_the_next_call_goes_on(minio, tmp_path, monkeypatch):
    source = folder_of(tmp_path / "store", store_json=b"{}", part=noise(20 * MIB), other=noise(MIB))
    monkeypatch.setattr(client, "TRIES", 3)
    monkeypatch.setattr(client, "OBJECT_TRIES", 2)
    minio.link.when_up = (8 * MIB, minio.kill)
    with pytest.raises(IactflowError, match=r"cannot be written.*Is it up") as caught:
        send(source, f"s3://{BUCKET}/store")
    assert caught.value.exit_code == 1
    minio.start()
    assert set(minio.objects()) == {"store/other"}
    minio.link.up = 0
    send(source, f"s3://{BUCKET}/store")
    assert set(minio.objects()) == {"store/store.json", "store/part", "store/other"}


def test_connection_that_breaks_goes_on_where_it_broke(minio, tmp_path):
    content = noise(20 * MIB)
    minio.put("file", content)
    minio.link.cut_down, minio.link.cuts = 8 * MIB, 2
    assert fetch(f"s3://{BUCKET}/file").read_bytes() == content
    assert minio.link.cuts == 0
    assert minio.link.down < 34 * MIB  # from the start each time would be 36; what was on its way may be lost


def test_slow_line_is_waited_for(minio, tmp_path):
    content = noise(MIB)
    minio.put("file", content)
    minio.link.bytes_per_s = MIB
    assert fetch(f"s3://{BUCKET}/file").read_bytes() == content
    (tmp_path / "file").write_bytes(content)
    send(tmp_path / "file", f"s3://{BUCKET}/copy")
    assert minio.objects()["copy"] == content


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_wrong_keys_are_told_with_where_they_come_from_and_not_repeated(minio, tmp_path, monkeypatch, name):
    minio.put("file", b"content")
    monkeypatch.setenv(name, "quite-wrong-key")
    for action, kind in (
        (lambda: fetch(f"s3://{BUCKET}/file"), InputError),
        (lambda: refuse_existing(f"s3://{BUCKET}/new", overwrite=False), ConfigError),
    ):
        with pytest.raises(kind, match="keys come from the environment") as caught:
            action()
        assert "quite-wrong-key" not in str(caught.value)
        assert minio.secret not in str(caught.value)


def test_missing_bucket_and_missing_object(minio, tmp_path):
    with pytest.raises(InputError, match=r"NoSuchBucket.*make the bucket"):
        fetch("s3://absent/file")
    with pytest.raises(ConfigError, match="no bucket absent"):
        refuse_existing("s3://absent/new", overwrite=False)
    with pytest.raises(InputError, match="holds no object"):
        fetch(f"s3://{BUCKET}/absent")


def test_object_that_changes_while_it_is_read_is_read_as_it_is_then(minio, tmp_path):
    old, new = noise(8 * MIB), noise(8 * MIB)
    minio.put("file", old)
    minio.link.cut_down, minio.link.cuts = 4 * MIB, 1
    close = minio.link._is_to_be_cut

    def cut_and_rewrite(passed):
        cut = close(passed)
        if cut:
            minio.put("file", new)
        return cut

    minio.link._is_to_be_cut = cut_and_rewrite
    try:
        assert fetch(f"s3://{BUCKET}/file").read_bytes() == new
    finally:
        del minio.link._is_to_be_cut


def test_output_that_somebody_else_wrote_meanwhile_is_not_overwritten(minio, tmp_path):
    source = folder_of(tmp_path / "store", store_json=b"ours", part=b"part")
    send(source, f"s3://{BUCKET}/store")
    known = {name: fetch(f"s3://{BUCKET}/store/{name}").parent.name for name in ("store.json", "part")}
    (source / "store.json").write_bytes(b"ours, grown")
    send(source, f"s3://{BUCKET}/store", known=known)
    assert minio.objects()["store/store.json"] == b"ours, grown"
    minio.put("store/store.json", b"theirs")
    (source / "store.json").write_bytes(b"ours, grown again")
    with pytest.raises(OutputExistsError, match=r"changed by somebody else.*store\.json"):
        send(source, f"s3://{BUCKET}/store", known=known)
    assert minio.objects()["store/store.json"] == b"theirs"
    send(source, f"s3://{BUCKET}/store", replace=True)
    assert minio.objects()["store/store.json"] == b"ours, grown again"


def test_replacing_removes_what_is_no_longer_there(minio, tmp_path):
    send(folder_of(tmp_path / "old", a=b"1", old=b"2"), f"s3://{BUCKET}/out")
    with pytest.raises(OutputExistsError, match="--overwrite"):
        refuse_existing(f"s3://{BUCKET}/out", overwrite=False)
    send(folder_of(tmp_path / "new", a=b"1", new=b"3"), f"s3://{BUCKET}/out", replace=True)
    assert set(minio.objects()) == {"out/a", "out/new"}


def test_globs_stay_within_a_folder(minio, tmp_path):
    for name in ("night/1.dl1.h5", "night/2.dl1.h5", "night/notes.txt", "night/deep/3.dl1.h5", "other/4.dl1.h5"):
        minio.put(name, name.encode())
    found = fetch(f"s3://{BUCKET}/night/*.h5")
    assert sorted(path.name for path in found.rglob("*") if path.is_file()) == ["1.dl1.h5", "2.dl1.h5"]
    found = fetch(f"s3://{BUCKET}/night/**/*.h5")
    assert {path.relative_to(found).as_posix() for path in found.rglob("*.h5")} == {
        "1.dl1.h5",
        "2.dl1.h5",
        "deep/3.dl1.h5",
    }


def test_parts_are_no_smaller_than_s3_allows():
    assert write.PART_BYTES >= 5 * MIB
