"""Portal responses are recognised by their shape, read with nulls and flags, and refused in one line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoso.records.intake.portal.cells import RefusedError, number
from hoso.vocabulary.errors import InputError, UsageError
from hoso.vocabulary.places import find_province, provinces
from tests.records.intake.portal.responses import (
    GIA_LAI,
    asked,
    ok,
    progress,
    published,
    scores,
    take,
    transparency,
    unit,
)
from tests.stores import prepare

ONLINE = {"authorityCount": 56, "partialCount": 31, "fullCount": 21, "onlineDossierCount": 406}
CHANNELS = {"onlineServiceTotal": 1968, "channelOnlineSum": 150956, "channelTotalSum": 152595}
PAYMENT = {
    "totalDossierOnlinePaymentSuccess": 82913, "totalDossierFinancialObligation": 98459,
    "totalDossierOnlineFormalityPaymentSuccess": 93, "totalFeeFormality": 310, "totalFeeDossierFormality": 56,
}  # fmt: skip


def table(folder: Path, unit_id: str | None = None) -> dict[str, tuple[Any, ...]]:
    """criterion (or group) → numerator, denominator, ratio, score, max of one unit."""
    rows = scores(folder).to_dicts()
    return {
        row["criterion"] or row["group"]: tuple(
            row[n] for n in ("numerator", "denominator", "ratio", "score", "max")
        )
        for row in rows
        if row["unit_id"] == unit_id
    }


def test_a_progress_tree_gives_counts_and_points(tmp_path: Path) -> None:
    """Parent and children are unit rows; on time over received, days and overdue for display with maximum 0."""
    done = take(tmp_path, asked(progress(unit(101), unit(102))))
    assert (done.kind, done.read, done.accepted) == ("scores", 3, 3)
    assert table(tmp_path, "xa-so-101") == {
        "TDGQ": (None, None, 95.0, 19.0, 20.0),
        "PROCESSED_ON_TIME": (95.0, 100.0, 95.0, 19.0, 20.0),
        "AVERAGE_DAYS": (1.5, None, None, None, 0.0),
        "DOSSIER_OVERDUE": (5.0, 100.0, None, None, 0.0),
    }
    assert table(tmp_path)["PROCESSED_ON_TIME"][:2] == (190.0, 200.0)


def test_trees_are_told_apart_by_their_fields(tmp_path: Path) -> None:
    """The same keys parent and children: counts of services, of payments, or, without counts, the maximum decide."""
    place = {"departmentName": "UBND tỉnh Gia Lai", "departmentCode": "H21", "ratio": 70}
    online = {"parent": place | ONLINE | CHANNELS | {"totalScore": 8.83, "totalMaxScore": 12}, "children": []}
    payment = {"parent": place | PAYMENT | {"totalScore": 6.25, "totalMaxScore": 10}, "children": []}
    child = {"departmentName": "UBND xã A", "departmentCode": "H21.1", "level": "COMMUNE"}
    take(
        tmp_path,
        asked({"parent": None, "children": [child | {"totalScore": 6, "totalMaxScore": 12}]}),
        "0.json",
    )
    take(tmp_path, {"x": asked(online), "TTTT": asked(payment)}, "1.json")
    found = table(tmp_path)
    assert found["ONLINE_PROVIDED"][:2] == (52.0, 56.0)
    assert found["ONLINE_USED"][:2] == (406.0, 1968.0)
    assert found["ONLINE_DOSSIER"][:2] == (150956.0, 152595.0)
    assert found["PAYMENT_DOSSIER"][:2] == (82913.0, 98459.0)
    assert found["PAYMENT_FORMALITY_USED"][:2] == (93.0, 310.0)
    assert found["PAYMENT_FORMALITY_PROVIDED"][:2] == (56.0, 310.0)
    assert set(scores(tmp_path)["endpoint"]) == {"provide-online-tree", "formality-online-payment-tree"}
    assert table(tmp_path, "xa-a") == {"DVCTT": (None, None, None, 6.0, 12.0)}


def test_nulls_and_flags_stay(tmp_path: Path) -> None:
    """A null ratio or score is no zero; the quality flag and its words are kept beside it."""
    take(tmp_path, asked(transparency(published(101))))
    row = scores(tmp_path).filter(criterion="DOSSIER_SYNC").row(0, named=True)
    assert (row["numerator"], row["denominator"], row["ratio"], row["score"], row["max"]) == (
        0,
        0,
        None,
        None,
        6,
    )
    assert row["quality_flag"] == "NO_NATIONAL_REPORT_DATA"
    assert row["quality_message"] == "Không có dữ liệu báo cáo tổng hợp."


def test_rows_without_code_are_joined_by_department_id(tmp_path: Path) -> None:
    """Transparency gives no code: it comes from the same file, or from what the store has already."""
    take(tmp_path, {"B": asked(transparency(published(101))), "A": asked(progress(unit(101)))}, "both.json")
    assert set(scores(tmp_path).filter(unit_id="xa-so-101")["department_code"]) == {"H21.101"}
    later = asked(transparency(published(101)), captured="2026-09-03T03:00:00Z")
    take(tmp_path, later, "later.json")
    assert set(scores(tmp_path).filter(captured_on=date(2026, 9, 3))["department_code"].drop_nulls()) == {
        "H21.101"
    }


def test_names_lose_the_province_and_give_the_units_id(tmp_path: Path) -> None:
    """ " - tỉnh Gia Lai", " - Gia Lai", "UBND Xã" and "UBND xã" name one unit; hostile names are cleaned text."""
    names = {
        101: ("Sở Tư pháp - tỉnh Gia Lai", "so-tu-phap"),
        102: ("UBND xã Kông Bơ La - Gia Lai", "xa-kong-bo-la"),
        103: ("UBND Xã Ayun", "xa-ayun"),
        104: ("=cmd|' /C calc'!A0 <script>", "cmd-c-calc-a0-script"),
        105: ("UBND xã \u202eĐak Pơ\x1b[31m", None),
    }
    take(tmp_path, asked(progress(*(unit(n, departmentName=name) for n, (name, _) in names.items()))))
    found = dict(
        scores(tmp_path).filter(group="TDGQ").select("department_code", "unit_id").unique().iter_rows()
    )
    assert all(found[f"H21.{n}"] == own for n, (_, own) in names.items() if own)
    printed = scores(tmp_path).filter(department_code="H21.105")["unit_name"][0]
    assert "\u202e" not in printed
    assert "\x1b" not in printed


def test_two_units_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    """Units with other codes and the same name have ids of their own."""
    take(
        tmp_path,
        asked(progress(unit(101, departmentName="UBND xã A"), unit(102, departmentName="UBND xã A"))),
    )
    found = set(scores(tmp_path)["unit_id"].drop_nulls())
    assert found == {"xa-a--h21-101", "xa-a--h21-102"}


FAULTS = {
    "text for a number": ({"totalOnTime": "95"}, "totalOnTime", "không phải số JSON"),
    "flag for a number": ({"score": True}, "score", "không phải số JSON"),
    "list for a number": ({"ratio": [1]}, "ratio", "không phải số JSON"),
    "negative": ({"totalReceived": -1}, "totalReceived", "số âm"),
    "above the maximum": ({"score": 20.5}, "TDGQ", "điểm vượt điểm tối đa"),
    "nobody": ({"departmentId": None, "departmentName": None}, "departmentName", "thiếu mã và tên đơn vị"),
    "no letters": ({"departmentName": "###"}, "departmentName", "tên đơn vị không có chữ"),
    "telephone": ({"departmentName": "UBND xã A 0987654321"}, "departmentName", "có dạng số điện thoại"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_unit_is_refused_and_the_others_read(tmp_path: Path, fault: str) -> None:
    """The refused row tells column, kind of value and reason, never the value; everything read is accounted for."""
    change, column, reason = FAULTS[fault]
    done = take(tmp_path, asked(progress(unit(101), unit(102, **change))))
    assert (done.read, done.accepted, done.rejected) == (3, 2, 1)
    row = prepare(tmp_path).frame("rejects").row(0, named=True)
    assert (row["column"], row["line"], row["sheet"]) == (column, 2, "dvc-progress-tree")
    assert row["reason"].startswith(reason)
    assert "0987654321" not in json.dumps(row, default=str)


REFUSED: dict[str, tuple[Any, str]] = {
    "error": ({"code": "ERROR", "data": None, "message": "x"}, "code OK"),
    "no units": (ok({"parent": {}}), "không thuộc dạng"),
    "list": (ok([1]), "không thuộc dạng"),
    "unknown tree": (
        ok({"parent": None, "children": [{"totalScore": 1, "totalMaxScore": 7}]}),
        "không thuộc dạng",
    ),
    "empty": (ok({"parent": None, "children": []}), "không thuộc dạng"),
    "one procedure": (
        asked(progress(unit()), {"timeType": "year", "year": 2026, "formalityId": "x"}),
        "formalityId",
    ),
    "no such month": (asked(progress(unit()), {"timeType": "month", "year": 2026, "month": 13}), "timeType"),
    "no time": (asked(progress(unit()), captured="hôm qua"), "2026-10-10"),
    "sheet of nothing": ({"metadata": {"timeType": "year"}, "count": 0}, "không thuộc dạng"),
    "other province": (
        asked(progress(unit(departmentCode="H44.1"), parent={"departmentCode": "H44"})),
        "Phú Thọ",
    ),
}


@pytest.mark.parametrize("content", REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    """InputError of one Vietnamese line; nothing is written."""
    value, told = REFUSED[content]
    with pytest.raises(InputError) as fault:
        take(tmp_path, value)
    assert told in str(fault.value)
    assert "\n" not in str(fault.value)
    assert scores(tmp_path).is_empty()


def test_another_provinces_file_names_both(tmp_path: Path) -> None:
    """The file's own H codes decide, and the line names the province of the file and that of the command."""
    with pytest.raises(InputError, match=r"Phú Thọ.*Gia Lai"):
        take(tmp_path, REFUSED["other province"][0])
    with pytest.raises(UsageError, match="không thuộc hệ 34"):
        take(tmp_path, asked(progress(unit())), province=find_province("ha-giang", "63"))


