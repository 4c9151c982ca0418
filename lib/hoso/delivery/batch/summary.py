"""What became of a batch (kết quả chung): counts by status, the failures by name, the exit code that follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from ...vocabulary.errors import NoDataError
from ..runs import FAILURES, Outcome

INTERRUPTED: Final = 130
"""The shell's exit code of a command stopped by Ctrl-C."""
_MESSAGES: Final = 3


@dataclass
class Summary:
    """A batch as far as it came."""

    batch: str
    asked: int
    command: str = ""
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    interrupted: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many runs ended in each status."""
        return dict(Counter(outcome.status for outcome in self.outcomes))

    @property
    def failed(self) -> Sequence[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.status in FAILURES]

    @property
    def seconds(self) -> float:
        return ((self.ended or datetime.now(UTC)) - self.started).total_seconds()

    @property
    def exit_code(self) -> int:
        """0 all done, 1 something failed, 3 there were data for none, 130 interrupted."""
        if self.interrupted:
            return INTERRUPTED
        if self.failed:
            return 1
        return NoDataError.exit_code if set(self.counts) == {"no_data"} else 0

    def as_dict(self) -> dict[str, Any]:
        """Fit for JSON: batch, started, ended, seconds, counts, failed, command; asked and interrupted beside."""
        return {
            "batch": self.batch,
            "started": self.started.isoformat(timespec="seconds"),
            "ended": self.ended.isoformat(timespec="seconds") if self.ended else None,
            "seconds": round(self.seconds, 1),
            "asked": self.asked,
            "interrupted": self.interrupted,
            "counts": self.counts,
            "failed": [
                {
                    "run": str(outcome.run),
                    "status": outcome.status,
                    "messages": list(outcome.messages[:_MESSAGES]),
                }
                for outcome in self.failed
            ],
            "command": self.command,
        }
