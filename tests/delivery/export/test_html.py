"""The web page as a file."""

import base64
import hashlib
import re

import nbformat
from nbconvert.exporters import get_exporter

from hoso.delivery.export.html import contents, page
from tests.delivery.export.sample_document import notebook, notice, report_of


def test_a_review_of_900_figures_stays_under_250_kb(review, review_html):
    assert len(review["figures"]) > 900
    assert len(review_html.encode()) < 250_000


def test_the_page_names_no_address_to_load_from(review_html):
    addresses = set(re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", review_html))
    assert addresses <= {"http://www.w3.org"}  # the SVG namespace, a name and no address


def test_the_policy_allows_this_style_and_this_script_only(review_html):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', review_html)[1].replace("&#39;", "'")
    for name in ("style", "script"):
        text = re.search(rf"<{name}>(.*?)</{name}>", review_html, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert " style=" not in review_html and not re.search(r"<\w+[^>]* on\w+=", review_html)


def test_contents_list_two_levels_and_the_appendices(review):
    entries = contents(review["blocks"])
    assert [entry.words for entry in entries if entry.level == 1][:2] == [
        "I. KẾT QUẢ ĐẠT ĐƯỢC",
        "II. HẠN CHẾ, NGUYÊN NHÂN",
    ]
    assert (entries[-1].id, entries[-1].words) == ("phu-luc-ii", "Phụ lục II. Cách tính các chỉ tiêu")


def test_only_a_synthetic_or_provisional_report_has_a_running_mark():
    assert "@top-left{content" in page(report_of(notice("missing", "a"), synthetic=True))
    assert "@top-left{content" in page(report_of(notice("missing", "a"), provisional="tạm"))
    assert "@top-left{content" not in page(report_of(notice("missing", "a")))


def test_a_provisional_note_cannot_leave_its_style_rule():
    made = page(report_of(provisional='x"}</style><script>y</script>'))
    assert made.count("</style>") == 1 and made.count("</script>") == 1


def test_the_same_document_gives_the_same_page(review, review_html):
    assert page(review) == review_html


def test_nbconvert_knows_the_exporter_by_its_name(tmp_path, review_html):
    nbformat.write(notebook(), tmp_path / "review.ipynb")
    made, resources = get_exporter("hoso-html")().from_filename(str(tmp_path / "review.ipynb"))
    assert (made, resources["output_extension"]) == (review_html, ".html")
