"""One lock for each report: who holds it, who waits, and that the dead hold nothing."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hoso.delivery.batch import locks
from hoso.delivery.batch.locks import Busy, locked

HOLD = """
import sys
from pathlib import Path
from hoso.delivery.batch.locks import locked
with locked(Path(sys.argv[1]), "a"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["range", "file"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A byte of one file, and a file each, as where the kernel has no locks of an open file."""
    if request.param == "file":
        monkeypatch.setattr(locks, "_SET", None)
    return str(request.param)


def test_a_report_is_made_by_one_at_a_time(tmp_path: Path, way: str) -> None:
    """The same name is held once, also among the threads of one process; another name is free; afterwards it is free again."""
    refused: list[str] = []

    def other(name: str) -> None:
        try:
            with locked(tmp_path, name, wait=False):
                pass
        except Busy:
            refused.append(name)

    with locked(tmp_path, "a"):
        for name in ("a", "b"):
            thread = threading.Thread(target=other, args=(name,))
            thread.start()
            thread.join()
    other("a")
    assert refused == ["a"]


def test_who_waits_gets_it_when_the_holder_is_done(tmp_path: Path, way: str) -> None:
    """With `wait` nobody is refused: they come one after the other."""
    inside: list[int] = []

    def other() -> None:
        with locked(tmp_path, "a"):
            inside.append(2)

    thread = threading.Thread(target=other)
    with locked(tmp_path, "a"):
        thread.start()
        thread.join(0.2)
        inside.append(1)
    thread.join()
    assert inside == [1, 2]


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    """Killed by -9 it lets go of nothing itself; the kernel does."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdin is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(Busy), locked(tmp_path, "a", wait=False):
        pass
    holder.kill()
    holder.wait()
    holder.stdin.close()
    holder.stdout.close()
    with locked(tmp_path, "a", wait=False):
        pass


def test_locks_lie_where_nobody_else_reads(tmp_path: Path) -> None:
    """The folder of the program's own files is its owner's alone."""
    with locked(tmp_path / "reports", "a"):
        assert (tmp_path / "reports" / ".hoso").stat().st_mode & 0o777 == 0o700
