"""Signing: a real certificate file, a real token, a real time stamp; read back, tampered with, validated."""

import asyncio
import hashlib
import json
import logging
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from pyhanko.keys.pemder import load_certs_from_pemder_data
from typer.testing import CliRunner

from hoso.delivery.cli import app
from hoso.delivery.export.pdf import pdf
from hoso.delivery.signatures import marks, signatures
from hoso.delivery.signing import Signer, document_of, sign, sign_file, signed_name
from hoso.delivery.verification import altered, figures_files
from hoso.vocabulary.errors import HosoError, InputError, UsageError
from tests.delivery.export.sample_document import column, letterhead, narrative, report_of, row_of, table
from tests.offices import ISSUER, OFFICE, certificate, key, pkcs12

PASSWORD = "mật khẩu của phép thử"


@pytest.fixture(scope="module")
def draft():
    """A report with a letterhead, which says DỰ THẢO, of synthetic data, with a table and a list."""
    rows = [row_of("Sở Nội vụ", "98,5%")]
    grid = table("t", "Bảng", [column("a", "Đơn vị", "left"), column("b", "Tỷ lệ")], rows)
    return pdf(report_of(letterhead(), *narrative("Một câu.\n\n- Một ý."), grid, synthetic=True))


@pytest.fixture(scope="module")
def plain():
    """A small document without a letterhead, as one that is no draft."""
    return pdf(report_of(*narrative("Một câu.")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("chung-thu")


@pytest.fixture(scope="module")
def office_file(folder):
    return pkcs12(folder / "office.p12", PASSWORD)


@pytest.fixture(scope="module")
def signer(office_file):
    return Signer.of_file(office_file, PASSWORD)


@pytest.fixture(scope="module")
def signed(plain, signer):
    return sign(plain, signer)


@pytest.fixture
def hoso(monkeypatch):
    """The command with the password in the environment: its exit code, its standard output and error."""
    monkeypatch.setenv("HOSO_SIGN_PASSWORD", PASSWORD)

    def run(*arguments):
        ended = CliRunner().invoke(app, ["sign", *map(str, arguments)])
        if isinstance(ended.exception, HosoError):
            return ended.exception.exit_code, ended.stdout, str(ended.exception)
        return ended.exit_code, ended.stdout, ended.stderr

    return run


# ── what a signature is ──────────────────────────────────────────────────────────────────────────


def test_a_signature_tells_whose_it_is_and_that_nothing_changed(signed):
    (found,) = signatures(signed)
    assert (found.signer, found.issuer) == (OFFICE, ISSUER)
    assert found.intact and not found.amended and not found.stamped and found.at is not None
    assert str(found).startswith(f"chữ ký còn nguyên vẹn · {OFFICE} · ký lúc ")


def test_a_signed_file_begins_with_the_bytes_that_were_signed(plain, signed):
    assert signed.startswith(plain) and len(signed) > len(plain)


def test_nothing_is_drawn(signed):
    """The signature is PAdES, and its field has no place on the page."""
    assert b"/ETSI.CAdES.detached" in signed
    assert re.search(rb"/Rect \[\s*0 0 0 0\s*\]", signed)


@pytest.mark.parametrize("where", [0.1, 0.5, 0.9])
def test_one_changed_byte_is_found(plain, signed, where):
    at = int(len(plain) * where)
    altered = signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
    try:
        found = signatures(altered)
    except InputError:
        return  # what was changed is the file's own frame: it cannot be read at all
    assert [one.intact for one in found] == [False]
    assert "KHÔNG còn nguyên vẹn" in str(found[0])


def test_a_page_changed_by_an_appended_revision_is_found(signed):
    """PDF lets a writer append: what a reader sees then is no longer what was signed."""
    from io import BytesIO

    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b""))
    writer.update_container(page)
    made = BytesIO()
    writer.write(made)
    (found,) = signatures(made.getvalue())
    assert not found.intact


def test_a_second_signature_leaves_the_first_intact(signed, signer):
    """A person signs, then the body: both hold, and the first tells that more was signed after it."""
    first, second = signatures(sign(signed, signer))
    assert (first.intact, second.intact) == (True, True)
    assert (first.amended, second.amended) == (True, False)
    assert "sau đó có chữ ký khác" in str(first)


def test_an_unsigned_file_has_no_signature(plain):
    assert signatures(plain) == []


