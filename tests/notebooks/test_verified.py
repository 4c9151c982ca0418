"""Every notebook's run on the sample through the command, with real files, and every figure of it recomputed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hoso.delivery import cli
from tests.notebooks.runner import parameters, published
from tests.notebooks.sample_units import UNITS

PORTAL = [name for name in ("scorecard", "disclosure", "unit") if name in published()]
RUNS = [*((name, parameters(name)) for name in published()), *((name, {
    "province": "gia-lai", "period": "2026@calendar", **({"unit": UNITS["gia-lai"]} if name == "unit" else {}),
}) for name in PORTAL)]  # fmt: skip


@pytest.fixture(scope="module")
def reports(whole_sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of reports on the whole sample."""
    folder = tmp_path_factory.mktemp("verified")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOSO_STORE", str(whole_sample / "store"))
        patch.setenv("HOSO_KEY", str(whole_sample / "key"))
        patch.setenv("HOSO_REPORTS", str(folder / "reports"))
        yield folder / "reports"


def hoso(*words: object) -> int:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sys, "argv", ["hoso", *map(str, words)])
        try:
            cli.main()
        except SystemExit as error:
            return int(error.code or 0)
    return 0


@pytest.mark.parametrize(
    ("name", "given"), RUNS, ids=[f"{name}-{given.get('province')}" for name, given in RUNS]
)
def test_verify_recomputes_every_figure(
    name: str, given: dict[str, str], reports: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Published as HTML, its figures and files proved again; exit codes 0, and verify has not a word of complaint."""
    place = given.get("province", "ca-nuoc")
    options = [
        word for key, value in given.items() if value and key != "province" for word in (f"--{key}", value)
    ]
    where = [] if "province" not in given else ["--province", place]
    assert hoso("report", name, *where, *options, "--formats", "html") == 0
    capfd.readouterr()
    folder = reports / place / given["period"] / name
    file = folder / given["unit"] / "figures.json" if given.get("unit") else folder / "figures.json"
    assert (hoso("verify", file), capfd.readouterr().err) == (0, "")
