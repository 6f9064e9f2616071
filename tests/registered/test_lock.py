import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from iactflow.errors import ConfigError, IactflowError
from iactflow.registered import lock
from iactflow.registered.lock import locked
from iactflow.registered.registry import Registry


@pytest.fixture
def registry():
    return Registry()


def names(registry):
    return registry.names("held*")


def test_the_lock_is_there_for_as_long_as_it_is_held(registry):
    with locked(registry, "held") as still_mine:
        still_mine()
        assert names(registry) == ["held.promotion-in-work"]
    assert names(registry) == []


def test_a_second_one_waits_and_gives_up_in_a_sentence(registry):
    waited = []
    second = locked(registry, "held", patience_s=2, sleep=waited.append)
    with locked(registry, "held"), pytest.raises(IactflowError, match="another promotion has held them for 2 s"):
        second.__enter__()
    assert sum(waited) == 2


def test_a_second_one_goes_on_when_the_first_has_ended(registry):
    first = locked(registry, "held")
    first.__enter__()
    with locked(registry, "held", sleep=lambda _: first.__exit__(None, None, None)) as still_mine:
        still_mine()


def test_what_a_killed_process_left_is_taken_over_and_the_process_learns_of_it(registry):
    killed = locked(registry, "held")
    was_mine = killed.__enter__()
    with locked(registry, "held", stale_s=-1) as still_mine:
        still_mine()
        with pytest.raises(IactflowError, match="another took over"):
            was_mine()
        killed.__exit__(None, None, None)
        assert names(registry) == [f"held{lock._ENDING}"]
    assert names(registry) == []


def test_a_pod_without_a_server_is_refused(monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    with pytest.raises(ConfigError, match="MLFLOW_TRACKING_URI must name MLflow's server in a cluster"):
        Registry()


def test_of_several_at_once_one_holds_it(registry):
    """Each enters and leaves; were two inside at once, the log would not be of pairs."""
    log = []

    def work(number):
        with locked(Registry(), "held", sleep=lambda _: time.sleep(0.01)):
            log.append(number)
            time.sleep(0.02)
            log.append(number)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert log[::2] == log[1::2]
    assert sorted(log[::2]) == [0, 1, 2, 3]
    assert names(registry) == []
