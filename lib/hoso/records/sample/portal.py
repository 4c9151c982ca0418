"""Portal responses built from real rows (số liệu thật của Cổng): data/sample/portal/*.tsv in the shapes the portal sends.

The numbers are facts of public captures, the shapes those of the endpoints; only the departmentIds, which the rows lack,
are made from the codes. The capture time of Phú Thọ's rows is not known, so its files do not state one.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import orjson

from hoso.records.intake.portal.shapes import DIGITIZED, METRICS, SATISFACTION, TRANSPARENCY
from hoso.vocabulary.text import slug

FOLDERS: Final = ("gia-lai", "phu-tho", "ca-nuoc")

Row = dict[str, str]
Json = dict[str, Any]

_GIA_LAI: Final = "UBND tỉnh Gia Lai"
_DAYS: Final = {
    "24092026": "2026-09-23T22:44:58Z",
    "10102026": "2026-10-10T07:00:13Z",
}  # when the crawler read them
_YEAR_TO_DATE: Final = {"totalReceived": 417669, "totalOnTime": 358540}  # Gia Lai, 1/1–10/10/2026
_QUALITY: Final = {
    "TEMP_NATIONAL_REPORT_DENOMINATOR": "Mẫu số BCQG/GRIS đang dùng số tạm, cần thay bằng dữ liệu crawl hệ thống cũ.",
    "NO_NATIONAL_REPORT_DATA": "Không có dữ liệu báo cáo tổng hợp.",
}
_GROUPS: Final = ("CKMB", "TDGQ", "ONLINE", "TTTT", "MDSH", "MDHL")
_NATIONAL: Final = {"CLGQ": "CLGQ_online12", "TTTT": "TTTT_payment10"}
_PAYMENTS: Final = {
    "PAY_3_6_DOSSIERS": ("totalDossierOnlinePaymentSuccess", "totalDossierFinancialObligation"),
    "PAY_B_FORMALITIES": ("totalDossierOnlineFormalityPaymentSuccess", "totalFeeFormality"),
    "PAY_C_FORMALITIES": ("totalFeeDossierFormality", "totalFeeFormality"),
}
_ONLINE_COUNTS: Final = (
    "authorityCount", "partialCount", "fullCount", "onlineDossierCount", "onlineServiceTotal", "channelOnlineSum",
    "channelDirectSum", "channelPostalSum", "channelTotalSum", "onlineOnTimeSum", "onlineOverdueSum",
)  # fmt: skip
_PAYMENT_COUNTS: Final = (
    "totalDossierOnlinePaymentSuccess", "totalDossierFinancialObligation", "totalDossierOnlineFormalityPaymentSuccess",
    "totalFeeDossierFormalityDistinct", "totalFeeDossierFormality", "totalFeeFormality",
)  # fmt: skip


def write_portal(folder: Path, rows: Path, name: str) -> list[Path]:
    """The files of one of FOLDERS, written under folder/<name> from the rows in `rows`, in the order of import."""
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    files = []
    for file, content in _BUILDERS[name](rows).items():
        files.append(target / file)
        files[-1].write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    return sorted(files)


def _gia_lai(rows: Path) -> dict[str, Any]:
    sheets = {
        f"scores_GiaLai_{day}.json": _sheet(
            _read(rows / f"gialai_units_{_iso(day)}.tsv"), day, _national_row(rows, day)
        )
        for day in _DAYS
    }
    return sheets | {"raw_GiaLai_detail_year_2026_10102026.json": _raw(rows)}


def _sheet(units: Sequence[Row], day: str, province: Row | None) -> Json:
    """The crawler's sheet of totals and groups."""
    agencies = sum(unit["group"] == "AGENCY" for unit in units)
    counted = {"totalUnitsCount": len(units), "agencyCount": agencies, "communeCount": len(units) - agencies}
    return {
        "metadata": {
            "province": _GIA_LAI,
            "provinceCode": "H21",
            "rootDepartmentId": _id("H21"),
            "runDateStr": day,
            "timeType": "year",
            "year": 2026,
            "period": None,
            "periodLabel": "Năm 2026",
            "extractedAt": _DAYS[day],
            "sourceUrl": "https://dichvucong.gov.vn/api/v1/reporting/evaluation/service-results",
        },
        "overview": _overview(province) | counted,
        "count": len(units),
        "units": [
            _unit(unit)
            | {"groupScores": {group: _number(unit[group]) for group in _GROUPS}}
            | {"rank": int(unit["rank"]), "groupRank": int(unit["group_rank"])}
            for unit in units
        ],
    }


