"""Delimited files: code pages, separators, quotes, size."""

import codecs
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from hoso.records.intake import BATCH_ROWS, Batch, delimited, read
from hoso.records.intake.quoting import blocks
from tests.records.intake.exports import HEADERS, csv_text, rejects_of, row, rows_of

Reader = Callable[..., list[Batch]]
TEXT = csv_text([HEADERS, row(), row(Mã_hồ_sơ="H22-2")])


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: ("sep=;\n" + text).encode(),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16 le", "utf-16 be", "crlf", "sep line"],
)
def test_every_form_gives_the_same_rows(
    read_csv: Reader, separator: str, encode: Callable[[str], bytes]
) -> None:
    """Separator, Unicode form and line ends do not change a row."""
    text = csv_text([HEADERS, row(), row(Mã_hồ_sơ="H22-2")], separator)
    expected = rows_of(read_csv(TEXT)).drop("line")
    assert rows_of(read_csv(encode(text))).drop("line").equals(expected)


def test_a_quoted_line_break_and_separator_belong_to_their_cell(read_csv: Reader) -> None:
    """Cells may hold line breaks, separators and doubled quotes; rows after them keep their true line."""
    name = 'Cấp "phiếu",\nlý lịch\ntư pháp'
    batches = read_csv([row(Tên_thủ_tục_hành_chính=name), row(), row(Trạng_thái="?")])
    assert rows_of(batches)["procedure_name"][0] == 'Cấp "phiếu", lý lịch tư pháp'
    assert rows_of(batches)["line"].to_list() == [2, 5]
    assert rejects_of(batches)["line"].to_list() == [6]


def test_a_misplaced_quote_is_a_plain_sign(read_csv: Reader) -> None:
    """An inch sign does not swallow the rows after it; it is counted."""
    lines = [",".join(row(Lĩnh_vực=field)) for field in ('Ống 5" thép', "Đất", '"Ống 6" nhựa"', "Nước")]
    (batch,) = read_csv("\n".join([",".join(HEADERS), *lines]))
    assert batch.rows["field"].to_list() == ["Ống 5' thép", "Đất", "Ống 6' nhựa", "Nước"]
    assert batch.repairs == {"stray_quote": 2}


def test_a_quote_that_never_closes_costs_its_own_line(read_csv: Reader) -> None:
    """The line of an unclosed quote is refused with its reason; the rows after it are read."""
    lines = [",".join(row(Lĩnh_vực=field)) for field in ("Đất", '"Nước', '"Rừng"', "Biển", '"Núi')]
    (batch,) = read_csv("\n".join([",".join(HEADERS), *lines]))
    assert batch.rows["field"].to_list() == ["Đất", "Rừng", "Biển"]
    assert batch.rejects.select("line", "reason").rows() == [
        (3, "dấu nháy kép mở ra không đóng lại"),
        (6, "dấu nháy kép mở ra không đóng lại"),
    ]
    assert batch.read == 5


def test_bytes_that_are_no_utf8_cost_their_own_row(read_csv: Reader) -> None:
    """A damaged cell in a good file refuses its row only."""
    good = csv_text([HEADERS, *[row()] * 3]).encode()
    before, after = good.rsplit("Sở Tư pháp".encode(), 1)
    (batch,) = read_csv(before + b"S\xbb T\xff" + after)
    assert batch.rejects.select("line", "reason").rows() == [(4, "ký tự hỏng, không phải UTF-8")]
    assert batch.rows.height == 2


def test_short_and_long_rows_do_not_break_the_file(read_csv: Reader) -> None:
    """A row with missing cells is judged by what it lacks, one with too many is refused at its line; separators
    at the end of a row are nothing."""
    text = csv_text([HEADERS, row(), row()[:5], [*row(), "", "thừa"], [*row(), "", " "]])
    (batch,) = read_csv(text)
    assert (batch.rows["line"].to_list(), batch.rejects["line"].to_list()) == ([2, 5], [3, 4])
    assert batch.rejects["reason"][1] == "số ô nhiều hơn tiêu đề"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_inside_quotes_are_no_cells(read_csv: Reader, separator: str) -> None:
    """A quoted address is one cell however many separators and line breaks it holds; lines stay exact."""
    quoted = row(Lĩnh_vực=f"Tổ 3{separator}\nphường{separator * 300} X")
    batches = read_csv([quoted, [*row(), "thừa"], quoted, [*quoted, "thừa"]], separator)
    assert rows_of(batches)["line"].to_list() == [2, 5]
    assert rejects_of(batches).select("line", "reason").rows() == [
        (4, "số ô nhiều hơn tiêu đề"),
        (7, "số ô nhiều hơn tiêu đề"),
    ]


