"""How many reports a machine makes at once (số tiến trình): as many as it has cores for, and memory."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

MEMORY: Final = 700 * 2**20
"""Bytes a worker and the notebook it runs take at most in ordinary reports; a review of a large province comes near."""
_ROOT: Final = Path("/")


def usual_jobs(root: Path = _ROOT) -> int:
    """Workers for this machine: one a core that this process may use, fewer where memory is short; never none.

    `root`: where proc and sys lie. A container's own limits count as the machine's.
    """
    jobs = _cores(root)
    memory = _memory(root)
    return max(1, jobs if memory is None else min(jobs, memory // MEMORY))


def _cores(root: Path) -> int:
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError, ZeroDivisionError):
        quota, every = (root / "sys/fs/cgroup/cpu.max").read_text().split()
        if quota != "max":
            return max(1, min(allowed, int(quota) // int(every)))
    return allowed


def _memory(root: Path) -> int | None:
    """Free bytes: of the machine, and of the container where that has less; None where nothing tells."""
    free = [free for free in (_machine(root), _container(root)) if free is not None]
    return min(free, default=None)


def _machine(root: Path) -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in (root / "proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _container(root: Path) -> int | None:
    folder = root / "sys/fs/cgroup"
    with suppress(OSError, ValueError):
        return int((folder / "memory.max").read_text()) - int((folder / "memory.current").read_text())
    return None