def national(*pairs: tuple[float, float], **more: Any) -> dict[str, Any]:
    places = (("UBND tỉnh Đồng Tháp", "H20"), ("UBND Thành phố Đồng Nai", None), ("UBND tỉnh Gia Lai", None))
    groups = {"CKMB": 11, "TDGQ": 17, "MDHL": 12, "MDSH": 9}
    rows = [
        {"departmentName": name, "departmentCode": code, "totalScore": 64.5, "ratio": 64.5, "scoreDelta": 1}
        | {"groupScores": groups | {"CLGQ": online, "TTTT": payment} | more}
        for (name, code), (online, payment) in zip(places, pairs, strict=False)
    ]
    overview = {"departmentName": "Cả nước", "departmentCode": None, "totalScore": 62.59}
    return asked({"overview": overview, "growthPercent": 1, "radar": [], "evaluation": rows})


@pytest.mark.parametrize(
    ("pairs", "payment"),
    [
        (((8.8, 6.4), (9.3, 7.4), (9.1, 7.2)), 6.4),  # as the portal has it
        (((6.4, 11.2), (7.4, 11.9), (7.2, 9.1)), 6.4),  # the other client
        (((9.9, 9.9), (9.9, 9.9), (9.9, 9.9)), 9.9),  # both readings keep to the maxima: as documented
    ],
)
def test_online_service_and_payment_are_told_by_their_maxima(
    tmp_path: Path, pairs: tuple[tuple[float, float], ...], payment: float
) -> None:
    """Online service has 12 points and payment 10, whatever the letters; the country's own row is skipped."""
    done = take(tmp_path, national(*pairs))
    assert (done.read, done.accepted, done.skipped) == (4, 3, 1)
    first = scores(tmp_path, None).filter(province_id="34-82")
    assert first.filter(group="TTTT")["score"].to_list() == [payment]
    assert set(scores(tmp_path, None)["province_id"]) == {"34-82", "34-75", "34-52"}


