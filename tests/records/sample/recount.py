"""Reads the written files again in its own plain way, so that nothing is shared with what wrote them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import fastexcel
import polars as pl

HEADERS = {
    "id": ["Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ", "Số biên nhận"],
    "unit": [
        "Đơn vị tiếp nhận",
        "Đơn vị xử lý",
        "Cơ quan giải quyết",
        "Đơn vị giải quyết",
        "Cơ quan thực hiện",
        "Đơn vị thụ lý",
    ],
    "parent": ["Huyện/thành phố", "Quận/huyện", "Cơ quan cấp trên", "Địa bàn"],
    "procedure": ["Mã TTHC", "Mã thủ tục", "Mã thủ tục hành chính"],
    "channel": ["Hình thức nộp", "Kênh tiếp nhận", "Hình thức tiếp nhận", "Kênh thực hiện", "Cách thức nộp"],
    "status": ["Trạng thái", "Tình trạng hồ sơ", "Trạng thái hồ sơ", "Tình trạng"],
    "service": ["Mức độ", "Mức độ DVC", "Loại dịch vụ công", "Mức độ dịch vụ công"],
    "received": ["Ngày nhận", "Ngày tiếp nhận", "Thời gian tiếp nhận"],
    "submitted": ["Ngày nộp hồ sơ", "Ngày nộp", "Thời gian nộp"],
    "due": ["Ngày hẹn trả", "Hạn xử lý", "Hẹn trả", "Hạn trả"],
    "finished": [
        "Ngày kết thúc xử lý",
        "Ngày có kết quả",
        "Ngày hoàn thành",
        "Ngày giải quyết xong",
        "Ngày xử lý xong",
    ],
    "fee": ["Phí, lệ phí", "Tổng phí lệ phí", "Phí/lệ phí (đồng)", "Nghĩa vụ tài chính (đồng)"],
    "payment": ["Hình thức thanh toán", "Thanh toán", "Trạng thái thanh toán"],
    "digitised": ["Số hóa TPHS", "Số hóa thành phần hồ sơ"],
    "reused": ["Tái sử dụng"],
    "result": ["Kết quả điện tử", "KQ điện tử"],
    "synced": ["Đồng bộ kho cá nhân", "Đồng bộ kho DLCN"],
    "authenticated": ["Xác thực VNeID", "Xác thực điện tử"],
    "population": ["Khai thác CSDLQGDC"],
}
NAMES = {header: name for name, headers in HEADERS.items() for header in headers}
TIMES = ("received", "submitted", "due", "finished")
ONLINE = ["Trực tuyến", "Nộp trực tuyến", "Qua mạng", "2"]
OUT = ["Mới đăng ký", "Từ chối tiếp nhận", "1", "3"]
DONE = ["Đã xử lý xong", "Đã trả kết quả", "Đã có kết quả", "Đã trả", "9", "10"]
WITHDRAWN = ["Công dân yêu cầu rút", "Rút hồ sơ", "7"]
OPEN = ["Đã tiếp nhận", "Mới tiếp nhận", "Đang xử lý", "Đang giải quyết", "2", "4"]
WAITING = [
    "Yêu cầu bổ sung",
    "Chờ bổ sung",
    "Yêu cầu thực hiện nghĩa vụ tài chính",
    "Dừng xử lý",
    "Tạm dừng",
    "5",
    "6",
    "8",
]
KNOWN = [*OUT, *DONE, *WITHDRAWN, *OPEN, *WAITING]


def dossiers(folder: Path) -> pl.DataFrame:
    """The latest state of every dossier in a province's folder, refused rows left out."""
    frames = [read(path) for path in sorted(folder.iterdir()) if "danh-muc" not in path.name]
    rows = pl.concat(frames, how="diagonal").with_columns(
        *[pl.coalesce(_moment(name)).alias(name) for name in TIMES],
        pl.col("unit", "channel", "status")
        .str.normalize("NFC")
        .str.replace_all("\u00a0", " ")
        .str.strip_chars(),
    )
    rows = rows.with_columns(
        received=pl.coalesce("received", pl.when(pl.col("status").is_in(OUT)).then("submitted"))
    )
    good = (
        pl.col("id").str.contains(r"^000\.\d\d\.\d\d\.H\d\d-\d{6}-\d{4}$")
        & pl.col("received").is_not_null()
        & pl.col("status").is_in(KNOWN)
        & (pl.col("finished").is_null() | (pl.col("finished") >= pl.col("received")))
    )
    return (
        rows.filter(good)
        .unique("id", keep="last", maintain_order=True)
        .with_columns(
            online=pl.col("channel").is_in(ONLINE).fill_null(False),
            scope=~pl.col("status").is_in(OUT),
            done=pl.col("status").is_in(DONE),
            withdrawn=pl.col("status").is_in(WITHDRAWN),
            place=pl.col("id").str.head(14),
        )
    )


def read(path: Path) -> pl.DataFrame:
    """One file as texts under the names of HEADERS; every line below the header, whatever it is."""
    if path.suffix == ".jsonl":
        return _sync(path)
    grid = _grid(path)
    top, head, below = _header(grid, HEADERS["id"])
    titles = [NAMES.get(low or "") or NAMES.get(high or "") for high, low in zip(head, below, strict=True)]
    kept = {column: title for column, title in zip(grid.columns, titles, strict=True) if title}
    return grid[top + 1 :].select(pl.col(column).alias(title) for column, title in kept.items())


