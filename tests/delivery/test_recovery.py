"""Publishing all or nothing: killed at every step, on the disk, and what the next command makes of what was left."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hoso.delivery.outputs import sha256, write_json
from hoso.delivery.publishing import settle, staged, stages
from hoso.delivery.recovery import recover
from hoso.delivery.runs import Run
from hoso.vocabulary.errors import StoreError
from tests.delivery.small import CELLS, Small

FILES = ("small.html", "small/figures.json", "small/manifest.json")
GONE = ("small.pdf", "small/failed.json")
STEPS = ("replace", "unlink", "fsync", "mkdir", "rmdir")
OLD, NEW = b"the report before", b"the report after"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = Small(tmp_path_factory.mktemp("names"))
    (place.folder / "data" / "reference").mkdir(parents=True)
    return place.write(CELLS).run


def publish(run: Run, reports: Path, content: bytes) -> None:
    """A set of files published as a run does, the manifest with the digests of the others."""
    with staged(run, reports) as stage:
        (stage.folder / "small").mkdir()
        for name in FILES[:-1]:
            (stage.folder / name).write_bytes(content + name.encode())
        write_json(stage.folder / FILES[-1], {name: sha256(stage.folder / name) for name in FILES[:-1]})
        stage.commit(FILES, GONE)


def seen(run: Run, reports: Path) -> dict[str, bytes]:
    """Every file a reader can reach."""
    files = (path for path in reports.rglob("*") if path.is_file() and ".hoso" not in path.parts)
    return {path.relative_to(run.folder(reports)).as_posix(): path.read_bytes() for path in sorted(files)}


@pytest.fixture
def before(run: Run, tmp_path: Path) -> Path:
    """A folder of reports with one set published, a document in another format and a note of a failure beside it."""
    reports = tmp_path / "reports"
    publish(run, reports, OLD)
    for name in GONE:
        (run.folder(reports) / name).write_bytes(OLD)
    return reports


def killed(work: Callable[[], None], at: int) -> bool:
    """Does the work in a child that dies by SIGKILL just before its step number `at`; whether it came so far."""
    child = os.fork()
    if child == 0:
        _die_at(at)
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _die_at(at: int) -> None:
    """Counts what changes the disk; the step asked for is not done any more."""
    steps = iter(range(at))

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*given: Any, **options: Any) -> Any:
            if next(steps, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **options)

        return step

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))


def steps_of(run: Run, reports: Path, folder: Path) -> Iterator[Path]:
    """Copies of the folder, each left by a process killed one step later, until one comes through."""
    for at in range(200):
        copy = folder / str(at)
        shutil.copytree(reports, copy)
        if not killed(lambda copy=copy: publish(run, copy, NEW), at):  # type: ignore[misc]
            return
        yield copy
    raise AssertionError("never came through")


def test_killed_at_any_step_a_set_is_the_old_one_or_the_new_one(
    run: Run, before: Path, tmp_path: Path
) -> None:
    """Whatever step the kill comes at: no half file for a reader then, and after recovery one whole set, never a mixture.
    What was committed is published; what was not leaves the old set with all that lay beside it, byte for byte."""
    old = seen(run, before)
    publish(run, shutil.copytree(before, tmp_path / "whole"), NEW)
    new = seen(run, tmp_path / "whole")
    assert len(old) == 5 and len(new) == 3 and not set(old.items()) & set(new.items())
    ends = []
    for reports in steps_of(run, before, tmp_path / "killed"):
        now = seen(run, reports).items()
        assert now <= old.items() | new.items()
        told = recover(reports)
        after = seen(run, reports)
        assert after in (old, new)
        assert list(stages(reports).iterdir()) == []
        assert len(told) <= 1
        ends.append(after == new)
        if now & new.items() and now != new.items():  # it had begun to go live
            assert "đã hoàn tất việc phát hành" in told[0]
    assert len(ends) > 15
    assert ends == sorted(ends)  # once committed, always published
    assert {True, False} == set(ends)


def test_the_next_run_of_the_same_report_settles_it_too(run: Run, before: Path, tmp_path: Path) -> None:
    """A run need not wait for `recover`: what its own report left is carried out before it looks at anything."""
    ends = set()
    for reports in steps_of(run, before, tmp_path / "killed"):
        found = settle(run, reports)
        ends.add(found)
        publish(run, reports, b"later still")
        assert set(seen(run, reports)) == set(FILES)
        assert recover(reports) == []
    assert ends == {None, "removed", "published"}


def test_a_kill_while_recovering_is_recovered(run: Run, before: Path, tmp_path: Path) -> None:
    """Carrying out is done again from the start as often as it takes."""
    committed = next(
        copy
        for copy in steps_of(run, before, tmp_path / "killed")
        if list(stages(copy).glob("*/commit.json"))
    )
    publish(run, shutil.copytree(before, tmp_path / "whole"), NEW)
    for at in range(100):
        copy = shutil.copytree(committed, tmp_path / "again" / str(at))
        came = not killed(lambda copy=copy: recover(copy) and None, at)  # type: ignore[misc]
        recover(copy)
        assert seen(run, copy) == seen(run, tmp_path / "whole")
        if came:
            return
    raise AssertionError("never came through")


def test_recovery_leaves_a_living_run_alone(run: Run, before: Path) -> None:
    """Beside a running batch: the stage of a living process stays, and its set goes live afterwards."""
    with staged(run, before) as stage:
        (stage.folder / "half").write_bytes(NEW)
        child = os.fork()
        if child == 0:
            os._exit(len(recover(before)))
        assert os.waitpid(child, 0)[1] == 0
        assert (stage.folder / "half").read_bytes() == NEW
    assert list(stages(before).iterdir()) == []


def test_two_processes_do_not_make_the_same_report_at_once(run: Run, before: Path) -> None:
    """Who comes second is told so in one line, and takes nothing from the first."""
    with staged(run, before):
        child = os.fork()
        if child == 0:
            try:
                publish(run, before, NEW)
            except StoreError as error:
                os._exit(len(str(error).splitlines()))
            os._exit(9)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    publish(run, before, NEW)


def test_a_run_that_gives_up_leaves_nothing(run: Run, before: Path) -> None:
    """An error in the midst: the old set stays, no stage and no lock remain."""
    old = seen(run, before)
    with pytest.raises(ZeroDivisionError), staged(run, before) as stage:
        (stage.folder / "half").write_bytes(NEW)
        raise ZeroDivisionError
    assert seen(run, before) == old
    assert list(stages(before).iterdir()) == []


def test_nothing_to_recover_says_nothing(tmp_path: Path) -> None:
    """No reports folder, no stage: no line, and nothing is made."""
    assert recover(tmp_path / "none") == []
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("path", ["../out.html", "/out.html", "small/../../out.html"])
def test_a_note_that_leads_elsewhere_is_not_carried_out(run: Run, before: Path, path: str) -> None:
    """A damaged note renames nothing outside the reports; one line says where it lies."""
    stage = stages(before) / "ha-giang~2024-9M~small"
    stage.mkdir()
    write_json(stage / "commit.json", {"place": run.place, "files": [path], "gone": []})
    told = recover(before)
    assert len(told) == 1 and "chưa phục hồi được" in told[0]
    assert (stage / "commit.json").is_file()


def test_the_private_folder_is_the_owners_alone(run: Run, before: Path) -> None:
    """What is being made, dossiers of a failing notebook among it, is for nobody else on the machine."""
    with staged(run, before) as stage:
        private = [
            path for path in (stage.folder, *stage.folder.parents) if path.is_relative_to(before / ".hoso")
        ]
        assert len(private) == 3
        assert {path.stat().st_mode & 0o777 for path in private} == {0o700}
