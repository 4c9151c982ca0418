"""Finds the responses in a JSON document, by their shape and never by their keys' or files' names (nhận dạng phản hồi).

Known: the portal's envelope {code, data, message}, alone, in a list (pages), under any keys of an object, or beside its
request; and the files of the crawler that keeps them, {metadata, overview, units | agencies | communes …}.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson

from hoso.records.intake.header import where_is
from hoso.vocabulary.errors import InputError

PROGRESS: Final = "dvc-progress-tree"
ONLINE: Final = "provide-online-tree"
PAYMENT: Final = "formality-online-payment-tree"
TRANSPARENCY: Final = "transparency"
DIGITIZED: Final = "dossier-digitized"
SATISFACTION: Final = "handling-satisfaction"
SERVICE: Final = "service-results"
SNAPSHOT: Final = (
    "snapshot"  # the crawler's sheet: the total of service-results beside groups of six endpoints
)
ENDPOINTS: Final = (PROGRESS, ONLINE, PAYMENT, TRANSPARENCY, DIGITIZED, SATISFACTION, SERVICE)
GROUP_OF: Final = {
    TRANSPARENCY: "CKMB",
    PROGRESS: "TDGQ",
    ONLINE: "DVCTT",
    PAYMENT: "TTTT",
    SATISFACTION: "MDHL",
    DIGITIZED: "MDSH",
}
METRICS: Final = {
    TRANSPARENCY: ("PUBLISH_ON_TIME", "PUBLIC_UPDATE_ON_TIME", "PUBLIC_CONTENT_FULL", "DOSSIER_SYNC"),
    DIGITIZED: (
        "ORIGINAL_RESULT_AVAILABLE",
        "SO_HOA_GIAY_TO_GIAI_QUYET",
        "REUSED_DIGITIZED_DATA",
        "SYNCED_WITH_DVCQG_PERSONAL_STORAGE",
        "CITIZEN_DATA_CONNECTED_DOSSIER",
        "CITIZEN_DATA_CONNECTED_FORMALITY",
        "ELECTRONIC_CERTIFIED_COPY",
    ),
    SATISFACTION: (
        "DOSSIER_RECEIVING_SATISFACTION",
        "PETITION_PROCESSING_ON_TIME",
        "PETITION_HANDLING_SATISFACTION",
        "PETITION_CLASSIFICATION_TTHC",
        "PETITION_CLASSIFICATION_STAFF",
    ),
}
_FIELDS: Final = {
    PROGRESS: ("totalReceived", "totalOnTime", "avgProcessingDays"),
    PAYMENT: ("totalDossierFinancialObligation", "totalFeeFormality", "totalDossierOnlinePaymentSuccess"),
    ONLINE: ("authorityCount", "onlineServiceTotal", "channelTotalSum"),
}
_BY_MAX: Final[dict[float, str]] = {20: PROGRESS, 12: ONLINE, 10: PAYMENT, 22: DIGITIZED}  # 18 is two groups'
_LISTS: Final = tuple(
    name + tail for name in ("units", "agencies", "communes", "provinces") for tail in ("", "Detail")
)
_FILTERS: Final = ("formalityId", "formalityID")
# A dossier record names its id within its first bytes; none of a response does.
_LOOK: Final = 65_536
_DOSSIER: Final = b'"MaHoSo"'
_MARKS: Final = (
    b'"departmentName"',
    b'"groupScores"',
    b'"componentIndicators"',
)  # of a response, whole or cut off
_DEPTH: Final = 4  # pages in lists under keys; deeper lies nothing the portal or the crawler writes


@dataclass(frozen=True)
class Response:
    """One response: the row of the place asked for, the rows of its units, and what was said of period and time."""

    endpoint: str
    parent: Mapping[str, Any] | None
    units: list[Any]
    hints: Mapping[str, Any] = field(default_factory=dict)
    captured: object = None
    announced: int | None = None  # how many units there are, by the pagination or the crawler's count
    radar: list[Any] = field(default_factory=list)
    place: Mapping[str, Any] = field(
        default_factory=dict
    )  # departmentCode, departmentName where no parent has them


def load(path: Path) -> Any | None:
    """The JSON value of a file that may hold portal responses; None for dossier records and what is no JSON value."""
    with path.open("rb") as file:
        look = file.read(_LOOK).removeprefix(b"\xef\xbb\xbf")
    if look.lstrip()[:1] not in (b"{", b"[") or _DOSSIER in look:
        return None
    try:
        value = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        if any(mark in look for mark in _MARKS):
            raise InputError(
                "tệp JSON hỏng hoặc tải về chưa trọn", where=where_is(path), remedy="lấy lại số liệu"
            ) from error
        return None
    return value if _is_portal(value) else None


def responses(document: Any, path: Path) -> list[Response]:
    """The responses of a document. InputError, one line, for another code than OK or data of no known shape."""
    found = [response for part in _parts(document) for response in _of_part(part, path)]
    if not found:
        raise _unknown(path)
    return found


def endpoint_of(rows: Iterable[Mapping[str, Any]]) -> str | None:
    """The endpoint whose fields rows carry: metrics by their codes, trees by their counts, else by their maximum."""
    rows = list(rows)
    codes = {m.get("code") for row in rows for m in _dicts(row.get("metrics"))}
    for endpoint, known in METRICS.items():
        if codes & set(known):
            return endpoint
    for endpoint, fields in _FIELDS.items():
        if any(name in row for row in rows for name in fields):
            return endpoint
    if any("totalPetitions" in row for row in rows):
        return SATISFACTION
    maxima = {row.get("totalMaxScore", row.get("maxScore")) for row in rows}
    known_maxima = {_BY_MAX[m] for m in maxima if isinstance(m, int | float) and m in _BY_MAX}
    return known_maxima.pop() if len(known_maxima) == 1 and len(maxima) == 1 else None


def _is_portal(value: Any) -> bool:
    return next(_parts(value), None) is not None


def _is_part(value: Mapping[str, Any]) -> bool:
    return _is_envelope(value) or _is_wrapped(value) or isinstance(value.get("metadata"), dict)


def _is_envelope(value: Mapping[str, Any]) -> bool:
    return "code" in value and "data" in value and ("message" in value or isinstance(value["data"], dict))


def _is_wrapped(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("response"), dict) and _is_envelope(value["response"])


def _parts(value: Any, depth: int = _DEPTH) -> Iterator[Mapping[str, Any]]:
    """The envelopes, envelopes with requests and crawler's sheets of a document, in their order."""
    if isinstance(value, dict) and _is_part(value):
        yield value
    elif isinstance(value, dict | list) and depth:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _parts(item, depth - 1)