def test_too_many_cells_are_seen_wherever_the_reads_end(
    read_csv: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The size of a read hides no row with too many cells, and moves no line."""
    rows = [[*row(Lĩnh_vực='a,\n"b"'), *["thừa"] * (n % 4 == 0)] for n in range(40)]
    for size in (61, 997, 1 << 20):
        monkeypatch.setattr(delimited, "_BLOCK_BYTES", size)
        batches = read_csv(rows)
        assert rejects_of(batches)["line"].to_list() == [2 + 2 * n for n in range(0, 40, 4)]
        assert rows_of(batches).height == 30


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_blocks_hold_whole_records_wherever_the_reads_end(size: int) -> None:
    """Cut anywhere, the records and their lines come out the same."""
    text = 'a,"b\nb",c\n\n"x ""y""",2\n"\n",3\nlast,"é"'.encode()
    reads = [text[i : i + size] for i in range(0, len(text), size)]
    parts = list(blocks(iter(reads), b",", 10))
    assert b"".join(part.data for part in parts) == text + b"\n"
    assert [int(line) for part in parts for line in part.lines] == [10, 12, 13, 14, 16]
    assert not any(part.broken or part.stray_quotes for part in parts)


@pytest.mark.parametrize("size", [1, 5, 33, 1000])
def test_broken_quotes_are_mended_wherever_the_reads_end(size: int) -> None:
    """An unclosed quote after a record of several lines gives up that record, at its first line."""
    text = b'1,"a\nb","c\n2,d"e,f\n3,"g",h\n'
    reads = [text[i : i + size] for i in range(0, len(text), size)]
    parts = list(blocks(iter(reads), b",", 1))
    rows = b"".join(part.data for part in parts).splitlines()
    assert rows == [b"    ", b"     ", b"2,d'e,f", b'3,"g",h']
    assert [line for part in parts for line in part.broken] == [1]


def test_memory_is_bounded_by_batches(
    tmp_path: Path, read_csv: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file larger than a batch comes in pieces of at most BATCH_ROWS rows, none lost, lines running on."""
    line = ",".join(cell.replace("0001", "{:06d}") for cell in row()) + "\n"
    path = tmp_path / "lớn.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADERS) + "\n")
        file.writelines(line.format(number) for number in range(BATCH_ROWS + 50_000))
    batches = list(read(path))
    assert len(batches) > 1 and all(batch.read <= BATCH_ROWS for batch in batches)
    rows = rows_of(batches)
    assert rows["dossier_id"].n_unique() == rows.height == BATCH_ROWS + 50_000
    assert rows["line"].to_list() == list(range(2, rows.height + 2))


def test_split_files_give_the_rows_of_the_whole(tmp_path: Path) -> None:
    """An export split over several files, each with its header, holds the same dossiers."""
    rows = [row(Mã_hồ_sơ=f"H22-{n}") for n in range(10)]
    whole, first, second = (tmp_path / f"{name}.csv" for name in ("cả", "1", "2"))
    for path, part in ((whole, rows), (first, rows[:6]), (second, rows[6:])):
        path.write_text(csv_text([HEADERS, *part]), encoding="utf-8")
    parts = pl.concat([rows_of(list(read(first))), rows_of(list(read(second)))])
    assert parts.drop("line").equals(rows_of(list(read(whole))).drop("line"))


def test_small_reads_change_nothing(read_csv: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of a read is a matter of memory only."""
    rows = [row(Mã_hồ_sơ=f"H22-{n}", Lĩnh_vực='a\n"b"' if n % 3 else "Đất") for n in range(50)]
    expected = rows_of(read_csv(rows))
    monkeypatch.setattr(delimited, "_BLOCK_BYTES", 97)
    assert rows_of(read_csv(rows)).equals(expected)


def test_each_batch_says_how_much_of_the_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The share grows with the batches, to the whole."""
    monkeypatch.setattr(delimited, "_BLOCK_BYTES", 2_000)
    monkeypatch.setattr(delimited, "BATCH_ROWS", 20)
    text = tmp_path / "dài.csv"
    lines = (f"H22-{n},UBND xã A,01/07/2024 08:00:00,Đã trả kết quả,{'x' * 100}" for n in range(100))
    header = "Mã hồ sơ,Đơn vị giải quyết,Ngày tiếp nhận,Trạng thái,Ghi chú"
    text.write_text("\n".join((header, *lines)), "utf-8")
    shares = [batch.share or 0 for batch in read(text)]
    assert len(shares) > 2
    assert 0 < shares[0] < 0.5
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
