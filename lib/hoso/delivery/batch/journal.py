"""The log of a batch (nhật ký): reports/.hoso/log/<batch>.jsonl, a JSON object a line, for whoever watches over it.

Events: batch_started, started, waiting, retried, finished, batch_ended. It names runs and tells how they ended; what a
notebook said when it failed may quote data, so that is in its folder alone and never here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import Any, Final

from ..publishing import PRIVATE
from ..runs import Outcome, Run

KEPT: Final = timedelta(days=90)


@dataclass(frozen=True)
class Journal:
    """An open log; a disk that is full or closed to writing costs the log, not the batch."""

    file: FileIO | None
    batch: str

    @classmethod
    @contextmanager
    def opened(cls, reports: Path, batch: str) -> Iterator[Journal]:
        """The log of a new batch; those older than `KEPT` are taken away."""
        folder = reports / PRIVATE / "log"
        file = None
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _forget(folder)
            file = (folder / f"{batch}.jsonl").open("ab", buffering=0)
        try:
            yield cls(file, batch)
        finally:
            if file is not None:
                file.close()

    def write(self, event: str, run: Run | None = None, **more: Any) -> None:
        """One line, written at once: it is there when the process is killed the next moment."""
        line = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "batch": self.batch,
            "event": event,
        }
        line |= {"run": str(run)} if run else {}
        if self.file is not None:
            with suppress(OSError):
                self.file.write((json.dumps(line | more, ensure_ascii=False) + "\n").encode())

    def finished(self, outcome: Outcome) -> None:
        """How a run ended and what it cost."""
        self.write(
            "finished",
            outcome.run,
            status=outcome.status,
            seconds=round(outcome.seconds, 3),
            cpu_seconds=round(outcome.cpu_seconds, 3),
            peak_bytes=outcome.peak_bytes,
        )


def _forget(folder: Path) -> None:
    oldest = time.time() - KEPT.total_seconds()
    for file in folder.glob("*.jsonl"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
