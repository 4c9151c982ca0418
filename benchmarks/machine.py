"""What the machine is, and what a tree of processes takes of it: CPU seconds, wall seconds, memory.

CPU is that of a control group of our own (kernel accounting, cgroup v1 or v2), so a process that nobody waited for is
counted too. Where no group can be made, the times of all living descendants and of the children they reaped are added up;
this process then adopts orphans, so that they are not lost.
"""

from __future__ import annotations

import ctypes
import os
import platform
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
CORES: Final = len(os.sched_getaffinity(0))
_GROUPS: Final = Path("/sys/fs/cgroup")
_NAME: Final = "hoso-benchmark"
_CHILD_SUBREAPER: Final = 36  # PR_SET_CHILD_SUBREAPER


@dataclass(frozen=True)
class Cost:
    """What something took. `foreign`: how many cores other programs kept busy meanwhile.

    `stolen`: how many a virtual machine was not given though it had work for them. Where much is stolen, CPU seconds are
    dear too: what is given is shared.
    """

    wall: float
    cpu: float
    foreign: float
    stolen: float = 0.0

    def __str__(self) -> str:
        return f"{self.wall:.1f} s wall, {self.cpu:.1f} CPU s, foreign {self.foreign:.2f} cores, stolen {self.stolen:.2f}"


def described() -> str:
    """Machine, date and load, as a table's heading needs them."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "?")
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{date.today():%d/%m/%Y}, {CORES} cores ({model}), {gigabytes:.0f} GiB, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}, CPU counted by {_counted_by()}"
    )


# ── CPU ──────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def own_group() -> Iterator[None]:
    """This process and all it starts in a group of their own, where the machine lets us; else as adopter of orphans."""
    home = next((group for group in _own_groups() if _can_divide(group)), None)
    if home is None:
        ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
        yield
        return
    inner = home / f"{_NAME}-{os.getpid()}"
    inner.mkdir()
    (inner / "cgroup.procs").write_text(str(os.getpid()))
    try:
        yield
    finally:
        (home / "cgroup.procs").write_text(str(os.getpid()))
        with suppress(OSError):  # a process of ours still lives in it
            inner.rmdir()


def _own_groups() -> Iterator[Path]:
    for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
        _, names, path = line.split(":", 2)
        if "cpuacct" in names.split(","):
            yield _GROUPS / "cpuacct" / path.lstrip("/")
        elif not names:
            yield _GROUPS / path.lstrip("/")


def _can_divide(group: Path) -> bool:
    return (group / "cgroup.procs").is_file() and os.access(group, os.W_OK) and _usage(group) is not None


def _usage(group: Path) -> float | None:
    """CPU seconds of a group so far."""
    with suppress(OSError):
        return int((group / "cpuacct.usage").read_text()) / 1e9
    with suppress(OSError):
        words = (group / "cpu.stat").read_text().split()
        return int(words[words.index("usage_usec") + 1]) / 1e6
    return None


def _entered() -> Path | None:
    """The group `own_group` made, as this process or one below it finds it."""
    return next((group for group in _own_groups() if group.name.startswith(_NAME)), None)


def _counted_by() -> str:
    return "control group" if _entered() else "process times"


def cpu() -> float:
    """CPU seconds of this process and everything it ever started."""
    group = _entered()
    found = _usage(group) if group else None
    return _tree_seconds() if found is None else found


def _tree_seconds() -> float:
    times = os.times()  # own, and of the children this process reaped
    return times.user + times.system + times.children_user + times.children_system + _living()


def _living() -> float:
    """Of all living descendants: their own seconds and those of children they reaped."""
    return sum(sum(fields[11:15]) for fields in map(_numbers, descendants()) if fields) / TICKS


def _numbers(pid: int) -> list[int]:
    """The fields of /proc/PID/stat after the name, the state as 0; none for a process that has gone."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return [0, *map(int, words[1:])]
    return []


def descendants(root: int | None = None) -> list[int]:
    """All processes below one, this one by default."""
    below: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (fields := _numbers(int(folder.name))):
            below.setdefault(fields[1], []).append(int(folder.name))
    found = list(below.get(root or os.getpid(), ()))
    for pid in found:  # grows while it is gone through
        found += below.get(pid, ())
    return found


def measured(call: Callable[[], object], *, own: bool = False) -> Cost:
    """What a call took; without `own` less what this process itself did meanwhile (looking on, sampling)."""
    (busy, stolen), spent, mine, start = _busy(), cpu(), time.process_time(), time.perf_counter()
    call()
    wall = time.perf_counter() - start
    total, (busy_now, stolen_now) = cpu() - spent, _busy()
    foreign = max(0.0, (busy_now - busy - total) / wall)
    own_cpu = total if own else total - (time.process_time() - mine)
    return Cost(wall, own_cpu, foreign, (stolen_now - stolen) / wall)


def _busy() -> tuple[float, float]:
    """CPU seconds of the whole machine, all programs; and those that it was not given."""
    words = Path("/proc/stat").read_text("utf-8").split(maxsplit=10)
    user, nice, system, _idle, _wait, hard, soft, stolen = map(int, words[1:9])
    return (user + nice + system + hard + soft) / TICKS, stolen / TICKS


# ── memory ───────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Memory:
    """The memory of everything below this process, sampled while it is entered: proportional set size, so that what
    forks share counts once. `samples`: seconds since the start, MiB, number of processes."""

    every: float = 1.0
    samples: list[tuple[float, float, int]] = field(default_factory=list)

    def __enter__(self) -> Memory:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        start = time.perf_counter()
        while not self._ended.wait(self.every):
            sizes = [size for pid in descendants() if (size := pss(pid))]
            self.samples.append((time.perf_counter() - start, sum(sizes), len(sizes)))

    def of(self, first: float, last: float) -> tuple[float, float]:
        """Mean and peak MiB of the samples between two fractions of the time; zeros where there is none."""
        end = self.samples[-1][0] if self.samples else 0.0
        part = [size for moment, size, _ in self.samples if first * end <= moment <= last * end]
        return (sum(part) / len(part), max(part)) if part else (0.0, 0.0)


def pss(pid: int) -> float:
    """MiB of a process, shared pages by share; 0 for one that has gone."""
    with suppress(OSError, ValueError):
        words = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").split()
        return int(words[words.index("Pss:") + 1]) / 1024
    return 0.0
