"""Workers on this machine (các tiến trình): each gets the next run when it is done with one; a dead one is replaced.

What can heal is tried again, once: a run whose worker died, and later a run that another batch is making now. What a
notebook does is an outcome and is not tried again.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Final

from ...vocabulary.errors import HosoError
from ..runs import Outcome, Run
from .journal import Journal
from .order import Order
from .worker import BUSY, READY, work

_SECONDS_TO_STOP: Final = 10.0
_STILLBORN: Final = 3


@dataclass(frozen=True)
class Task:
    """A run on its way: how often it was lost, and whether to wait for another batch that makes it."""

    run: Run
    lost: int = 0
    wait: bool = False


@dataclass(eq=False)
class _Worker:
    process: BaseProcess
    pipe: Connection
    task: Task | None = None
    ready: bool = False  # whether it ever spoke


@dataclass
class Pool:
    """At most `jobs` workers, started when there is something to do."""

    order: Order
    jobs: int
    journal: Journal
    workers: list[_Worker] = field(default_factory=list)
    stillborn: int = 0

    def carry_out(self, runs: Iterator[Run], done: Callable[[Outcome], None]) -> None:
        """Has all runs carried out; `runs` is asked for the next when a worker is free."""
        again: deque[Task] = deque()
        later: deque[Task] = deque()
        feed = (Task(run) for run in runs)
        try:
            while self._give(feed, again, later):
                for worker in self._spoken():
                    self._take(worker, again, later, done)
        finally:
            self._stop()

    def _give(self, feed: Iterator[Task], again: deque[Task], later: deque[Task]) -> bool:
        """Gives every free worker its next task; False when nothing is left to do or to wait for."""
        while free := self._free():
            task = again.popleft() if again else next(feed, None)
            if task is None:
                task = later.popleft() if later else None
            if task is None:
                break
            self._send(free[0] if free[0] else self._start(), task)
        return any(worker.task for worker in self.workers)

    def _free(self) -> list[_Worker | None]:
        """The workers without a task; None for one that may still be started."""
        idle: list[_Worker | None] = [worker for worker in self.workers if worker.task is None]
        return idle or ([None] if len(self.workers) < self.jobs else [])

    def _send(self, worker: _Worker, task: Task) -> None:
        worker.task = task
        self.journal.write("waiting" if task.wait else "started", task.run, worker=worker.process.pid)
        with suppress(OSError):  # it died just now: its sentinel tells
            worker.pipe.send((task.run, task.wait))

    def _spoken(self) -> list[_Worker]:
        """The workers that have said something or have died."""
        heard = set(wait([end for w in self.workers for end in (w.pipe, w.process.sentinel)]))
        return [w for w in self.workers if w.pipe in heard or w.process.sentinel in heard]

    def _take(
        self, worker: _Worker, again: deque[Task], later: deque[Task], done: Callable[[Outcome], None]
    ) -> None:
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._lost(worker, again, done)
            return
        if answer == READY:
            worker.ready, self.stillborn = True, 0
            return
        task, worker.task = worker.task, None
        assert task is not None
        if answer == BUSY:
            later.append(Task(task.run, task.lost, wait=True))
        else:
            done(answer)

    def _lost(self, worker: _Worker, again: deque[Task], done: Callable[[Outcome], None]) -> None:
        """A worker died: another is started for its run, and for a second time not."""
        self.workers.remove(worker)
        worker.process.join()
        worker.pipe.close()
        self.stillborn += not worker.ready
        if self.stillborn >= _STILLBORN:
            raise HosoError(
                "không khởi động được tiến trình lập báo cáo",
                remedy="kiểm tra bộ nhớ của máy, hoặc chạy với --jobs 1",
            )
        if (task := worker.task) is None:
            return
        if task.lost:
            told = f"tiến trình lập báo cáo dừng đột ngột hai lần ({_end(worker.process.exitcode)})"
            done(Outcome(task.run, "killed", messages=(told,)))
        else:
            self.journal.write("retried", task.run, exit_code=worker.process.exitcode)
            again.append(Task(task.run, task.lost + 1, task.wait))

    def _start(self) -> _Worker:
        """A new worker. Python's own way of starting one takes what the parent runs (hoso, a test) as it is."""
        context = get_context("spawn")
        vars(sys.modules["__main__"]).setdefault("__spec__", None)  # %reset in a notebook takes it away
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(theirs, self.order, os.getpid()), daemon=True)
        with _no_interrupt():
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self.workers.append(worker)
        return worker

    def _stop(self) -> None:
        """Ends all workers: idle ones by closing their pipe, others by SIGTERM; one that does not follow is killed."""
        for worker in self.workers:
            worker.pipe.close()
            if worker.task is not None:
                worker.process.terminate()
        for worker in self.workers:
            worker.process.join(_SECONDS_TO_STOP)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self.workers.clear()


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl-C waits while a process is being started: the child inherits that, and is not struck before it can answer."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(code: int | None) -> str:
    return f"tín hiệu {-code}" if code is not None and code < 0 else f"mã thoát {code}"