def test_the_marks_of_a_draft_are_read_from_the_file(draft, plain):
    assert set(marks(draft)) == {"DỰ THẢO", "DỮ LIỆU MÔ PHỎNG"}
    assert marks(plain) == ()


def test_signed_documents_are_pdf_a_2a_and_pdf_ua_1(draft, signer, signed, verapdf, tmp_path):
    """What a signature appends keeps both promises; so does a second one."""
    (tmp_path / "draft.pdf").write_bytes(sign(draft, signer))
    (tmp_path / "twice.pdf").write_bytes(sign(signed, signer))
    assert verapdf(sorted(tmp_path.glob("*.pdf"))) == ""


# ── who may sign ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ({"starts": -20, "ends": -10}, "chứng thư số đã hết hạn"),
        ({"starts": 10, "ends": 20}, "chứng thư số chưa có hiệu lực"),
        ({"signs": False}, "chứng thư số không dùng để ký"),
    ],
)
def test_a_certificate_that_may_not_sign_is_refused_in_one_line(made, told, tmp_path):
    file = pkcs12(tmp_path / "c.p12", PASSWORD, certificate(**made))
    with pytest.raises(InputError) as refused:
        Signer.of_file(file, PASSWORD)
    assert str(refused.value).startswith(f"{told} · {OFFICE} · cần: ")


def test_a_wrong_password_and_a_file_of_another_kind_are_told_apart(office_file, tmp_path):
    with pytest.raises(InputError, match="sai mật khẩu"):
        Signer.of_file(office_file, "khác")
    (tmp_path / "c.p12").write_bytes(b"no certificate")
    with pytest.raises(InputError, match="không phải tệp chứng thư số"):
        Signer.of_file(tmp_path / "c.p12", PASSWORD)


def test_what_is_no_pdf_is_refused(signer):
    for content in (b"", b"no PDF", b"%PDF-1.7\n"):
        with pytest.raises(InputError):
            sign(content, signer)
        with pytest.raises(InputError):
            signatures(content)


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("words", [["--certificate", "office.p12"], ["--token", "library.so"], ["--check"]])
def test_a_workbook_without_the_packages_is_told_what_to_install(words, hoso, tmp_path, monkeypatch):
    """As `make report` leaves it: one line with the command, no traceback."""
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "office.p12").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "pyhanko", None)
    code, out, told = hoso("x.pdf", *words)
    assert (code, out) == (1, "")
    assert "requirements-sign.lock" in told and "pyhanko" in told and "\n" not in told.strip()


def test_a_notebook_signs_too(plain, signer):
    """In a thread whose event loop runs, as in JupyterLab: signed, and the signature told."""

    async def within():
        return signatures(sign(plain, signer))

    with ThreadPoolExecutor(1) as pool:  # this one may have a loop already, of a browser
        found = pool.submit(lambda: asyncio.run(within())).result()
    assert [one.intact for one in found] == [True]


def test_a_token_signs_without_giving_its_key_away(token, plain):
    with Signer.of_token(token.library, token.pin) as holder:
        assert holder.subject == token.office
        made = sign(plain, holder)
        twice = sign(made, holder)
    assert [(one.signer, one.intact) for one in signatures(made)] == [(token.office, True)]
    assert [one.intact for one in signatures(twice)] == [True, True]


def test_a_wrong_pin_and_wrong_names_are_told_in_one_line(token):
    for named, told in (
        ({"pin": "000000"}, "sai mã PIN của thiết bị ký số · hoso"),
        ({"label": "khác"}, "không có chứng thư số khác · cần: --label van-phong"),
        ({"token": "khác"}, "không có thiết bị ký số khác · cần: --token-label hoso"),
    ):
        with (
            pytest.raises(HosoError) as refused,
            Signer.of_token(**{"library": token.library, "pin": token.pin, **named}),
        ):
            pass
        assert str(refused.value) == told


def test_a_library_that_is_none_is_told_in_one_line(tmp_path):
    with (
        pytest.raises(InputError, match="không dùng được thư viện PKCS#11"),
        Signer.of_token(tmp_path / "x.so", "1"),
    ):
        pass


# ── time stamps ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def authority():
    """An RFC 3161 authority on this machine; its address, and the requests it had."""
    from asn1crypto import keys, tsp
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

    der = serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (own,) = load_certs_from_pemder_data(
        certificate("Cơ quan cấp dấu thời gian", stamps=True).public_bytes(serialization.Encoding.PEM)
    )
    stamper = DummyTimeStamper(own, keys.PrivateKeyInfo.load(key().private_bytes(*der)))
    had = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            had.append(asked)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(asyncio.run(stamper.async_request_tsa_response(asked)).dump())

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", had
    server.shutdown()


