"""A second computation of the counts in plain Python, dossier by dossier; it shares no code with the library."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

Dossier = Mapping[str, Any]


def closed(d: Dossier) -> datetime | None:
    return d["finished"] if d["status"] in (7, 9, 10) else None


def counts(dossiers: list[Dossier], start: date, end: date) -> Counter[str]:
    """Form II.06a and its companions for a window, by the words of the law."""
    found: Counter[str] = Counter()
    for d in dossiers:
        received, due, status, ended = d["received"].date(), d["due"], d["status"], closed(d)
        if status == 3 and start <= received <= end:
            found["refused"] += 1
        if status in (1, 3):
            continue
        if due is not None and start <= due <= end:
            found["fell_due"] += 1
            found["fell_due_on_time"] += ended is not None and ended.date() <= due
        if received > end or (received < start and ended is not None and ended.date() < start):
            continue
        found["received"] += 1
        if received < start:
            found["carried_over"] += 1
        else:
            found["received_in_period"] += 1
            found[f"received_{d['channel']}"] += 1
            eligible = d["level"] in ("full", "partial")
            found["received_eligible"] += eligible
            found["received_eligible_online"] += eligible and d["channel"] == "online"
        found["supplement_requested"] += d["supplements"] > 0
        found["stopped"] += status == 8
        done = ended is not None and ended.date() <= end
        late = d["supplements"] > 1
        if done:
            assert ended is not None
            found["resolved"] += 1
            found["resolved_online"] += d["channel"] == "online"
            found["withdrawn"] += status == 7
            found[punctuality(ended, due, status)] += 1
            # a due date without a time lasts to the end of its day
            late = late or (
                status != 7 and due is not None and ended > datetime.combine(due, time(23, 59, 59))
            )
        else:
            found["pending"] += 1
            waits = status in (5, 6, 8)
            found["overdue"] += not waits and due is not None and due < end
            late = late or (not waits and due is not None and due <= end)
        found["in_time_by_clock"] += not late
    found["on_time"] = found["early"] + found["punctual"]
    found["pending_in_time"] = found["pending"] - found["overdue"]
    return found


def punctuality(ended: datetime, due: date | None, status: int) -> str:
    if status == 7 or due is None or ended.date() == due:
        return "punctual"
    return "early" if ended.date() < due else "late"