def _overview(province: Row | None) -> Json:
    place = {"departmentName": _GIA_LAI, "departmentCode": "H21"}
    if province is None:  # the rows hold no province total of that day
        return place | {"totalScore": None, "totalMaxScore": 100, "ratio": None, "scoreDelta": None}
    total = _number(province["total"])
    scores = {"totalScore": total, "totalMaxScore": 100, "ratio": total, "scoreDelta": None}
    return place | scores | {"groupScores": _national_groups(province)}


def _unit(unit: Row) -> Json:
    total = _number(unit["total"])
    return {
        "departmentId": _id(unit["code"]),
        "departmentName": unit["name"],
        "departmentCode": unit["code"],
        "childGroup": unit["group"],
        "totalScore": total,
        "ratio": total,
        "scoreDelta": None,
    }


def _raw(rows: Path) -> Json:
    """All seven endpoints on 10/10: totals of every unit, the rest of the five units whose rows are full."""
    province = _national_row(rows, "10102026") or {}
    criteria = _read(rows / "gialai_criteria_20261010.tsv")
    units = {row["code"]: [r for r in criteria if r["code"] == row["code"]] for row in criteria}
    online = next(
        r for r in _read(rows / "online_parents_all.tsv") if r["fixture"].endswith("year_2026_10102026")
    )
    total = _number(province["total"])
    service = {
        "overview": {
            "departmentName": _GIA_LAI, "departmentCode": "H21", "totalScore": total, "totalMaxScore": 100, "ratio": total,
        },
        "growthPercent": 23.26,
        "radar": [_score(province[g], m) | {"code": g} for g, m in (("CKMB", 18), ("TDGQ", 20), ("MDHL", 18), ("MDSH", 22))],
        "evaluation": [_unit(unit) for unit in _read(rows / "gialai_units_20261010.tsv")],
    }  # fmt: skip
    progress = _place("H21", _GIA_LAI) | _YEAR_TO_DATE | {"totalCompleted": None, "avgProcessingDays": None}
    online_parent = {name: _number(online[name]) for name in _ONLINE_COUNTS}
    return {
        "SERVICE_RESULTS": _envelope(service),
        "TRANSPARENCY": _evaluation(TRANSPARENCY, units, province["CKMB"], 18),
        "DOSSIER_DIGITIZED": _evaluation(DIGITIZED, units, province["MDSH"], 22),
        "PROGRESS": _tree(progress | _total(province["TDGQ"], 20), map(_progress_child, units.values())),
        "ONLINE": _tree(
            _place("H21", _GIA_LAI) | online_parent | _total(province["CLGQ_online12"], 12),
            (_child(own) | _own_group(own, "ONLINE") for own in units.values()),
        ),
        "PAYMENT": _tree(
            _place("H21", _GIA_LAI) | dict.fromkeys(_PAYMENT_COUNTS) | _total(province["TTTT_payment10"], 10),
            map(_payment_child, units.values()),
        ),
        "HANDLING_SATISFACTION": _evaluation(SATISFACTION, units, province["MDHL"], 18),
    }


