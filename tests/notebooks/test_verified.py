"""Every notebook's run on the sample as it was published, with real files, and every figure of it recomputed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hoso.delivery import cli
from tests.published import RUNS, STEMS, report_of


@pytest.mark.parametrize(("name", "given"), RUNS, ids=STEMS)
def test_verify_recomputes_every_figure(
    name: str,
    given: dict[str, str],
    whole_sample: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its figures and files proved again; exit code 0, and verify has not a word of complaint."""
    made = report_of(whole_sample, name, given)
    monkeypatch.setenv("HOSO_STORE", str(whole_sample / "store"))
    monkeypatch.setattr(sys, "argv", ["hoso", "verify", str(made.figures)])
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert (ended.value.code, capfd.readouterr().err) == (0, "")