def _of_part(part: Mapping[str, Any], path: Path) -> Iterator[Response]:
    if _is_wrapped(part):
        request = part.get("request")
        yield _of_envelope(
            part["response"], request if isinstance(request, dict) else {}, part.get("capturedAt"), path
        )
    elif _is_envelope(part):
        yield _of_envelope(part, {}, part.get("capturedAt"), path)
    else:
        yield from _of_sheet(part, path)


def _of_envelope(
    envelope: Mapping[str, Any], request: Mapping[str, Any], captured: object, path: Path
) -> Response:
    if envelope["code"] != "OK":
        raise InputError(
            "Cổng trả về lỗi thay cho số liệu",
            where=where_is(path),
            expected="code OK",
            remedy="lấy lại số liệu",
        )
    if any(request.get(name) for name in _FILTERS):
        raise InputError(
            "phản hồi chỉ tính một thủ tục, không phải toàn bộ hồ sơ",
            where=where_is(path),
            expected="truy vấn không lọc theo thủ tục (formalityId)",
        )
    data = envelope["data"]
    if not isinstance(data, dict):
        raise _unknown(path)
    parent = data.get("parent", data.get("overview"))
    units = data.get("children", data.get("evaluation"))
    if units is None and ("children" in data or "evaluation" in data):
        units = []  # a place without units of its own
    if not isinstance(units, list) or not (parent is None or isinstance(parent, dict)):
        raise _unknown(path)
    known = [row for row in (parent, *units) if isinstance(row, dict)]
    service = "evaluation" in data and (
        "radar" in data or "growthPercent" in data or any("groupScores" in row for row in known)
    )
    endpoint = SERVICE if service else endpoint_of(known)
    if endpoint is None:
        raise _unknown(path)
    return Response(
        endpoint, parent, units, request, captured, _announced(data), list(_dicts(data.get("radar")))
    )