@pytest.mark.parametrize("pairs", [((8.8, 10.4), (9.3, 7.4)), ((12.4, 6.4), (9.3, 7.4)), ((11, 11), (9, 9))])
def test_points_above_both_maxima_refuse_the_file(
    tmp_path: Path, pairs: tuple[tuple[float, float], ...]
) -> None:
    """One wrong number does not turn the reading of all rows round: the file is refused in one line."""
    with pytest.raises(InputError, match="tối đa 12"):
        take(tmp_path, national(*pairs))


def test_pages_in_one_file_are_one_response(tmp_path: Path) -> None:
    """An array of envelopes: the overview stands on both pages and counts once."""
    done = take(
        tmp_path, [asked(transparency(published(101), total=2)), asked(transparency(published(102), total=2))]
    )
    assert (done.read, done.accepted, done.skipped) == (4, 3, 1)
    assert done.details["skipped"] == {"duplicate": 1}


def test_a_deep_document_is_read_to_the_depth_it_needs(tmp_path: Path) -> None:
    """Pages under keys are found; what is nested without end ends no program."""
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    done = take(
        tmp_path, {"pages": [asked(progress(unit(101)))], "one": asked(progress(unit(102))), "deep": deep}
    )
    assert (done.accepted, done.skipped) == (3, 1)