def test_a_time_stamp_is_asked_for_only_where_an_address_is_given(plain, signer, authority):
    address, had = authority
    sign(plain, signer)
    assert had == []
    (found,) = signatures(sign(plain, Signer(signer.key, address)))
    assert had and found.stamped and found.intact and "(dấu thời gian)" in str(found)


def test_an_authority_that_does_not_answer_stops_the_signing(plain, signer, tmp_path):
    """No file without the stamp that was asked for."""
    (tmp_path / "a.pdf").write_bytes(plain)
    with pytest.raises(
        HosoError, match=r"không lấy được dấu thời gian: .+ · http://127\.0\.0\.1:9 · kiểm tra địa chỉ"
    ):
        sign_file(tmp_path / "a.pdf", Signer(signer.key, "http://127.0.0.1:9"))
    assert [file.name for file in tmp_path.iterdir()] == ["a.pdf"]
    with pytest.raises(UsageError, match="dấu thời gian không hợp lệ"):
        Signer(signer.key, "ftp://a")


# ── files and the command ────────────────────────────────────────────────────────────────────────


def test_the_published_file_stays_and_the_signed_copy_lies_beside_it(plain, signer, tmp_path):
    file = tmp_path / "review.pdf"
    file.write_bytes(plain)
    made = sign_file(file, signer)
    assert made == tmp_path / "review.signed.pdf" == signed_name(file) and document_of(made) == file
    assert file.read_bytes() == plain and sorted(tmp_path.iterdir()) == [file, made]


def test_a_signature_somebody_made_is_never_written_over(plain, signer, tmp_path):
    file = tmp_path / "review.pdf"
    file.write_bytes(plain)
    first = sign_file(file, signer).read_bytes()
    with pytest.raises(UsageError, match=r"đã có bản ký .*review\.signed\.pdf"):
        sign_file(file, signer)
    assert sign_file(tmp_path / "review.signed.pdf", signer).read_bytes().startswith(first)
    assert len(signatures((tmp_path / "review.signed.pdf").read_bytes())) == 2


def test_the_command_signs_and_warns_of_a_draft(draft, plain, office_file, hoso, tmp_path):
    for name, content in (("draft", draft), ("final", plain)):
        (tmp_path / f"{name}.pdf").write_bytes(content)
    code, out, err = hoso(tmp_path / "draft.pdf", tmp_path / "final.pdf", "--certificate", office_file)
    assert code == 0 and out.count(OFFICE) == 2
    (warning,) = err.splitlines()
    assert "draft.signed.pdf" in warning and "DỰ THẢO" in warning and "không phải bản ban hành" in warning


def test_the_command_tells_of_each_signature(plain, signed, hoso, tmp_path):
    (tmp_path / "a.pdf").write_bytes(plain)
    (tmp_path / "a.signed.pdf").write_bytes(signed)
    code, out, _ = hoso("--check", tmp_path / "a.signed.pdf")
    assert code == 0 and f"còn nguyên vẹn · {OFFICE}" in out and "đúng là bản ký của a.pdf" in out
    (tmp_path / "a.pdf").write_bytes(plain + b"% made again\n")
    assert "KHÔNG phải bản ký của a.pdf" in hoso("--check", tmp_path / "a.signed.pdf")[1]
    code, _, err = hoso("--check", tmp_path / "a.pdf")
    assert code == 1 and "không có chữ ký số" in err
    (tmp_path / "a.signed.pdf").write_bytes(signed.replace(b"/Lang", b"/Lanh", 1))
    assert hoso("--check", tmp_path / "a.signed.pdf")[0] == 1


