"""Shrunk bundles beside the one they were made from, on real showers."""

import json
import signal
import subprocess
import sys

import numpy as np
import pytest

from iactflow.compare.run import run as compare
from iactflow.data.feeder import gather
from iactflow.data.result import Result
from iactflow.data.store import Store
from iactflow.errors import ConfigError, IactflowError, InputError, OutputExistsError
from iactflow.evaluate.config import Evaluate
from iactflow.evaluate.run import run as evaluate
from iactflow.models.bundle import Bundle
from iactflow.page.blocks import Code
from iactflow.page.config import Report
from iactflow.page.facts import reproduction_blocks
from iactflow.shrink import write
from iactflow.shrink.config import Shrink
from iactflow.shrink.run import run


@pytest.fixture(scope="module")
def shrunk(hexnet_model, sst1m_store, proton_store, tmp_path_factory):
    """Bundles by what was made."""
    folder, stores = tmp_path_factory.mktemp("shrunk"), [sst1m_store, proton_store]
    return {
        to: run(hexnet_model, stores, folder / to, config=Shrink(to=to, images=100)).path
        for to in ("float16", "int8", "onnx")
    }


def estimates(bundle, store):
    return Bundle.load(bundle).predict(Store(store), np.arange(129))


@pytest.mark.parametrize(("to", "allowed"), [("float16", 5e-3), ("int8", 0.3), ("onnx", 1e-4)])
def test_a_shrunk_model_estimates_what_the_original_does(shrunk, hexnet_model, sst1m_store, to, allowed):
    """129 images: two batches of 64 and one of a single image."""
    before, after = estimates(hexnet_model, sst1m_store), estimates(shrunk[to], sst1m_store)
    assert list(before) == list(after) == ["gammaness", "energy", "cam_x", "cam_y"]
    for name, values in before.items():
        assert after[name].shape == (129,)
        assert np.abs(after[name] - values).max() < allowed * max(1, np.abs(values).max())
        assert np.std(after[name]) > 0.3 * np.std(values)  # not the same number for every image


def test_an_int8_network_computes_with_8_bit_integers_only(shrunk):
    from iactflow.models.backend import tf

    interpreter = tf.lite.Interpreter(str(shrunk["int8"] / "network.tflite"))
    interpreter.allocate_tensors()
    operations = interpreter._get_ops_details()
    types = {detail["index"]: detail["dtype"] for detail in interpreter.get_tensor_details()}
    inner = [one for one in operations if one["op_name"] not in ("QUANTIZE", "DEQUANTIZE", "DELEGATE")]
    assert {"CONV_2D", "FULLY_CONNECTED", "SOFTMAX"} <= {one["op_name"] for one in inner}
    floats = [one["op_name"] for one in inner if any(types.get(i) == np.float32 for i in one["inputs"])]
    assert floats == []


def test_litert_alone_prepares_pixels_alike(shrunk, sst1m_store):
    """`before.tflite` is for those who run the files without iactflow."""
    from iactflow.models.runtime import load_runtime

    info = json.loads((shrunk["int8"] / "model.json").read_text())
    assert info["files"] == ["window.npz", "network.tflite", "after.tflite"]
    pixels = gather(Store(sst1m_store), np.arange(129), info["inputs"])
    pair = [
        load_runtime(shrunk["int8"], "litert", [first, *info["files"][1:]]).predict_on_batch(pixels)
        for first in ("window.npz", "before.tflite")
    ]
    for name, values in pair[0].items():
        # the last digit of a float moves a step of the 8 bits here and there
        assert (np.abs(pair[1][name] - values) < 1e-4 * (1 + np.abs(values))).mean() > 0.9
        np.testing.assert_allclose(pair[1][name], values, rtol=0.2, atol=0.05)


def test_the_size_is_that_of_all_files(shrunk, hexnet_model):
    info = json.loads((shrunk["float16"] / "model.json").read_text())
    files = [file for file in shrunk["float16"].iterdir() if file.name != "model.json"]
    assert {file.name for file in files} == {*info["files"], "before.tflite"}
    assert info["cost"]["bytes_on_disk"] == sum(file.stat().st_size for file in files)
    assert info["shrunk"]["original"]["bytes_on_disk"] == (hexnet_model / "model.keras").stat().st_size
    assert info["cost"]["ms_per_event"] > 0
    assert info["name"] == "hexnet, float16"


def test_shrunk_models_are_rows_of_a_comparison(shrunk, hexnet_model, sst1m_store, proton_store, tmp_path):
    config = Evaluate(bootstrap=20, baseline="none", split="all")
    results = []
    for name, model in {"original": hexnet_model, **shrunk}.items():
        results.append(evaluate(model, [sst1m_store, proton_store], tmp_path / name, config=config).path)
    assert Result.load(results[1]).name == "hexnet, float16"
    told = next(block for block in reproduction_blocks(Result.load(results[1]), "") if isinstance(block, Code))
    assert f"--out {hexnet_model}\niactflow shrink --model {hexnet_model} --to float16 --data" in told.text
    page = compare(results, tmp_path / "compare.html", config=Report()).path.read_text()
    assert "Shrunk models" in page
    assert all(f"hexnet, {to}" in page for to in shrunk)