def test_a_unit_twice_with_other_numbers_is_refused(tmp_path: Path) -> None:
    """Nobody could tell which of two rows holds."""
    done = take(tmp_path, asked(progress(unit(101), unit(101, score=18))))
    assert (done.accepted, done.rejected) == (2, 1)


def sheet(*units: dict[str, Any], **more: Any) -> dict[str, Any]:
    metadata = {
        "province": "UBND tỉnh Gia Lai",
        "provinceCode": "H21",
        "runDateStr": "24092026",
        "timeType": "year",
    }
    times = {"year": 2026, "period": None, "extractedAt": "2026-09-23T22:44:58Z"}
    return {"metadata": metadata | times, "count": len(units), "units": list(units)} | more


def total(number: int, whole: float | None, *scores: float) -> dict[str, Any]:
    names = ("CKMB", "TDGQ", "ONLINE", "TTTT", "MDSH", "MDHL")
    place = {
        "departmentName": f"UBND xã Số {number}",
        "departmentCode": f"H21.{number}",
        "childGroup": "COMMUNE",
    }
    return place | {"totalScore": whole, "ratio": whole, "groupScores": dict(zip(names, scores, strict=True))}


#           total  CKMB   TDGQ   ONLINE TTTT MDSH   MDHL    → the group that is 0 in the file
ZEROS = [
    (total(1, 61.08, 11.79, 13.68, 6.47, 0.0, 12.61, 16.53), "TTTT", 0.0),  # adds up: no procedures with fees
    (total(2, 19.79, 5.79, 0.0, 0.0, 0.0, 2.0, 12.0), "DVCTT", 0.0),  # idle
    (total(3, 67.55, 11.79, 13.68, 0.0, 6.47, 12.61, 16.53), "DVCTT", None),  # 6.47 points short: not fetched
    (total(4, None, 11.79, 13.68, 0.0, 6.47, 12.61, 16.53), "DVCTT", None),
]


@pytest.mark.parametrize(("row", "group", "score"), ZEROS)
def test_a_group_that_was_not_fetched_is_null(
    tmp_path: Path, row: dict[str, Any], group: str, score: float | None
) -> None:
    """Zero in the crawler's sheet is a score only where the total, from another endpoint, says so."""
    take(tmp_path, sheet(row))
    found = scores(tmp_path).filter(group=group).row(0, named=True)
    assert found["score"] == score
    assert found["quality_flag"] == (None if score == 0 else "NOT_FETCHED")


def test_satisfaction_that_was_computed_is_kept_and_flagged(tmp_path: Path) -> None:
    """One unit above 18 shows that the whole sheet's satisfaction is total less five groups; another group above refuses."""
    high = total(1, 75.7, 11.79, 19.34, 6.31, 7.21, 12.95, 18.1)
    done = take(
        tmp_path, sheet(high, total(2, 70, 11, 18, 6, 7, 12, 16), total(3, 80, 11, 20.5, 6, 7, 12, 16))
    )
    assert done.rejected == 1
    found = scores(tmp_path).filter(group="MDHL").sort("unit_id")
    assert found["score"].to_list() == [18.1, 16.0]
    assert found["quality_flag"].to_list() == ["ABOVE_MAX", "DERIVED_NOT_MEASURED"]


def test_single_indicators_of_a_detail_sheet_come_as_their_endpoints(tmp_path: Path) -> None:
    """componentIndicators are read by their fields; one that was not fetched (null) gives no row."""
    parts = {
        "A": {"totalReceived": 654, "totalOnTime": 653, "score": 19.97, "maxScore": 20, "ratio": 99.85},
        "B": {"score": 6.72, "maxScore": 12, "ratio": 56},
        "C": {"score": 8.61, "maxScore": 10, "ratio": 86.1, "totalDossierOnlinePaymentSuccess": 145,
              "totalDossierFinancialObligation": 165, "totalFeeFormality": 12},
        "D": None,
    }  # fmt: skip
    row = total(1, 79.27, 11.79, 19.97, 6.72, 8.61, 14.18, 18.0) | {"componentIndicators": parts}
    content = sheet()
    del content["units"]
    take(tmp_path, content | {"unitsDetail": [row], "count": 1})
    found = scores(tmp_path)
    assert set(found["endpoint"]) == {
        "snapshot", "dvc-progress-tree", "provide-online-tree", "formality-online-payment-tree",
    }  # fmt: skip
    assert table(tmp_path, "xa-so-1")["PAYMENT_DOSSIER"][:2] == (145.0, 165.0)
    assert "PAYMENT_FORMALITY_PROVIDED" not in table(tmp_path, "xa-so-1")


