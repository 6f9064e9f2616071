import iactflow.progress as progress_module
from iactflow.progress import Progress


def test_the_line_tells_count_rate_and_time_left(capsys):
    with Progress("ingest", "images", total=10) as progress:
        progress.advance(4)
        assert "ingest: 4 of 10 images" in progress.line()
        assert "images/s" in progress.line()
        assert "s left" in progress.line()
        progress.advance(6)
    assert "ingest: 10 of 10 images" in capsys.readouterr().err


def test_waiting_after_the_last_one_does_not_make_it_slower(monkeypatch):
    now = 100.0
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: now)
    with Progress("draw", "images", total=10) as progress:
        now += 2
        progress.advance(10)
        now += 8
        assert "10 images, 5 images/s, 0 s left" in progress.line()
        progress.expect(20)
        assert "10 of 20 images, 1 images/s" in progress.line()


def test_what_was_done_before_an_interruption_says_nothing_of_the_rate():
    with Progress("train", "images", total=2_000_000) as progress:
        progress.go_on_at(1_000_000)
        assert "train: 1000000 of 2000000 images, 0 images/s" in progress.line()
        assert "left" not in progress.line()
        progress.advance(5)
        assert "1000005 of" in progress.line()


def test_without_a_total_there_is_no_time_left(capsys):
    with Progress("read", "events") as progress:
        progress.advance(3)
    line = capsys.readouterr().err
    assert "read: 3 events" in line
    assert "left" not in line
