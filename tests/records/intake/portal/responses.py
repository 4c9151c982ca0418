"""Small portal responses for tests, in the true shapes, and a store they are imported into."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from hoso.records import keys
from hoso.records.importer import import_file
from hoso.records.imports import Import
from hoso.records.intake.portal import Given
from hoso.vocabulary.places import Province, find_province
from tests.stores import prepare

Json = dict[str, Any]

GIA_LAI: Province = find_province("gia-lai", "34")
PHU_THO: Province = find_province("phu-tho", "34")
REQUEST: Json = {"timeType": "month", "year": 2026, "month": 8}
CAPTURED = "2026-09-02T03:00:00Z"


def ok(data: Any) -> Json:
    return {"code": "OK", "data": data, "message": "OK"}


def asked(data: Any, request: Json | None = None, captured: str = CAPTURED) -> Json:
    """An envelope beside its request."""
    return {"request": REQUEST if request is None else request, "response": ok(data), "capturedAt": captured}


def unit(number: int = 101, **more: Any) -> Json:
    """A commune of a progress tree."""
    return {
        "departmentId": f"id-{number}",
        "departmentName": f"UBND xã Số {number}",
        "departmentCode": f"H21.{number}",
        "level": "COMMUNE",
        "totalReceived": 100,
        "totalOnTime": 95,
        "totalOverdue": 5,
        "avgProcessingDays": 1.5,
        "ratio": 95,
        "score": 19,
        "maxScore": 20,
        "scoreDelta": None,
    } | more


def progress(*children: Any, parent: Json | None = None, **more: Any) -> Json:
    place = {"departmentId": "id-21", "departmentName": "UBND tỉnh Gia Lai", "departmentCode": "H21"}
    counts = {"totalReceived": 200, "totalOnTime": 190, "totalScore": 19, "totalMaxScore": 20, "ratio": 95}
    return {"parent": place | counts | (parent or {}), "children": list(children), "monthlyChart": []} | more


def transparency(*rows: Any, total: int | None = None) -> Json:
    pages = {} if total is None else {"pagination": {"currentPage": 1, "pageSize": 2, "total": total}}
    place = {"departmentName": "UBND tỉnh Gia Lai", "departmentType": "PROVINCE", "metrics": []}
    return {"overview": place, "evaluation": list(rows), "monthlyChart": []} | pages


def published(number: int, **more: Any) -> Json:
    """A commune's row of transparency, which has no departmentCode."""
    metric = {
        "code": "PUBLISH_ON_TIME",
        "numerator": 1,
        "denominator": 47,
        "ratio": 2.13,
        "score": 0.13,
        "maxScore": 6,
    }
    none = {
        "code": "DOSSIER_SYNC",
        "numerator": 0,
        "denominator": 0,
        "ratio": None,
        "score": None,
        "maxScore": 6,
    }
    flag = {
        "dataQualityStatus": "NO_NATIONAL_REPORT_DATA",
        "dataQualityMessage": "Không có dữ liệu báo cáo tổng hợp.",
    }
    return {
        "departmentId": f"id-{number}",
        "departmentName": f"UBND Xã Số {number}",
        "departmentType": "COMMUNE_PEOPLE_COMMITTEE",
        "totalScore": 0.13,
        "totalMaxScore": 18,
        "ratio": 0.72,
        "scoreDelta": None,
        "metrics": [metric, none | flag],
    } | more


def write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


def take(
    folder: Path, content: Any, name: str = "response.json", province: Province = GIA_LAI, **given: Any
) -> Import:
    """Imports a content into the store of a folder."""
    file = content if isinstance(content, Path) else write(folder / name, content)
    options = Given.of(given.get("period"), given.get("captured"))
    return import_file(prepare(folder), file, province, keys.load(folder / "key"), given=options)


def scores(folder: Path, province: Province | None = GIA_LAI) -> pl.DataFrame:
    """What the store holds of a province, or of all."""
    return prepare(folder).frame("scores", province.id if province else None)