def _of_sheet(sheet: Mapping[str, Any], path: Path) -> Iterator[Response]:
    """The crawler's sheet: totals and groups of its units, and their single endpoints where it keeps them."""
    metadata, overview = sheet["metadata"], sheet.get("overview")
    named = [name for name in _LISTS if isinstance(sheet.get(name), list)]
    if not named or not (overview is None or isinstance(overview, dict)):
        raise _unknown(path)
    units = [unit for name in named for unit in sheet[name]]
    captured = metadata.get("extractedAt") or _run_date(metadata.get("runDateStr"))
    place = {"departmentCode": metadata.get("provinceCode"), "departmentName": metadata.get("province")}
    if overview is not None:
        overview = place | {key: value for key, value in overview.items() if value is not None}
    common: dict[str, Any] = {"hints": metadata, "captured": captured, "place": place}
    yield Response(SNAPSHOT, overview, units, announced=_counted(sheet, named), **common)
    for endpoint, rows in _components(units).items():
        yield Response(endpoint, None, rows, **common)


def _components(units: list[Any]) -> dict[str, list[Any]]:
    """The units' single indicators as rows of the endpoints they came from; one that was not fetched is null there."""
    found: dict[str, list[Any]] = {}
    for unit in units:
        parts = unit.get("componentIndicators") if isinstance(unit, dict) else None
        for part in parts.values() if isinstance(parts, dict) else ():
            endpoint = endpoint_of([part]) if isinstance(part, dict) else None
            if endpoint:
                identity = {
                    k: unit.get(k) for k in ("departmentId", "departmentName", "departmentCode", "childGroup")
                }
                found.setdefault(endpoint, []).append(part | identity)
    return found


def _announced(data: Mapping[str, Any]) -> int | None:
    """How many units the pagination says there are on all pages."""
    pages = data.get("pagination")
    if not isinstance(pages, dict):
        return None
    names = ("total", "totalItems", "totalElements", "totalRecords", "totalCount", "totalRows")
    counts = [pages[name] for name in names if isinstance(pages.get(name), int)]
    return int(counts[0]) if counts else None


def _counted(sheet: Mapping[str, Any], named: list[str]) -> int | None:
    """The crawler's count of what the sheet holds: its own, and that of all units where it holds them all."""
    counts = [sheet.get("count")]
    overview = sheet.get("overview") or {}
    if any(name.startswith("units") for name in named):
        counts.append(overview.get("totalUnitsCount"))
    found = [n for n in counts if isinstance(n, int) and not isinstance(n, bool)]
    return max(found) if found else None


def _run_date(text: object) -> str | None:
    """10102026 → 2026-10-10."""
    return f"{text[4:]}-{text[2:4]}-{text[:2]}" if isinstance(text, str) and len(text) == 8 else None


def _dicts(value: object) -> Iterator[Mapping[str, Any]]:
    yield from (item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _unknown(path: Path) -> InputError:
    return InputError(
        "phản hồi của Cổng không thuộc dạng nào đã biết",
        where=where_is(path),
        expected="phản hồi đánh giá QĐ 766: " + ", ".join(ENDPOINTS),
    )