def _evaluation(endpoint: str, units: dict[str, list[Row]], overview: str, highest: int) -> Json:
    group = {TRANSPARENCY: "CKMB", DIGITIZED: "MDSH", SATISFACTION: "MDHL"}[endpoint]
    rows = []
    for number, (code, own) in enumerate(units.items(), 1):
        kind = "PROVINCIAL_DEPARTMENT" if own[0]["group"] == "AGENCY" else "COMMUNE_PEOPLE_COMMITTEE"
        place = _place(code, own[0]["name"]) | {"stt": number, "departmentType": kind, "scoreDelta": None}
        if endpoint != DIGITIZED:  # the other two give no code
            del place["departmentCode"]
        rows.append(
            place
            | _own_group(own, group)
            | {"metrics": [_metric(r) for code in METRICS[endpoint] for r in own if r["criterion"] == code]}
        )
    place = (
        _place("H21", _GIA_LAI) | {"departmentType": "PROVINCE", "metrics": []} | _total(overview, highest)
    )
    pages = {"currentPage": 1, "pageSize": 200, "total": len(rows)}
    return _envelope({"overview": place, "evaluation": rows, "monthlyChart": [], "pagination": pages})


def _metric(row: Row) -> Json:
    quality = row["note"] if row["note"] in _QUALITY else None
    return {
        "code": row["criterion"],
        "numerator": _number(row["numerator"]),
        "denominator": _number(row["denominator"]),
        "ratio": _number(row["ratio"]),
        "score": _number(row["score"]),
        "maxScore": _number(row["max_score"]),
    } | ({"dataQualityStatus": quality, "dataQualityMessage": _QUALITY[quality]} if quality else {})


def _progress_child(own: Sequence[Row]) -> Json:
    row = next(r for r in own if r["criterion"] == "TDGQ_2_1")
    noted = dict(part.split("=") for part in row["note"].split(";"))
    return _child(own) | {
        "totalReceived": _number(row["denominator"]),
        "totalOnTime": _number(row["numerator"]),
        "totalOverdue": _number(noted["overdue"]),
        "avgProcessingDays": _number(noted["avg_days"]),
        **_score(row["score"], 20),
        "ratio": _number(row["ratio"]),
        "scoreDelta": None,
    }


def _payment_child(own: Sequence[Row]) -> Json:
    counts: Json = {}
    for row in own:
        for name, text in zip(
            _PAYMENTS.get(row["criterion"], ()), (row["numerator"], row["denominator"]), strict=False
        ):
            counts[name] = _number(text)
    counts["totalFeeDossierFormalityDistinct"] = counts["totalFeeFormality"]
    return _child(own) | _own_group(own, "TTTT") | counts


def _child(own: Sequence[Row]) -> Json:
    level = "PROVINCE" if own[0]["group"] == "AGENCY" else "COMMUNE"
    return _place(own[0]["code"], own[0]["name"]) | {"level": level, "scoreDelta": None}


def _own_group(own: Sequence[Row], group: str) -> Json:
    row = next(r for r in own if r["score_group"] == group and r["criterion"] == "GROUP_TOTAL")
    names = {"totalScore": "score", "totalMaxScore": "max_score", "ratio": "ratio"}
    return {field: _number(row[name]) for field, name in names.items()}


def _phu_tho(rows: Path) -> dict[str, Any]:
    both = [r for r in _read(rows / "phutho_online_payment_2026-08.tsv") if r["fixture"] == "month-all"]
    progress = [_progress_row(row) for row in _read(rows / "phutho_progress_2026-08.tsv")]
    trees = {
        "provide-online-tree": [_tree_row(row, "online", _ONLINE_COUNTS) for row in both],
        "formality-online-payment-tree": [_tree_row(row, "pay", _PAYMENT_COUNTS) for row in both],
        "dvc-progress-tree": progress,
    }
    request = {"timeType": "month", "year": 2026, "month": 8, "rootDepartmentId": _id("H44")}
    return {
        f"{name}.json": {"request": request, "response": _tree(parent, children)}
        for name, (parent, *children) in trees.items()
    }


