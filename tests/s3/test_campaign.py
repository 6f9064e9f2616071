"""A campaign in a real MinIO server, whose server dies between two files."""

import os
from pathlib import Path

import pytest
from minio_server import BUCKET

from iactflow.errors import IactflowError
from iactflow.predict import campaign
from iactflow.predict.config import Predict
from iactflow.s3 import client


def test_a_share_goes_on_after_the_file_that_was_uploaded_last(
    minio, few_telescopes, as_run, energy_model, tmp_path, monkeypatch, capsys
):
    for run in (1, 2, 3):
        minio.put(f"dl1/{run}.dl1.h5", as_run(few_telescopes, tmp_path / "one.h5", run).read_bytes())
    minio.put("dl1/notes.txt", b"clouds after two")

    def share(shard=(1, 1)):
        return campaign.predict_share(
            [str(energy_model)], [f"s3://{BUCKET}/dl1"], f"s3://{BUCKET}/dl2/", shard=shard, config=Predict()
        )

    monkeypatch.setattr(client, "TRIES", 3)
    monkeypatch.setattr(client, "OBJECT_TRIES", 2)
    send = campaign.send

    def send_and_die(*arguments, **options):
        send(*arguments, **options)
        minio.kill()

    with monkeypatch.context() as patch:
        patch.setattr(campaign, "send", send_and_die)
        with pytest.raises(IactflowError, match="Is it up"):
            share()
    minio.start()
    first = {name: content for name, content in minio.objects().items() if name.startswith("dl2/")}
    assert set(first) == {"dl2/1.dl2.h5"}
    capsys.readouterr()
    done = share()
    assert (done.n_files, done.n_skipped, str(done.path)) == (3, 1, f"s3://{BUCKET}/dl2/")
    assert capsys.readouterr().err.count("is finished already") == 1
    made = {name: content for name, content in minio.objects().items() if name.startswith("dl2/")}
    assert set(made) == {"dl2/1.dl2.h5", "dl2/2.dl2.h5", "dl2/3.dl2.h5"}
    assert made["dl2/1.dl2.h5"] == first["dl2/1.dl2.h5"]
    # a share fetches its own files alone, and leaves nothing on this machine
    cache = Path(os.environ["IACTFLOW_CACHE"])
    assert {path.name for path in cache.glob("s3/objects/*/*")} >= {"1.dl1.h5", "2.dl1.h5", "3.dl1.h5"}
    assert not [path for path in cache.iterdir() if path.name.startswith("tmp")]
