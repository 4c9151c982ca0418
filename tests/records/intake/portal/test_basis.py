"""Period and time of capture: from the request, the metadata, the options or the file's name, else assumed and said so."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from hoso.records.intake.portal.basis import Basis, Given, basis
from hoso.vocabulary.errors import InputError, UsageError

UTC_NIGHT = "2026-09-23T22:44:58Z"

#   hints, captured, file, --period, --captured → period, day in Việt Nam, stated
BASES: list[tuple[dict[str, Any], str | None, str, str | None, str | None, str, str, bool]] = [
    ({"timeType": "year", "year": 2026}, UTC_NIGHT, "a", None, None, "2026@calendar", "2026-09-24", True),
    ({"timeType": "month", "year": 2026, "month": 8}, UTC_NIGHT, "a", None, None, "2026-08@calendar", "2026-09-24", True),
    ({"timeType": "MONTH", "year": 2026, "period": "08"}, UTC_NIGHT, "a", None, None, "2026-08@calendar", "2026-09-24", True),
    ({"timeType": "quarter", "year": 2026, "quarter": 3}, UTC_NIGHT, "a", None, None, "2026-Q3@calendar", "2026-09-24", True),
    ({"timeType": "quarter", "year": 2026, "period": "Q3"}, UTC_NIGHT, "a", None, None, "2026-Q3@calendar", "2026-09-24", True),
    ({"fromDate": "2026-08-01", "toDate": "2026-08-31"}, UTC_NIGHT, "a", None, None, "2026-08@calendar", "2026-09-24", True),
    ({"fromDate": "01/01/2026", "toDate": "24/09/2026"}, UTC_NIGHT, "a", None, None, "2026@calendar", "2026-09-24", True),
    ({"fromDate": "2026-08-03", "toDate": "2026-08-09"}, UTC_NIGHT, "a", None, None, "2026-08-03..2026-08-09", "2026-09-24", True),
    ({}, None, "raw_GiaLai_detail_year_2026_10102026", None, None, "2026@calendar", "2026-10-10", True),
    ({}, None, "scores_GiaLai_10102026", None, None, "2026@calendar", "2026-10-10", True),
    ({}, None, "service_results_month_2026_2_05032026", None, None, "2026-02@calendar", "2026-03-05", True),
    ({}, None, "x_20261010", None, None, "2026@calendar", "2026-10-10", True),
    ({}, None, "response", "2026-08", "2026-09-02", "2026-08@calendar", "2026-09-02", True),
    ({}, None, "response", "2026", "2026-10-10T07:00:13Z", "2026@calendar", "2026-10-10", True),
    ({}, None, "response", "2026-Q3", "2026-10-10T23:30:00", "2026-Q3@calendar", "2026-10-10", True),
    ({}, None, "response", "2026-01-01..2026-10-10", "2026-10-10", "2026@calendar", "2026-10-10", True),
    ({}, None, "x_10102026", "2026-09", None, "2026-09@calendar", "2026-10-10", True),
    ({}, None, "response", None, None, "2026@calendar", "2026-11-05", False),
    ({"timeType": "month", "year": 2026, "month": 8}, None, "response", None, None, "2026-08@calendar", "2026-11-05", False),
    ({}, None, "service_results_month_2026_2", None, None, "2026-02@calendar", "2026-11-05", False),
    ({}, None, "response", None, "2026-10-10", "2026@calendar", "2026-10-10", False),
]  # fmt: skip


def of(folder: Path, hints: dict[str, Any], captured: object, stem: str, given: Given) -> Basis:
    file = folder / f"{stem}.json"
    file.write_text("{}", "utf-8")
    moment = datetime(2026, 11, 4, 20, tzinfo=UTC).timestamp()  # 5/11 at three in the morning in Việt Nam
    os.utime(file, (moment, moment))
    return basis(hints, captured, file, given)


@pytest.mark.parametrize("row", BASES, ids=lambda row: f"{row[0]}{row[2]}{row[3]}{row[4]}")
def test_where_period_and_day_come_from(tmp_path: Path, row: tuple[Any, ...]) -> None:
    """The table above; a time is of Việt Nam's day, seven hours after UTC."""
    hints, captured, stem, period, moment, wanted, day, stated = row
    found = of(tmp_path, hints, captured, stem, Given.of(period, moment))
    assert (found.period.id, str(found.captured_on), found.stated) == (wanted, day, stated)


def test_the_utc_evening_is_the_next_day_in_viet_nam(tmp_path: Path) -> None:
    """22:44:58 UTC of 23/9 is 05:44:58 of 24/9; the moment itself is kept in UTC."""
    found = of(tmp_path, {"timeType": "year", "year": 2026}, UTC_NIGHT, "a", Given())
    assert found.captured_at == datetime(2026, 9, 23, 22, 44, 58)
    assert found.captured_on == date(2026, 9, 24)


@pytest.mark.parametrize(("period", "captured"), [("2026-09", None), (None, "2026-10-11")])
def test_an_option_does_not_overrule_the_file(
    tmp_path: Path, period: str | None, captured: str | None
) -> None:
    """What the file says of itself stands; an option that says otherwise is wrong use."""
    hints = {"timeType": "month", "year": 2026, "month": 8}
    with pytest.raises(UsageError, match="khác với điều tệp ghi"):
        of(tmp_path, hints, UTC_NIGHT, "a", Given.of(period, captured))


@pytest.mark.parametrize(
    ("period", "captured"), [("2026-9M", None), ("tháng 8", None), (None, "10/10/2026"), (None, "")]
)
def test_options_that_name_nothing_are_refused(period: str | None, captured: str | None) -> None:
    """The portal has months, quarters and years; a time is ISO 8601."""
    with pytest.raises(UsageError):
        Given.of(period, captured)


@pytest.mark.parametrize(
    "hints", [{"timeType": "week", "year": 2026}, {"timeType": "year"}, {"timeType": "quarter", "year": 2026}]
)
def test_a_request_for_no_period_is_refused(tmp_path: Path, hints: dict[str, Any]) -> None:
    """One line with the forms a request has."""
    with pytest.raises(InputError, match="timeType"):
        of(tmp_path, hints, UTC_NIGHT, "a", Given())
