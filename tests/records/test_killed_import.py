"""An import that is killed at any moment: the store is as before or as after it, and the next import heals it."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from hoso.records import importer, keys, pieces
from hoso.records.store import Store
from tests.records.test_importer import facts, rows
from tests.stores import data, load, prepare

# A moment is the call of a function after which, or before which, the system kills the process.
KILLED = """
import os, signal, sys
from pathlib import Path
from hoso.records import catalogue, importer, keys, ledger, merge
from hoso.records.store import Store
from tests.records.test_importer import rows
from tests.stores import load
PLACES = {"merge.prepare": (merge, "prepare"), "merge._written": (merge, "_written"), "keys.remember": (keys, "remember"),
          "Store.commit": (Store, "commit"), "ledger.rebuild": (ledger, "rebuild"), "catalogue.commit": (catalogue, "commit"),
          "Store.write": (Store, "write")}
folder, when, place, nth = Path(sys.argv[1]), sys.argv[2], *sys.argv[3].split("#")
home, name = PLACES[place]
real, calls = getattr(home, name), []
def dying(*given, **named):
    calls.append(1)
    last = len(calls) == int(nth)
    if last and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    made = real(*given, **named)
    if last:
        os.kill(os.getpid(), signal.SIGKILL)
    return made
setattr(home, name, dying)
load(folder, [*rows(3, 1, finished="20/01/2024 09:00"), *rows(2, 10, received="05/02/2024 08:00", due="", finished="")], "second.csv")
"""
MOMENTS = (
    ("after", "merge.prepare#1"),  # the rows wait on the disk
    ("before", "keys.remember#1"),  # the months are written, nothing points to them
    ("after", "keys.remember#1"),
    ("before", "Store.commit#1"),
    ("after", "Store.commit#1"),  # the facts are live; imports and ledger are not yet
    ("before", "ledger.rebuild#1"),
    ("after", "Store.commit#2"),  # the ledger is live; the process had only its folder to remove
)
OLD, NEW = (4, 0), (6, 3)  # dossiers received, and late, by the ledger


def state(folder: Path) -> tuple[int, int]:
    daily = data(folder).daily
    return int(daily["received_all"].sum()), int(daily["late"].sum())


def second(folder: Path) -> importer.Import:
    late = rows(3, 1, finished="20/01/2024 09:00")
    return load(folder, [*late, *rows(2, 10, received="05/02/2024 08:00", due="", finished="")], "second.csv")


@pytest.mark.parametrize(("when", "place"), MOMENTS)
def test_a_killed_import_leaves_the_old_or_the_new_state(tmp_path: Path, when: str, place: str) -> None:
    """After SIGKILL readers see all of the import or nothing; imported again, all is as if nothing had happened."""
    load(tmp_path, rows(4), "first.csv")
    died = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), when, place],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert state(tmp_path) in (OLD, NEW)
    again = second(tmp_path)
    assert again.read == 5
    assert state(tmp_path) == NEW
    assert facts(tmp_path)["dossier"].n_unique() == facts(tmp_path).height == 6
    assert prepare(tmp_path).frame("imports")["file"].to_list().count("second.csv") == 1
    assert not list((tmp_path / "store" / "private").glob("incoming-*"))
    known = keys.recall(tmp_path / "store" / "private", "63-02", facts(tmp_path)["dossier"].to_list())
    assert len(known) == 6


def test_the_folder_of_a_living_import_stays(tmp_path: Path) -> None:
    """Who clears away takes what a killed import left, never what a living one, here another process, holds."""
    holds = "import sys; from pathlib import Path; from hoso.records import pieces\n"
    holds += "with pieces.folder(Path(sys.argv[1])) as made: print(made, flush=True); sys.stdin.read()"
    living = subprocess.Popen(
        [sys.executable, "-c", holds, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert living.stdout is not None
    made = Path(living.stdout.readline().strip())
    assert made.stat().st_mode & 0o777 == 0o700
    pieces.clear(tmp_path)
    assert made.is_dir()
    living.kill()
    living.communicate()
    assert made.is_dir()
    pieces.clear(tmp_path)
    assert not made.exists()


def test_nothing_is_cleared_away_while_a_folder_gets_its_owner(tmp_path: Path) -> None:
    """Between the making of a folder and its lock nobody may take it for a dead import's: both go under one guard."""
    with FileLock(tmp_path / ".incoming.lock"):
        (tmp_path / "incoming-x").mkdir()
        clearing = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys; from pathlib import Path; from hoso.records import pieces; print('go', flush=True); "
                "pieces.clear(Path(sys.argv[1]))",
                str(tmp_path),
            ],
            stdout=subprocess.PIPE,
        )
        assert clearing.stdout is not None
        clearing.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            clearing.wait(0.5)
        lock = FileLock(tmp_path / "incoming-x" / "owner.lock")
        lock.acquire()
    assert clearing.wait(60) == 0
    assert (tmp_path / "incoming-x").is_dir()
    lock.release()


def test_the_facts_keep_their_history(tmp_path: Path) -> None:
    """The facts' table says itself that no commit is ever forgotten, as every other table of the store does."""
    load(tmp_path, rows(2))
    entry = tmp_path / "store" / "facts" / "_delta_log" / f"{0:020d}.json"
    (told,) = [
        json.loads(line)["metaData"] for line in entry.read_text("utf-8").splitlines() if "metaData" in line
    ]
    assert told["configuration"]["delta.enableExpiredLogCleanup"] == "false"
    assert Store.open(tmp_path / "store").history("facts")[0].version == 0
