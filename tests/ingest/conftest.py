"""Small DL1 files of several runs, made of the real one."""

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import tables


#: Telescopes of `few_telescopes`, with 21 images.
FEW = ("tel_017", "tel_019", "tel_021", "tel_027", "tel_033")


@pytest.fixture(scope="session")
def few_telescopes(sst1m_dl1: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The 21 images of five telescopes in 10 events of 5 showers: tables of the other 65 take time to open."""
    target = tmp_path_factory.mktemp("few") / "few.dl1.h5"
    with tables.open_file(str(sst1m_dl1)) as whole, tables.open_file(str(target), "w") as few:
        for group in whole.walk_groups():
            path = group._v_pathname
            if path != "/":
                few.create_group(group._v_parent._v_pathname, group._v_name, createparents=True)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", tables.NaturalNameWarning)  # ctapipe's attributes have spaces
                group._v_attrs._f_copy(few.get_node(path))
            for table in group._f_iter_nodes("Table"):
                if not table.name.startswith("tel_") or table.name in FEW:
                    table.copy(few.get_node(path), table.name)
    return target


@pytest.fixture(scope="session")
def as_run() -> Callable[[Path, Path, int], Path]:
    """Copy a DL1 file as another run: source, target, obs_id."""

    def copy(dl1: Path, target: Path, obs_id: int) -> Path:
        shutil.copy(dl1, target)
        with tables.open_file(str(target), "a") as file:
            for table in file.walk_nodes("/", "Table"):
                if "obs_id" in table.colnames:
                    table.modify_column(column=[obs_id] * table.nrows, colname="obs_id")
        return target

    return copy
