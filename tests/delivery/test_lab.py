"""`hoso lab`: what it starts, for whom, and that an empty store is filled with the sample first."""

from pathlib import Path

import pytest

from hoso.delivery import lab as labs
from hoso.records.store import Store
from hoso.vocabulary.errors import UsageError
from hoso.vocabulary.workbook import Workbook
from tests import stores
from tests.delivery.conftest import Command

ROW = {"id": "H22-1", "received": "02/01/2024 08:00", "due": "10/01/2024", "finished": "09/01/2024 10:00"}


def test_it_serves_on_loopback_with_its_token(workbook: Path) -> None:
    """Nobody else on the network is let in, the token stays, and explore is what opens."""
    words = labs.lab(Workbook.find(), port=8899, browser=False, root=False).words
    assert {"--ServerApp.ip=127.0.0.1", "--ServerApp.port=8899", "--no-browser"} <= set(words)
    assert any(word.endswith("default_url=/lab/tree/explore.ipynb") for word in words)
    assert not [word for word in words if "token" in word.casefold() or word == "--allow-root"]


def test_the_notebooks_find_the_same_store(workbook: Path) -> None:
    """Kernels are started in other folders: they are told where root, store, reports and key lie."""
    served = labs.lab(Workbook.find())
    assert served.environment["HOSO_STORE"] == str(workbook / "store")
    assert served.environment["HOSO_KEY"] == str(workbook / "key")
    assert served.environment["HOSO_ROOT"] == str(Workbook.find().root)
    assert served.folder == Workbook.find().notebooks


def test_a_folder_without_notebooks_is_refused(tmp_path: Path) -> None:
    """Not a workbook: one line says what was looked for."""
    (tmp_path / "data" / "reference").mkdir(parents=True)
    with pytest.raises(UsageError, match="explore"):
        labs.lab(Workbook(tmp_path))


def test_a_store_is_empty_until_dossiers_come(workbook: Path) -> None:
    """No folder, no dossiers: empty; one import of dossiers: not."""
    assert labs.empty(Workbook.find())
    stores.prepare(workbook)
    assert labs.empty(Workbook.find())
    stores.load(workbook, [ROW])
    assert not labs.empty(Workbook.find())


def test_an_empty_store_is_filled_with_the_sample(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal's part of the sample, for its size: written, imported for its own province, each step told."""
    monkeypatch.setattr(Workbook, "sample", property(lambda self: workbook / "sample"))
    told: list[str] = []
    done = labs.fill(Workbook.find(), told.append, ("gia-lai", "ca-nuoc", "phu-tho"))
    kept = Store.open(workbook / "store").frame("imports")
    assert done == kept["file"].n_unique() > 5
    assert {"34-52", "34-25"} <= set(kept["province_id"])
    assert any("phu-tho" in line for line in told)


def test_the_command_is_there(hoso: Command) -> None:
    """`hoso lab --help` names its options."""
    code, out, _ = hoso("lab", "--help")
    assert code == 0
    assert "--sample" in out and "--port" in out
