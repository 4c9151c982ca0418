"""Stores for tests, filled through the real way: a CSV file, intake, one commit, the ledger."""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hoso.records import keys
from hoso.records.importer import Import, import_file
from hoso.records.store import Store
from hoso.statistics.data import Data
from hoso.vocabulary.places import Province, find_province

scratch: Path | None = None
"""Where `folder` makes folders: below those that pytest clears away (tests/conftest.py)."""


def folder() -> Path:
    """A new folder for a drawn example, which gets none from a fixture."""
    return Path(mkdtemp(dir=scratch))


HEADERS = {
    "id": "Mã hồ sơ",
    "unit": "Đơn vị giải quyết",
    "parent": "Huyện",
    "procedure": "Mã TTHC",
    "field": "Lĩnh vực",
    "channel": "Hình thức nộp",
    "level": "Mức độ",
    "status": "Trạng thái",
    "received": "Ngày tiếp nhận",
    "due": "Ngày hẹn trả",
    "finished": "Ngày kết thúc xử lý",
    "supplements": "Số lần bổ sung",
    "fee": "Phí, lệ phí",
    "payment": "Hình thức thanh toán",
    "digitised": "Số hóa TPHS",
}
DEFAULTS = {
    "unit": "Sở Tư pháp",
    "field": "Hộ tịch",
    "procedure": "1.012760",
    "channel": "Trực tuyến",
    "level": "Toàn trình",
    "status": "Đã trả kết quả",
}
STATUS_WORDS = {
    1: "Mới đăng ký", 2: "Được tiếp nhận", 3: "Không được tiếp nhận", 4: "Đang xử lý", 5: "Yêu cầu bổ sung",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính", 7: "Công dân yêu cầu rút", 8: "Dừng xử lý", 9: "Đã xử lý xong",
    10: "Đã trả kết quả",
}  # fmt: skip
HA_GIANG: Province = find_province("ha-giang", "63")


def printed(moment: datetime | None) -> str:
    """A date and time as the one-stop systems export it."""
    return "" if moment is None else f"{moment:%d/%m/%Y %H:%M:%S}"


def write_csv(path: Path, rows: Iterable[Mapping[str, object]]) -> Path:
    """A dossier export; rows may leave out what DEFAULTS gives."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS.values())
        for row in rows:
            writer.writerow([(DEFAULTS | dict(row)).get(name, "") for name in HEADERS])
    return path


def prepare(folder: Path) -> Store:
    """An empty store with a key of its own."""
    return Store.prepare(folder / "store", folder / "key")


def load(folder: Path, rows: Iterable[Mapping[str, object]], name: str = "export.csv") -> Import:
    """Imports rows into the store of a folder, made at first use."""
    file = write_csv(folder / name, rows)
    return import_file(prepare(folder), file, HA_GIANG, keys.load(folder / "key"))


def data(folder: Path) -> Data:
    """The province's data in the store of a folder."""
    return Data(Store.open(folder / "store"), HA_GIANG)


def of_a_month(
    month: int, numbers: Iterable[int], ends: Callable[[int], str], **given: Any
) -> list[dict[str, Any]]:
    """Rows of dossiers received in a month of 2024, by a department and a commune that no list names; number 5 is pending."""
    return [
        {
            "id": f"H19-{month}-{n}",
            "unit": ("Sở Tư pháp", "UBND xã Lạ")[n % 2],
            "received": f"0{n + 2}/0{month}/2024 08:00:00",
            "due": f"1{n}/0{month}/2024",
            "finished": "" if n == 5 else f"{ends(n)} 10:00:00",
        }
        | given
        for n in numbers
    ]
