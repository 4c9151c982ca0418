"""Handing runs to the workers of a Dask cluster and taking their outcomes as they end (giao việc cho cụm máy).

As many runs are on their way as the cluster has threads, so when a worker dies only the runs it was carrying out are
suspected: the scheduler gives them to others, and one under which its workers die again and again ends as killed.
Whoever reaches a scheduler can run programs on its workers: it belongs in a network of its own, or behind tls://.
"""

from __future__ import annotations

import logging
import queue
import re
import secrets
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ...vocabulary.errors import HosoError, UsageError
from ..batch import Order
from ..publishing import settle
from ..runs import Outcome, Run
from . import fitness
from .task import carry_out, notes, release, url_of

CONNECT_SECONDS: Final = 20.0
PATIENCE_SECONDS: Final = 300.0
"""How long a batch waits for a worker when there is none: a machine that starts again is back by then."""
_TICK_SECONDS: Final = 1.0
_ADDRESS: Final = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+):\d{1,5}")
_LOG: Final = logging.getLogger(__name__)
_LOUD: Final = (
    "distributed",
    "distributed.client",
    "distributed.core",
    "distributed.comm",
    "distributed.batched",
)


def run_on(scheduler: str, order: Order, runs: Sequence[Run], *, done: Callable[[Outcome], None]) -> None:
    """Has the runs carried out by the cluster of a scheduler (tcp://host:port, tls://…); `done` is told of each as it ends.

    Every run ends once: what a lost worker was doing is done by another. Reports go to `order.reports`, a folder that all
    machines share, or to the object store that it is the working copy of. UsageError for an address of another kind and
    without the extra `cluster`; HosoError when the scheduler cannot be reached, a worker does not fit, or none is left.
    """
    elsewhere = replace(order, kernels=None, folder=None, common=None)  # each machine has its own
    with _quiet(), _connected(scheduler) as client, _notes(elsewhere):
        batch = _Batch(client, elsewhere, url_of(order), done, deque(runs))
        try:
            batch.run()
        except (OSError, CancelledError) as error:
            raise HosoError(
                "mất kết nối với bộ điều phối của cụm máy",
                where=scheduler,
                remedy="kiểm tra bộ điều phối rồi chạy lại lệnh; báo cáo đã xong không phải làm lại",
            ) from error
        finally:
            batch.leave()