EXACT = st.integers(-(2**53), 2**53)  # orjson reads larger ones as they come; doubles hold these exactly


@settings(deadline=None, max_examples=60)
@given(st.one_of(st.none(), EXACT, st.floats(), st.text(), st.booleans(), st.lists(st.integers())))
def test_a_number_is_a_json_number_or_nothing(value: Any) -> None:
    """Every other value refuses the row; a number comes back as it is, null as null."""
    try:
        found = number({"x": value}, "x", signed=True)
    except RefusedError:
        assert isinstance(value, bool | str | list) or not math.isfinite(value)
    else:
        assert found == value


def test_dossiers_are_no_portal_responses(tmp_path: Path) -> None:
    """Sync records in an envelope stay dossiers, and options that state a period are wrong use for them."""
    record = {
        "MaHoSo": "H22-1",
        "DonViXuLy": "Sở Tư pháp",
        "TrangThaiHoSo": "4",
        "NgayTiepNhan": "20260102080000",
    }
    content = {"code": "OK", "message": "OK", "data": [record]}
    assert take(tmp_path, content).kind == "dossiers"
    with pytest.raises(UsageError, match="--captured"):
        take(tmp_path, content, "again.json", captured="2026-10-10")
    assert GIA_LAI.id == "34-52"


def provinces_of(count: int, online: float, payment: float) -> dict[str, Any]:
    """A nationwide response with the two groups whose keys are confused."""
    scores = {"CKMB": 11.0, "TDGQ": 17.0, "CLGQ": online, "TTTT": payment, "MDHL": 10.0, "MDSH": 9.0}
    rows = [
        {
            "departmentName": f"UBND {p.title}",
            "departmentCode": p.h_code,
            "totalScore": 62.0,
            "groupScores": scores,
        }
        for p in provinces("34")[:count]
    ]
    return {"overview": {"departmentName": "Cả nước"}, "evaluation": rows, "radar": []}


def test_swapped_keys_of_many_provinces_are_refused(tmp_path: Path) -> None:
    """No value is above its maximum, yet payments everywhere above services: the two keys stand for each other."""
    with pytest.raises(InputError, match="đổi chỗ"):
        take(tmp_path, asked(provinces_of(34, 6.4, 8.8)))
    assert take(tmp_path, asked(provinces_of(34, 8.8, 6.4))).accepted == 34


@pytest.mark.parametrize(
    "wrap",
    [
        lambda body: {"TRANSPARENCY": [ok(body)]},
        lambda body: {"data": {"pages": [ok(body)]}},
        lambda body: {"requests": [{"request": {"timeType": "year", "year": 2026}, "response": ok(body)}]},
    ],
)
def test_responses_in_lists_under_keys(tmp_path: Path, wrap: Callable[[Any], Any]) -> None:
    """However a file wraps its pages, to the depth anything is written in."""
    done = take(tmp_path, wrap(progress(unit(101))), captured="2026-10-10", period="2026")
    assert done.accepted == 2


def test_a_response_cut_off_says_so(tmp_path: Path) -> None:
    """Half a download is no dossier file that lacks MaHoSo."""
    whole = json.dumps(asked(progress(unit(101))), ensure_ascii=False)
    (tmp_path / "half.json").write_text(whole[: len(whole) * 2 // 3], "utf-8")
    with pytest.raises(InputError, match="hỏng hoặc tải về chưa trọn"):
        take(tmp_path, tmp_path / "half.json")


@pytest.mark.parametrize(
    ("period", "captured", "told"),
    [("2026", "2099-01-01", "ở tương lai"), ("2026-10", "2026-09-20", "trước khi kỳ bắt đầu")],
)
def test_times_that_cannot_be(tmp_path: Path, period: str, captured: str, told: str) -> None:
    """Nothing is captured tomorrow, nor before its period begins."""
    with pytest.raises(InputError, match=told):
        take(tmp_path, ok(progress(unit(101))), period=period, captured=captured)


def test_one_criterion_twice_and_a_code_of_nowhere_are_refused(tmp_path: Path) -> None:
    """Each refuses its row, with the reason, and not the file."""
    twice = published(101)
    twice["metrics"] = [*twice["metrics"], twice["metrics"][0] | {"numerator": 2}]
    done = take(tmp_path, asked(transparency(twice, published(102))))
    assert (done.rejected, done.accepted) == (1, 2)
    done = take(tmp_path, asked(progress(unit(101), unit(102, departmentCode="H99.102"))), "b.json")
    assert done.rejected == 1
