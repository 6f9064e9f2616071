import numpy as np
import pytest

from iactflow.data.select import Selection
from iactflow.distil.run import run
from iactflow.errors import ConfigError
from iactflow.generation.bundle import GeneratorBundle, networks_hash
from iactflow.generation.config import Distil
from iactflow.generation.sampler import Sampler

SHORT = Distil(epochs=1, batch_size=16)


@pytest.mark.parametrize("method", ["consistency", "mean-flow", "progressive"])
def test_a_student_keeps_the_size_model_and_needs_one_step(teacher, photoelectrons, tmp_path, method):
    config = SHORT.model_copy(update={"method": method})
    path = run(Selection(), config, teacher, [photoelectrons], tmp_path / "student", instrument="ct5").path
    student, origin = GeneratorBundle.load(path), GeneratorBundle.load(teacher)
    assert (student.info["method"], student.info["steps"]) == (method, 1)
    assert student.info["teacher"]["name"] == "teacher"
    assert student.info["teacher"]["content"] == networks_hash(teacher)  # by which pages find its teacher
    assert student.info["shift"] == (1.0 if method == "progressive" else 2.0)
    assert student.info["cost"]["flops_per_event"] < origin.info["cost"]["flops_per_event"]
    one, other = (bundle.assembly.size_network.get_weights() for bundle in (student, origin))
    for here, there in zip(one, other, strict=True):
        np.testing.assert_array_equal(here, there)
    one, other = (bundle.assembly.pixel_network.get_weights() for bundle in (student, origin))
    assert any((here != there).any() for here, there in zip(one, other, strict=True))
    sampler = Sampler.load(path, steps=2)
    conditions = sampler.draw(5, seed=1)
    assert (sampler.sample(conditions, 1) == sampler.sample(conditions, 1)).all()


def test_only_generators_by_flow_have_students(teacher, photoelectrons, tmp_path):
    path = run(Selection(), SHORT, teacher, [photoelectrons], tmp_path / "student", instrument="ct5").path
    with pytest.raises(ConfigError, match=r"must be a generator by flow.*consistency"):
        run(Selection(), SHORT, path, [photoelectrons], tmp_path / "other", instrument="ct5")
