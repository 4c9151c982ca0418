"""Files of counts: what people's spreadsheets write is read, what cannot be meant is asked for again in one line."""

from pathlib import Path

import pytest

from hoso.statistics.scorecard import Given, scorecard
from hoso.statistics.scorecard.given import number, read_counts
from hoso.vocabulary.errors import HosoError, InputError, NoDataError

CARD = scorecard("qd766-2026")
HEAD = "criterion,numerator,denominator"


def read(folder: Path, text: str, encoding: str = "utf-8") -> list[tuple[object, ...]]:
    file = folder / "counts.csv"
    file.write_bytes(text.encode(encoding))
    return [(g.criterion, g.numerator, g.denominator, g.score) for g in read_counts(file, CARD)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"{HEAD}\nDOSSIER_SYNC,547,548\n", "utf-8"),
        (f"{HEAD}\r\nDOSSIER_SYNC,547,548\r\n", "utf-8-sig"),
        ("Criterion;Numerator;Denominator\ndossier_sync;547,0;548\n", "utf-8"),
        (f"{HEAD}\nDOSSIER_SYNC,547,548\n".replace(",", "\t"), "utf-16"),
        (f"\n{HEAD}\n\n DOSSIER_SYNC , 547 , 548.0 \n,,\n", "utf-8"),
        ("denominator,criterion,numerator\n548,DOSSIER_SYNC,547\n", "utf-8"),
    ],
)
def test_the_shapes_people_save(tmp_path: Path, text: str, encoding: str) -> None:
    """Commas, semicolons and tabs; byte order marks; decimal commas; blank lines; small letters; another order of columns."""
    assert read(tmp_path, text, encoding) == [("DOSSIER_SYNC", 547.0, 548.0, None)]


def test_blank_is_not_given(tmp_path: Path) -> None:
    """Blank counts and the portal's null are not given; a printed score may stand there, with a decimal comma."""
    text = 'criterion,numerator,denominator,score\nDOSSIER_SYNC,,,"5,99"\nELECTRONIC_CERTIFIED_COPY,null,–,\nMDHL,,,17.5\n'
    assert read(tmp_path, text) == [
        ("DOSSIER_SYNC", None, None, 5.99), ("ELECTRONIC_CERTIFIED_COPY", None, None, None), ("MDHL", None, None, 17.5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{HEAD}\nDOSIER_SYNC,1,2\n", "dòng 2 · cần: DOSSIER_SYNC"),
        (f"{HEAD}\nDOSSIER_SYNC,1,2\nDOSSIER_SYNC,1,2\n", "dòng 3"),
        (f"{HEAD}\nDOSSIER_SYNC,một,2\n", "“một” không phải số · counts.csv, dòng 2, cột numerator"),
        (f"{HEAD}\nDOSSIER_SYNC,1.234,2000\n", "viết liền, như 1234"),
        (f'{HEAD}\nDOSSIER_SYNC,"1,234",2000\n', "viết liền, như 1234"),
        (f"{HEAD}\nDOSSIER_SYNC,1.234.567,2000\n", "viết liền, như 1234567"),
        (f"{HEAD}\nDOSSIER_SYNC,1e3,2000\n", "không phải số"),
        (f"{HEAD}\nDOSSIER_SYNC,1,2,3\n", "nhiều ô hơn tiêu đề"),
        (f"{HEAD}\n,1,2\n", "thiếu mã tiêu chí"),
        (f"{HEAD},colour\nDOSSIER_SYNC,1,2,red\n", "dòng tiêu đề"),
        ("criterion,numerator\nDOSSIER_SYNC,1\n", "dòng tiêu đề"),
        ("DOSSIER_SYNC,1,2\n", "dòng tiêu đề"),
        ("PK\x00\x03", "CSV"),
        pytest.param(f"{HEAD}\n{'x' * 200_000},1,2\n", "tệp CSV hỏng: ", id="an endless cell"),
    ],
)
def test_faults_name_their_line(tmp_path: Path, text: str, words: str) -> None:
    """What, where, and what was expected, in one line."""
    with pytest.raises(InputError) as caught:
        read(tmp_path, text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n", f"{HEAD}\n"])
def test_an_empty_file_has_nothing_to_score(tmp_path: Path, text: str) -> None:
    """No rows: nothing to do for lack of data."""
    with pytest.raises(NoDataError):
        read(tmp_path, text)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A file in an old code page is refused, not read with wrong letters."""
    (tmp_path / "counts.csv").write_bytes(
        "criterion,numerator,denominator\nĐỒNG,1,2".encode()[:-6] + b"\xff\xfe"
    )
    with pytest.raises(HosoError, match="UTF-8"):
        read_counts(tmp_path / "counts.csv", CARD)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("653", 653),
        ("653.0", 653),
        ("3,66", 3.66),
        ("0,125", 0.125),
        ("-1", -1),
        ("", None),
        ("–", None),
        ("12.5", 12.5),
    ],
)
def test_numbers(text: str, value: float | None) -> None:
    """Whole numbers and decimals with a point or a comma."""
    assert number(text, "x") == value


def test_rows_name_where_they_are_from(tmp_path: Path) -> None:
    """A row carries its file and line, so that a later fault can name them."""
    (tmp_path / "counts.csv").write_text(f"{HEAD},note\nDOSSIER_SYNC,1,2,tạm tính\n", "utf-8")
    assert read_counts(tmp_path / "counts.csv", CARD) == (
        Given("DOSSIER_SYNC", 1, 2, None, "counts.csv, dòng 2", "tạm tính"),
    )