def catalogue(folder: Path, on: date) -> pl.DataFrame:
    """The procedures valid on a day: service (toàn trình, một phần …), fee, payment."""
    grid = _grid(next(folder.glob("01-danh-muc*")))
    top, head, _ = _header(grid, ["Mã TTHC", "Mã thủ tục"])
    starts = {
        "id": ("Mã",),
        "service": ("Mức", "Loại"),
        "fee": ("Có", "Phí"),
        "payment": ("Thanh toán", "Cung cấp"),
    }
    where = {
        name: grid.columns[i]
        for name, words in starts.items()
        for i, t in enumerate(head)
        if t and t.startswith(words)
    }
    first, last = grid.columns[-3:-1]  # the last column says that the data are made up
    days = grid[top + 1 :].with_columns(pl.col(first, last).str.to_date("%d/%m/%Y"))
    valid = days.filter(pl.col(first) <= on, pl.col(last).is_null() | (pl.col(last) >= on))
    return valid.select(pl.col(column).alias(name) for name, column in where.items())


def _header(
    grid: pl.DataFrame, words: list[str]
) -> tuple[int, tuple[str | None, ...], tuple[str | None, ...]]:
    """Where the header is, its row, and the row below it."""
    top = next(i for i in range(20) if set(grid.row(i)) & set(words))
    return top, grid.row(top), grid.row(top + 1)


def _grid(path: Path) -> pl.DataFrame:
    """All cells of a table as texts."""
    if path.suffix == ".xlsx":
        return fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    first = text.split(b"\n", 1)[0]
    separator = ";" if first.count(b";") > first.count(b",") else ","
    return pl.read_csv(text, separator=separator, has_header=False, infer_schema=False)


def _moment(name: str) -> list[pl.Expr]:
    cell = pl.col(name).str.slice(0, 19)
    forms = ["%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S", "%H:%M %d/%m/%Y"]
    return [cell.str.to_datetime(form, strict=False) for form in forms]


def _sync(path: Path) -> pl.DataFrame:
    records = []
    for line in path.read_text("utf-8").splitlines():
        try:
            records.append(_record(json.loads(line)))
        except json.JSONDecodeError:
            continue
    return pl.DataFrame(records, infer_schema_length=None)


def _record(r: dict[str, object]) -> dict[str, str | None]:
    fees, results, linked = r["DanhSachLePhi"], r.get("DanhSachGiayToKetQua"), r.get("DSKetNoiCSDL")
    papers = r.get("TaiLieuNop")
    yes_no = {"1": "Có", "0": "Không", None: None}
    return {
        "id": str(r["MaHoSo"]),
        "unit": str(r["DonViXuLy"]),
        "procedure": str(r["MaTTHC"]),
        "channel": str(r["KenhThucHien"]),
        "status": str(r["TrangThaiHoSo"]),
        "service": {"4": "Toàn trình", "3": "Một phần", "2": "Cung cấp thông tin"}[str(r["MucDo"])],
        "received": str(r["NgayTiepNhan"]),
        "submitted": str(r["NgayNopHoSo"]),
        "due": str(r["NgayHenTra"]),
        "finished": str(r["NgayKetThucXuLy"]),
        "fee": fees[0]["Gia"] if fees else "0",  # type: ignore[index]
        "payment": "Trực tuyến" if r["DuocThanhToanTrucTuyen"] in ("1", "2") else "Tiền mặt",
        "digitised": yes_no[r.get("HoSoCoThanhPhanSoHoa")],  # type: ignore[index]
        "authenticated": yes_no[r.get("TaiKhoanDuocXacThucVoiVNeID")],  # type: ignore[index]
        "synced": yes_no[r.get("DaDongBoKhoDLCN")],  # type: ignore[index]
        "result": None if results is None else "Có" if results else "Không",
        "population": None if linked is None else "Có" if linked else "Không",
        "reused": None if papers is None else yes_no[papers[0]["DuocTaiSuDung"]],  # type: ignore[index]
    }


def received(rows: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """Received in a window."""
    return rows.filter(pl.col("scope"), pl.col("received").dt.date().is_between(first, last))


def resolved(rows: pl.DataFrame, first: date, last: date, withdrawn: bool = True) -> pl.DataFrame:
    """Ended in a window, with the withdrawn ones (form II.06a) or without."""
    ended = pl.col("done") | pl.col("withdrawn") if withdrawn else pl.col("done")
    return rows.filter(ended, pl.col("finished").dt.date().is_between(first, last))


def carried(rows: pl.DataFrame, first: date) -> pl.DataFrame:
    """Received before a day and still open at its beginning."""
    ended = (pl.col("done") | pl.col("withdrawn")) & (pl.col("finished").dt.date() < first)
    return rows.filter(pl.col("scope"), pl.col("received").dt.date() < first, ~ended.fill_null(False))


def share(rows: pl.DataFrame, column: str) -> tuple[int, int]:
    """How many say yes, of how many that say anything."""
    known = rows.filter(pl.col(column).is_in(["Có", "Không"]))
    return known.filter(pl.col(column) == "Có").height, known.height
