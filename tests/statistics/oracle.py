"""A second computation of the counts in plain Python, dossier by dossier; it shares no code with the library.

A dossier is a dict: received, due, finished (datetimes; due may be a date, which lasts to its end), status, channel, level
(of the service), supplements; where drawn also unit, tier (level of government), field, procedure, fee, paid, minutes, and
one key a digitisation flag.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

Dossier = Mapping[str, Any]
FLAGS = ("digitised", "reused", "electronic_result", "synced", "authenticated", "citizen_data")

# Each rate's fraction, by the words of the law.
RATES = {
    ("on_time_rate", "06a"): ("on_time", "resolved"),
    ("on_time_rate", "766"): ("in_time_by_clock", "received"),
    ("on_time_rate", "due"): ("fell_due_on_time", "fell_due"),
    ("on_time_rate", "06a_without_withdrawn"): ("processed_on_time", "processed"),
    ("on_time_rate", "received"): ("in_time", "received"),
    ("clearance_rate", "06a"): ("resolved", "received"),
    ("online_rate", "received"): ("received_online", "received_in_period"),
    ("online_rate", "resolved"): ("resolved_online", "resolved"),
    ("online_rate", "eligible"): ("received_eligible_online", "received_eligible"),
    ("online_rate", "full"): ("received_full_online", "received_full"),
    ("online_payment_rate", "766"): ("received_fee_paid", "received_fee"),
    ("online_payment_rate", "received"): ("received_fee_paid", "received_with_fee"),
    ("electronic_result_rate", "resolved"): ("resolved_electronic_result", "resolved"),
    **{
        (rate, variant): (f"true_{flag}", below.format(flag))
        for rate, flag in zip(
            ("digitised_rate", "reuse_rate", "electronic_result_rate", "sync_rate", "authenticated_rate", "citizen_data_rate"),
            FLAGS, strict=True,
        )
        for variant, below in (("766", "known_{}"), ("received", "received"))
    },
}  # fmt: skip
PROCEDURE_RATES = {
    ("online_service_rate", "procedures"): ("procedures_online", "procedures"),
    ("online_service_rate", "full"): ("procedures_full", "procedures"),
    ("online_service_rate", "partial"): ("procedures_partial", "procedures"),
    ("online_service_rate", "full_of_online"): ("procedures_full", "procedures_online"),
    ("online_service_used_rate", "procedures"): ("procedures_online_used", "procedures_online"),
    ("online_payment_service_rate", "procedures"): ("procedures_fee_online", "procedures_fee"),
    ("online_payment_service_used_rate", "procedures"): ("procedures_fee_paid", "procedures_fee"),
    ("citizen_data_procedure_rate", "procedures"): ("procedures_citizen_data", "procedures"),
}


def closed(d: Dossier) -> datetime | None:
    """When it stopped being pending."""
    return (d["finished"] or d.get("returned")) if d["status"] in (7, 9, 10) else None


def due_day(d: Dossier) -> date | None:
    due = d["due"]
    return due.date() if isinstance(due, datetime) else due


def due_minute(d: Dossier) -> datetime | None:
    due = d["due"]
    return (
        datetime.combine(due, time(23, 59, 59)) if due is not None and not isinstance(due, datetime) else due
    )


def is_of(d: Dossier, start: date, end: date) -> bool:
    """Received in the window, or before it and still open on its first day."""
    received, ended = d["received"].date(), closed(d)
    if d["status"] in (1, 3) or received > end:
        return False
    return bool(received >= start or ended is None or ended.date() >= start)


def counts(dossiers: Iterable[Dossier], start: date, end: date) -> Counter[str]:
    """Form II.06a and its companions for a window, by the words of the law."""
    found: Counter[str] = Counter()
    for d in dossiers:
        received, due, status, ended = d["received"].date(), due_day(d), d["status"], closed(d)
        if status == 3 and start <= received <= end:
            found["refused"] += 1
        if status in (1, 3):
            continue
        if due is not None and start <= due <= end:
            found["fell_due"] += 1
            found["fell_due_on_time"] += ended is not None and ended.date() <= due
        if not is_of(d, start, end):
            continue
        found["received"] += 1
        found["carried_over"] += received < start
        if received >= start:
            _count_received(found, d)
        for flag in FLAGS:
            found[f"known_{flag}"] += d.get(flag) is not None
            found[f"true_{flag}"] += d.get(flag) is True
        found["supplement_requested"] += (d["supplements"] or 0) > 0
        found["stopped"] += status == 8
        found["awaiting_payment"] += status == 6
        found["waiting"] += status in (5, 6, 8)
        if ended is not None and ended.date() <= end:
            _count_resolved(found, d, ended)
        else:
            _count_pending(found, d, end)
    found["on_time"] = found["early"] + found["punctual"]
    found["processed_on_time"] = found["on_time"] - found["withdrawn"]
    found["pending_in_time"] = found["pending"] - found["overdue"]
    found["in_time"] = found["received"] - found["late"] - found["overdue"]
    return found


def _count_received(found: Counter[str], d: Dossier) -> None:
    online, fee, paid = d["channel"] == "online", d.get("fee") is True, d.get("paid")
    found["received_in_period"] += 1
    found[f"received_{d['channel']}"] += 1
    found["received_eligible"] += d["level"] in ("full", "partial")
    found["received_eligible_online"] += d["level"] in ("full", "partial") and online
    found["received_full"] += d["level"] == "full"
    found["received_full_online"] += d["level"] == "full" and online
    found["received_with_fee"] += fee
    found["received_fee"] += fee and paid is not None
    found["received_fee_paid"] += fee and paid is True


def _count_resolved(found: Counter[str], d: Dossier, ended: datetime) -> None:
    status, due, minute = d["status"], due_day(d), due_minute(d)
    word = punctuality(ended, due, status)
    late_by_clock = (d["supplements"] or 0) > 1 or (status != 7 and minute is not None and ended > minute)
    found["resolved"] += 1
    found["resolved_online"] += d["channel"] == "online"
    found["resolved_electronic_result"] += d.get("electronic_result") is True
    found["withdrawn"] += status == 7
    found["processed"] += status != 7
    found[word] += 1
    if word == "late":
        assert due is not None
        found[f"late_{band((ended.date() - due).days)}"] += 1
    found["in_time_by_clock"] += not late_by_clock
    found["late_by_clock"] += late_by_clock
    if not late_by_clock:
        found["early_by_clock" if word == "early" else "punctual_by_clock"] += 1
    if status != 7 and d.get("minutes") is not None:
        found["handled"] += 1
        found["handling_minutes"] += d["minutes"]


def _count_pending(found: Counter[str], d: Dossier, end: date) -> None:
    due, minute, waits = due_day(d), due_minute(d), d["status"] in (5, 6, 8)
    # ended, but the source does not say when: pending, and never accused of being late
    excused = waits or (d["status"] in (7, 9, 10) and closed(d) is None)
    found["pending"] += 1
    if not excused and due is not None and due < end:
        found["overdue"] += 1
        since = max(due + timedelta(1), d["received"].date())
        found[f"overdue_{band((end - since).days + 1)}"] += 1
    # not finished: held against the period's end, so what was due at the end of its last day is in time
    gone_by = minute is not None and minute < datetime.combine(end, time(23, 59, 59))
    late = (d["supplements"] or 0) > 1 or (not excused and gone_by)
    found["in_time_by_clock"] += not late
    if not waits:
        found["running"] += 1
        found["running_late" if late else "running_in_time"] += 1


def band(days: int) -> str:
    """The band of so many days past the due day."""
    return "1_5" if days <= 5 else "6_10" if days <= 10 else "11_30" if days <= 30 else "over_30"


def punctuality(ended: datetime, due: date | None, status: int) -> str:
    if status == 7 or due is None or ended.date() == due:
        return "punctual"
    return "early" if ended.date() < due else "late"


def median_days(dossiers: Iterable[Dossier], start: date, end: date) -> float | None:
    """The median handling time in working days of eight hours."""
    minutes = [
        d["minutes"] for d in dossiers
        if d["status"] in (9, 10) and d.get("minutes") is not None and is_of(d, start, end)
        and (ended := closed(d)) is not None and ended.date() <= end
    ]  # fmt: skip
    return median(minutes) / 480 if minutes else None


def procedures(
    dossiers: Iterable[Dossier], catalogue: Iterable[Mapping[str, Any]], start: date, end: date, whole: bool
) -> dict[str, int]:
    """Counts of procedures; of the whole catalogue, or of those the dossiers belong to."""
    of = [d for d in dossiers if is_of(d, start, end)]
    received = [d for d in of if d["received"].date() >= start]
    mine = [p for p in catalogue if whole or any(d["procedure"] == p["id"] for d in of)]

    def having(among: list[Dossier]) -> set[Hashable]:
        return {d["procedure"] for d in among}

    online = [p for p in mine if p["level"] in ("full", "partial")]
    fee = [p for p in mine if p["fee"]]
    used = having([d for d in received if d["channel"] == "online"])
    paid = having([d for d in received if d["fee"] and d["paid"]])
    citizen = having([d for d in of if d["citizen_data"]])
    return {
        "procedures": len(mine), "procedures_online": len(online),
        "procedures_full": sum(p["level"] == "full" for p in mine),
        "procedures_partial": sum(p["level"] == "partial" for p in mine),
        "procedures_with_dossiers": sum(p["id"] in having(received) for p in mine),
        "procedures_online_used": sum(p["id"] in used for p in online),
        "procedures_fee": len(fee), "procedures_fee_online": sum(bool(p["payable"]) for p in fee),
        "procedures_fee_paid": sum(p["id"] in paid for p in fee),
        "procedures_citizen_data": sum(p["id"] in citizen for p in mine),
    }  # fmt: skip
