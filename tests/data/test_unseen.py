import tables

from iactflow.data.unseen import note_share, noted_share, unseen_share


def model(*tests):
    return {
        "stores": [{"path": "s", "split": {"train": 0.9 - test, "validation": 0.1, "test": test}} for test in tests]
    }


def test_the_smallest_test_part_is_unseen_by_all_models():
    assert unseen_share([model(0.25)]) == 0.25
    assert unseen_share([model(0.25, 0.15), model(0.4)]) == 0.15
    assert unseen_share([model(0.25), model(0.0)]) == 0.0


def test_it_is_not_known_if_one_model_does_not_say_it():
    assert unseen_share([model(0.25), {"stores": [{"path": "s"}]}]) is None
    assert unseen_share([model(0.25), {"stores": [{"path": "s", "split": {}}]}]) is None
    assert unseen_share([]) is None


def test_a_file_gives_back_what_was_noted(tmp_path):
    for name, share in (("known.h5", 0.15), ("none.h5", 0.0), ("silent.h5", None)):
        with tables.open_file(str(tmp_path / name), "w") as file:
            note_share(file, share)
        with tables.open_file(str(tmp_path / name)) as file:
            assert noted_share(file) == share