def _tree_row(row: Row, prefix: str, counts: Iterable[str]) -> Json:
    parent = row["row_type"] == "PARENT"
    level: Json = {} if parent else {"level": row["level"], "scoreDelta": None}
    numbers = {name: _number(row[name]) for name in counts if row[name] or parent}
    scores = {
        "totalScore": _number(row[f"{prefix}_totalScore"]),
        "totalMaxScore": _number(row[f"{prefix}_totalMaxScore"]),
        "ratio": _number(row[f"{prefix}_ratio"]),
    }
    return _place(row["departmentCode"], row["departmentName"]) | level | scores | numbers


def _progress_row(row: Row) -> Json:
    numbers = {
        "totalReceived": _number(row["received"]),
        "totalOnTime": _number(row["on_time"]),
        "avgProcessingDays": _number(row["avg_days"]),
        "ratio": _number(row["ratio"]),
    }
    place, score, highest = _place(row["code"], row["name"]), _number(row["score"]), _number(row["max_score"])
    if row["level"] == "PARENT":
        completed = {"totalCompleted": _number(row["completed"])}
        return place | numbers | completed | {"totalScore": score, "totalMaxScore": highest}
    overdue = {"level": row["level"], "totalOverdue": _number(row["overdue"])}
    return place | overdue | numbers | {"score": score, "maxScore": highest, "scoreDelta": None}


def _whole_country(rows: Path) -> dict[str, Any]:
    return {
        f"service_results_year_2026_{day}.json": _envelope(
            {
                "overview": {"departmentName": "Cả nước", "departmentCode": None, "totalScore": whole, "totalMaxScore": 100},
                "growthPercent": None,
                "radar": [],
                "evaluation": [_province(row) for row in _read(rows / f"national_service_results_{_iso(day)}.tsv")],
            }
        )
        for day, whole in (("17092026", 56.56), ("10102026", 62.59))
    }  # fmt: skip


def _province(row: Row) -> Json:
    total = _number(row["total"])
    place = _place(row["code"], row["name"]) | {"totalScore": total, "ratio": total}
    return place | {"scoreDelta": _number(row["scoreDelta"]), "groupScores": _national_groups(row)}


def _national_groups(row: Row) -> Json:
    return {
        key: _number(row[_NATIONAL.get(key, key)]) for key in ("CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH")
    }


def _national_row(rows: Path, day: str) -> Row | None:
    file = rows / f"national_service_results_{_iso(day)}.tsv"
    return next((row for row in _read(file) if row["code"] == "H21"), None) if file.exists() else None


def _tree(parent: Json, children: Iterable[Json]) -> Json:
    return _envelope(
        {"parent": parent, "children": sorted(children, key=lambda child: str(child["departmentCode"]))}
    )


def _envelope(data: Json) -> Json:
    return {"code": "OK", "data": data, "message": "OK"}


def _place(code: str, name: str) -> Json:
    return {"departmentId": _id(code), "departmentName": name, "departmentCode": code}


def _total(score: str, highest: int) -> Json:
    found = _score(score, highest)
    return {"totalScore": found["score"], "totalMaxScore": highest, "ratio": found["ratio"]}


def _score(score: str, highest: int) -> Json:
    value = _number(score)
    return {
        "score": value,
        "maxScore": highest,
        "ratio": None if value is None else round(value / highest * 100, 2),
    }


def _id(code: str) -> str:
    return str(uuid5(NAMESPACE_URL, slug(code)))


def _iso(day: str) -> str:
    return f"{day[4:]}{day[2:4]}{day[:2]}"


def _number(text: str) -> int | float | None:
    if text in ("", "null"):
        return None
    return int(text) if text.isdigit() else float(text)


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


_BUILDERS: Final[dict[str, Callable[[Path], dict[str, Any]]]] = {
    "gia-lai": _gia_lai,
    "phu-tho": _phu_tho,
    "ca-nuoc": _whole_country,
}
