"""A workbook of its own for each test: store, reports and key in a temporary folder, notebooks and reference the real ones."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hoso.delivery import cli
from tests.delivery import servers

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds the store, the reports and the key."""
    monkeypatch.setenv("HOSO_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("HOSO_REPORTS", str(tmp_path / "reports"))
    monkeypatch.setenv("HOSO_KEY", str(tmp_path / "key"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def hoso(workbook: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command as the shell would: its exit code, standard output and standard error."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["hoso", *map(str, words)])
        capfd.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as error:
            code = int(error.code or 0)
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, servers.Gate]]:
    """The address of the gate before an S3 server, and the gate."""
    with servers.s3(tmp_path_factory.mktemp("s3")) as endpoint, servers.gate(endpoint) as opened:
        yield opened