def test_a_reader_of_the_terminal_sees_no_traceback_of_a_library(signed, capsys, monkeypatch):
    """Nobody set up logging there: that no root vouches for an issuer is said in the line, not logged beside it."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    assert [one.intact for one in signatures(signed)] == [True]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "tệp rỗng, không phải tệp PDF"),
        (b"PK\x03\x04 docx", "không phải tệp PDF"),
        (b"%PDF-1.7\n", "tệp PDF"),
    ],
)
def test_what_is_no_pdf_is_told_with_its_name(content, told, office_file, hoso, tmp_path):
    """Signing and checking alike name the file, in a path with spaces and Vietnamese letters too."""
    file = tmp_path / "hồ sơ ký số" / "nhắc việc.pdf"
    file.parent.mkdir()
    file.write_bytes(content)
    for given in ((file, "--certificate", office_file), ("--check", file)):
        code, _, err = hoso(*given)
        assert code == 1 and len(err.splitlines()) == 1 and told in err and str(file) in err


def test_a_folder_or_no_file_is_told_in_vietnamese(office_file, hoso, tmp_path):
    for file, told in ((tmp_path, "là thư mục"), (tmp_path / "x.pdf", "không có tệp")):
        code, _, err = hoso(file, "--certificate", office_file)
        assert code == 1 and told in err and len(err.splitlines()) == 1


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_a_password_file_that_cannot_be_read_is_told_in_one_line(
    content, plain, office_file, hoso, tmp_path, monkeypatch
):
    monkeypatch.delenv("HOSO_SIGN_PASSWORD")
    (tmp_path / "a.pdf").write_bytes(plain)
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
    given = ("--certificate", office_file, "--password-file", tmp_path / "secret")
    code, _, err = hoso(tmp_path / "a.pdf", *given)
    assert code == 1 and "tệp mật khẩu" in err and len(err.splitlines()) == 1


@pytest.mark.parametrize("address", ["ftp://a", "http://[bad", "http://", "a"])
def test_an_address_that_is_none_is_refused_before_anything_is_signed(address, signer):
    with pytest.raises(UsageError, match="dấu thời gian không hợp lệ"):
        Signer(signer.key, address)


def test_verify_leads_from_a_signed_copy_to_its_figures_and_finds_one_of_other_bytes(plain, signed, tmp_path):
    """review.signed.pdf is of review; once review.pdf was made again, its signed copy is told to be of another."""
    own, document, copy = tmp_path / "review", tmp_path / "review.pdf", tmp_path / "review.signed.pdf"
    own.mkdir()
    (own / "figures.json").write_text("{}")
    for content, told in ((plain, []), (plain + b"% made again\n", ["review.signed.pdf"])):
        document.write_bytes(content)
        copy.write_bytes(signed)
        manifest = {"files": {"review.pdf": hashlib.sha256(content).hexdigest()}}
        (own / "manifest.json").write_text(json.dumps(manifest))
        (figures,) = figures_files([copy])
        assert figures == own / "figures.json"
        assert [found.where for found in altered(figures)] == told
    assert "không phải bản ký của tệp đang phát hành" in str(next(altered(figures)))
    copy.unlink()
    assert not list(altered(figures))


def test_the_command_refuses_in_one_line(plain, office_file, hoso, tmp_path, monkeypatch):
    (tmp_path / "a.pdf").write_bytes(plain)
    assert hoso(tmp_path / "a.pdf")[::2] == (
        2,
        "cần một chứng thư số · cần: --certificate TỆP.p12 hoặc --token THƯ_VIỆN",
    )
    code, _, err = hoso(tmp_path / "none.pdf", tmp_path / "a.pdf", "--certificate", office_file)
    assert code == 1 and len(err.splitlines()) == 1 and "none.pdf" in err
    assert (tmp_path / "a.signed.pdf").is_file()  # the others are done
    monkeypatch.delenv("HOSO_SIGN_PASSWORD")
    code, _, err = hoso(tmp_path / "a.pdf", "--certificate", office_file)
    assert code == 2 and "--password-file" in err


def test_the_password_may_lie_in_a_file(plain, office_file, hoso, tmp_path, monkeypatch):
    monkeypatch.delenv("HOSO_SIGN_PASSWORD")
    (tmp_path / "a.pdf").write_bytes(plain)
    (tmp_path / "secret").write_text(f"{PASSWORD}\n", "utf-8")
    given = ("--certificate", office_file, "--password-file", tmp_path / "secret")
    assert hoso(tmp_path / "a.pdf", *given)[0] == 0


def test_poppler_agrees(signed, poppler, tmp_path):
    """Another reader than the one that signed finds the signature valid, by the same name."""
    (tmp_path / "a.pdf").write_bytes(signed)
    told = subprocess.run(
        ["pdfsig", "-nocert", str(tmp_path / "a.pdf")], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid." in told and OFFICE in told and "Total document signed" in told