def test_a_pruned_model_is_an_ordinary_narrower_one(hexnet_model, sst1m_store, proton_store, tmp_path):
    stores = [sst1m_store, proton_store]
    config = Shrink(to="pruned", keep=0.5, epochs=1, images=100)
    summary = run(hexnet_model, stores, tmp_path / "pruned", config=config)
    bundle = Bundle.load(summary.path)
    assert bundle.info["config"]["model"]["hexnet"]["widths"] == [4, 6]
    assert bundle.info["config"]["train"]["epochs"] == 1
    assert summary.after["parameters"] < 0.5 * summary.before["parameters"]
    assert summary.name == "hexnet, pruned to 4, 6"
    again = run(summary.path, stores, tmp_path / "int8", config=Shrink(to="int8", images=50))
    assert again.name == "hexnet, pruned to 4, 6, int8"


#: Prunes and is killed when the fit is over, where both models would be timed.
KILLED = """
import os, signal, sys
from pathlib import Path

from iactflow.shrink import prune
from iactflow.shrink.config import Shrink
from iactflow.shrink.run import run

prune.ms_per_event_in_turns = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
model, first, second, out = map(Path, sys.argv[1:])
run(model, [first, second], out, config=Shrink(to="pruned", keep=0.5, epochs=1, images=50))
"""


def test_killed_after_its_fit_the_same_pruning_goes_on(hexnet_model, sst1m_store, proton_store, tmp_path):
    """What is left must be no finished model: it would not say that it was pruned, and be refused."""
    stores, out = [sst1m_store, proton_store], tmp_path / "pruned"
    argv = [sys.executable, "-c", KILLED, *map(str, (hexnet_model, *stores, out))]
    assert subprocess.run(argv, capture_output=True).returncode == -signal.SIGKILL
    assert not (out / "model.json").exists()
    assert (out / "checkpoint").exists()
    summary = run(hexnet_model, stores, out, config=Shrink(to="pruned", keep=0.5, epochs=1, images=50))
    assert Bundle.load(out).info["shrunk"]["to"] == "pruned"
    assert summary.name == "hexnet, pruned to 4, 6"
    assert "pruned to 4, 6" in (out / "card.md").read_text()


def test_any_network_may_become_onnx_and_int8(energy_model, sst1m_store, tmp_path):
    """A SingleCNN on pictures."""
    before = estimates(energy_model, sst1m_store)["energy"]
    for to, allowed in (("onnx", 1e-4), ("int8", 0.5)):
        out = run(energy_model, [sst1m_store], tmp_path / to, config=Shrink(to=to, images=60)).path
        after = estimates(out, sst1m_store)["energy"]
        assert np.abs(after / before - 1).max() < allowed


def test_what_cannot_be_shrunk_is_said(shrunk, hexnet_model, energy_model, sst1m_store, flashcam_store, tmp_path):
    out = tmp_path / "out"
    with pytest.raises(ConfigError, match=r"is shrunk already \(int8\)"):
        run(shrunk["int8"], [sst1m_store], out, config=Shrink(to="float16"))
    with pytest.raises(ConfigError, match=r"pruned takes a hexnet\. Received: ctlearn\.SingleCNN"):
        run(energy_model, [sst1m_store], out, config=Shrink(to="pruned"))
    with pytest.raises(ConfigError, match=r"keep must leave out a channel"):
        run(hexnet_model, [sst1m_store], out, config=Shrink(to="pruned", keep=0.99))
    with pytest.raises(ConfigError, match="camera"):
        run(hexnet_model, [flashcam_store], out, config=Shrink())
    assert not out.exists()
    with pytest.raises(OutputExistsError):
        run(hexnet_model, [sst1m_store], shrunk["int8"], config=Shrink(to="int8"))


def test_a_model_that_was_converted_wrongly_is_not_written(hexnet_model, sst1m_store, tmp_path, monkeypatch):
    """Estimates of other images stand in for a wrong layer."""
    load = write.load_runtime

    class Wrong:
        def __init__(self, *args):
            self._right = load(*args)

        def predict_on_batch(self, pixels):
            return {name: value[::-1] for name, value in self._right.predict_on_batch(pixels).items()}

    monkeypatch.setattr(write, "load_runtime", Wrong)
    with pytest.raises(IactflowError, match=r"must give what the original gives, to 0\.0001\. Received"):
        run(hexnet_model, [sst1m_store], tmp_path / "onnx", config=Shrink(to="onnx", images=50))
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_said(shrunk, tmp_path):
    import shutil

    for to, file in (("float16", "network.tflite"), ("int8", "window.npz"), ("onnx", "model.onnx")):
        copy = shutil.copytree(shrunk[to], tmp_path / to)
        (copy / file).write_bytes(b"nothing")
        with pytest.raises(InputError, match=f"{file} is no"):
            Bundle.load(copy)
        (copy / file).unlink()
        with pytest.raises(InputError, match=f"lacks {file}"):
            Bundle.load(copy)


def test_changes_are_relative_only_above_one():
    told = write.changes({"energy": np.array([0.5, 10.0])}, {"energy": np.array([0.6, 11.0])})
    assert told["energy"]["largest"] == pytest.approx(0.1)
    assert told["energy"]["median"] == pytest.approx(0.1)


def test_models_of_array_events_are_refused(hexnet_model, sst1m_store, tmp_path):
    import shutil

    copy = shutil.copytree(hexnet_model, tmp_path / "stereo")
    info = json.loads((copy / "model.json").read_text())
    info["config"]["model"]["mode"] = "stereo"
    (copy / "model.json").write_text(json.dumps(info))
    with pytest.raises(ConfigError, match="shrink takes models of single images"):
        run(copy, [sst1m_store], tmp_path / "out", config=Shrink())