@dataclass
class _Batch:
    """Runs under way on a cluster."""

    client: Any
    order: Order
    address: str | None
    done: Callable[[Outcome], None]
    waiting: deque[Run]
    under_way: dict[Any, tuple[Run, frozenset[str]]] = field(default_factory=dict)
    ended: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)
    fit: set[str] = field(default_factory=set)
    unfit: set[str] = field(default_factory=set)
    alone_since: float | None = None

    def run(self) -> None:
        """Carries out all runs. Where a worker does not fit nothing runs; one that comes later is left out."""
        self.samples = list(self.waiting)
        for worker, lacks in self._examined(self._threads()).items():
            raise fitness.refused(worker, lacks, self.order)
        while self.waiting or self.under_way:
            self._give()
            with suppress(queue.Empty):
                self._take(self.ended.get(timeout=_TICK_SECONDS))

    def leave(self) -> None:
        """Takes back what nobody waits for any more, and has the workers take down what they kept for the batch."""
        with suppress(Exception):  # the scheduler may be gone
            self.client.cancel(list(self.under_way), force=True)
            self.client.run(release, on_error="ignore")

    # ── giving ──────────────────────────────────────────────────────────────────────────────────

    def _give(self) -> None:
        """Sends as many runs as there are free threads."""
        threads = self._fit_threads()
        self._recall(threads.keys())
        while self.waiting and len(self.under_way) < sum(threads.values()):
            self._submit(self.waiting.popleft(), frozenset(threads) if self.unfit else frozenset())

    def _submit(self, run: Run, only: frozenset[str]) -> None:
        key = f"hoso-{secrets.token_hex(8)}"  # the same run again is another task: nothing is taken from a cache
        where: dict[str, Any] = {"workers": sorted(only), "allow_other_workers": False} if only else {}
        future = self.client.submit(carry_out, self.order, run, self.address, key=key, pure=False, **where)
        self.under_way[future] = (run, only)
        future.add_done_callback(self.ended.put)

    def _recall(self, there: Any) -> None:
        """Runs that were given to workers all of which are gone since are given again."""
        for future, (run, only) in list(self.under_way.items()):
            if only and not only & set(there):
                del self.under_way[future]
                future.cancel()
                self.waiting.appendleft(run)

    def _fit_threads(self) -> dict[str, int]:
        """The workers that runs can be given to, with their threads. HosoError when there has been none for too long."""
        threads = self._threads()
        for worker, lacks in self._examined(threads).items():
            _LOG.warning("%s", fitness.refused(worker, lacks, self.order))
        found = {worker: threads[worker] for worker in threads if worker not in self.unfit}
        if found:
            self.alone_since = None
        elif self.alone_since is None:
            self.alone_since = time.monotonic()
        elif time.monotonic() - self.alone_since > PATIENCE_SECONDS:
            raise HosoError(
                "cụm máy không còn máy trạm nào",
                expected="ít nhất một máy trạm (dask worker)",
                remedy="khởi động máy trạm rồi chạy lại lệnh; báo cáo đã xong không phải làm lại",
            )
        return found

    def _threads(self) -> dict[str, int]:
        told = self.client.scheduler_info(n_workers=-1) if self.client.status == "running" else {}
        if "workers" not in told:
            raise ConnectionError  # it answers with nothing while it looks for a scheduler that is gone
        found: dict[str, Any] = told["workers"]
        return {worker: int(about["nthreads"]) for worker, about in found.items()}

    def _examined(self, threads: dict[str, int]) -> dict[str, str]:
        """What workers lack that have not been looked at before."""
        new = [worker for worker in threads if worker not in self.fit | self.unfit]
        if not new:
            return {}
        found = fitness.examine(self.client, self.order, self.address, self.samples, new)
        self.unfit |= found.keys()
        self.fit |= set(new) - found.keys()
        return found

    # ── taking ──────────────────────────────────────────────────────────────────────────────────

    def _take(self, future: Any) -> None:
        """What became of a run that has ended."""
        if future not in self.under_way:
            return  # recalled
        run, _ = self.under_way[future]
        outcome = self._outcome(future, run)
        if outcome is None:
            return
        del self.under_way[future]
        future.release()
        self.done(outcome)

    def _outcome(self, future: Any, run: Run) -> Outcome | None:
        """None while it is not known after all: the worker was lost with it, and another is finding out."""
        from distributed import KilledWorker

        try:
            found = future.result(timeout=_TICK_SECONDS)
        except TimeoutError:
            future.add_done_callback(self.ended.put)
            return None
        except KilledWorker as error:
            times = error.allowed_failures + 1
            with suppress(HosoError, OSError):
                settle(run, Path(self.order.reports))  # what the last of them had under way
            told = f"tiến trình lập báo cáo trên cụm máy dừng đột ngột {times} lần"
            return Outcome(run, "killed", messages=(told,))
        except CancelledError:
            raise
        except Exception as error:  # what carries out a run raises nothing: the worker could not even begin
            return self._not_begun(future, run, error)
        assert isinstance(found, Outcome)
        return found

    def _not_begun(self, future: Any, run: Run, error: Exception) -> Outcome | None:
        """A worker that came just now and does not fit: the run goes to another. Else the run has failed."""
        before = set(self.unfit)
        self._fit_threads()
        if self.unfit == before:
            return Outcome(run, "failed", messages=(f"không chạy được trên cụm máy: {type(error).__name__}",))
        del self.under_way[future]
        self.waiting.appendleft(run)
        return None


# ── the cluster ──────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _connected(scheduler: str) -> Iterator[Any]:
    if not _ADDRESS.fullmatch(scheduler):
        raise UsageError(
            "địa chỉ bộ điều phối không dùng được",
            where=scheduler,
            expected="tcp://máy:cổng hoặc tls://máy:cổng",
        )
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            "chưa cài phần chạy trên nhiều máy", where=scheduler, remedy='chạy: pip install "hoso[cluster]"'
        ) from error
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False, name="hoso")
    except (OSError, TimeoutError, ValueError) as error:
        raise HosoError(
            "không kết nối được với bộ điều phối của cụm máy",
            where=scheduler,
            remedy="khởi động bộ điều phối (dask scheduler) và kiểm tra địa chỉ, mạng",
        ) from error
    with client:
        yield client


@contextmanager
def _notes(order: Order) -> Iterator[None]:
    """The folder of the batch's notes, with a token by which a worker shows that it sees the same folder."""
    folder = notes(Path(order.reports), order.batch)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / fitness.TOKEN).write_text(secrets.token_hex(16), "utf-8")
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """What Dask logs of lost workers is told here, by outcomes and one line."""
    loggers = [logging.getLogger(name) for name in _LOUD]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
