"""Which of several processes this one is; what they tell each other is tested in tests/train."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from iactflow.errors import ConfigError
from iactflow.fitting.team import Place, Team, place


def variable(kind, index, **cluster):
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})}


def test_the_first_is_the_chief_or_else_the_first_worker():
    assert place({}) == Place(0, 1)
    assert place(variable("worker", 1, worker=["a:1", "b:1"])) == Place(1, 2)
    assert place(variable("worker", 0, worker=["a:1", "b:1"])).first
    assert place(variable("worker", 0, chief=["c:1"], worker=["a:1", "b:1"])) == Place(1, 3)
    assert place(variable("chief", 0, worker=["a:1", "b:1"], chief=["c:1"])) == Place(0, 3)
    assert place({"TF_CONFIG": "{}"}) == Place(0, 1)


@pytest.mark.parametrize(
    "content",
    ["nonsense", "[1]", '{"cluster": {"worker": ["a:1"]}, "task": {"type": "ps", "index": 0}}', '{"cluster": 3}'],
)
def test_content_without_sense_is_shown_with_an_example(content):
    with pytest.raises(ConfigError, match=r'TF_CONFIG must be like \{"cluster": .*Received'):
        place({"TF_CONFIG": content})


def test_a_number_beyond_the_list_is_refused():
    with pytest.raises(ConfigError, match="Received: process 2 of 2"):
        place(variable("worker", 2, worker=["a:1", "b:1"]))


def test_alone_nothing_changes():
    team = Team()
    assert team.agree(True, False) == [True, False]
    assert team.share(b"abc") == b"abc"
    np.testing.assert_array_equal(team.total(np.array([1.5])), [1.5])


class Mirrored:
    """Some devices of the first of two processes; the other process gives nothing."""

    def __init__(self, n_devices):
        self.num_replicas_in_sync = 2 * n_devices

    def experimental_distribute_values_from_function(self, give):
        numbers = range(self.num_replicas_in_sync // 2)
        return [give(SimpleNamespace(replica_id_in_sync_group=number)) for number in numbers]

    def experimental_local_results(self, values):
        return [values]


class Summing(Team):
    """Adds what the devices give as they do: one after the other in single precision."""

    def _sum(self, given):
        return sum(np.asarray(value) for value in given)


@pytest.mark.parametrize("n_devices", range(1, 17))
def test_bytes_arrive_as_they_were_sent_however_many_devices_there_are(n_devices):
    team = Summing(Mirrored(n_devices), Place(0, 2))
    content = bytes(range(256)) * 3
    assert team.share(content) == content
    np.testing.assert_array_equal(team.total(np.array([1.1, -3.0])), np.array([1.1, -3.0], np.float32))
