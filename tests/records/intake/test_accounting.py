"""Whatever a file holds, every row read is accounted for."""

import string
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hoso.records.intake import CLEAN, REJECTS, read
from hoso.records.intake.tidy import tidy
from hoso.vocabulary.text import clean
from tests.records.intake.exports import HEADERS, csv_text, row

WORDS = [
    "",
    " ",
    "-",
    "Tổng cộng",
    "(1)",
    "05/01/2024",
    "31/02/2024",
    "45296",
    "Đang xử lý",
    "x",
    'a"b',
    "a\nb",
    "ðất",
]
CELL = st.sampled_from([*WORDS, *HEADERS]) | st.text(max_size=8).filter(lambda text: "\x00" not in text)
DIRTY = st.lists(CELL, min_size=0, max_size=len(HEADERS) + 2)
NEAR = st.dictionaries(st.sampled_from([h.replace(" ", "_") for h in HEADERS]), CELL, max_size=3).map(
    lambda changes: row(**changes)
)
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SETTINGS
@given(rows=st.lists(NEAR | DIRTY, max_size=12))
def test_every_row_is_accepted_refused_or_skipped(tmp_path: Path, rows: list[list[str]]) -> None:
    """Random dirt is read without a crash; read = accepted + rejected + skipped, each line at most once."""
    path = tmp_path / "bẩn.csv"
    path.write_bytes(csv_text([HEADERS, row(), *rows]).encode("utf-8", "replace"))
    batches = list(read(path))
    read_rows = sum(batch.read for batch in batches)
    kept = pl.concat([batch.rows for batch in batches])
    refused = pl.concat([batch.rejects for batch in batches])
    assert (kept.schema, refused.schema) == (CLEAN, REJECTS)
    assert (
        read_rows
        == len(rows) + 1
        == kept.height + refused.height + sum(sum(b.skipped.values()) for b in batches)
    )
    lines = [*kept["line"], *refused["line"]]
    assert len(set(lines)) == len(lines) and min(lines) == 2
    needed = kept.select("dossier_id", "unit_name", "received_at", "status", "channel", "supplements")
    assert sum(needed.null_count().row(0)) == 0


@SETTINGS
@given(
    texts=st.lists(
        st.text(
            string.ascii_letters
            + " \t\n\u00a0\u200b\ufeff\u202e\x01\x1c\x85\u0301\u0323\u0302ĐÐðđàộựẽ\u3000\u00ad"
        ),
        max_size=20,
    )
)
def test_columns_are_cleaned_as_single_texts_are(texts: list[str]) -> None:
    """The vectorised cleaning gives what `clean` gives, blanks aside."""
    from collections import Counter

    frame = pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
    wanted = [
        None if clean(text).lower() in ("", "nan", "nat", "null", "none") else clean(text) for text in texts
    ]
    assert tidy(frame, Counter())["text"].to_list() == wanted
