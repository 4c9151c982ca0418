"""Signs a finished PDF (ký số): PAdES B-B, B-T with a time stamp, invisible, so that PDF/A and PDF/UA stay valid.

The signature covers every byte of the document and nothing is drawn: the signature block is content of the page, and
number, day and the red seal stay the office's (Nghị định 30/2020/NĐ-CP, Điều 13 and Phụ lục I). It is appended: a signed
file begins with the bytes that were signed. No host is asked for anything, unless a time stamp's address is given.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from ..vocabulary.errors import HosoError, InputError, UsageError

if TYPE_CHECKING:
    from asn1crypto.x509 import Certificate, Name  # type: ignore[import-untyped]  # it ships none
    from pyhanko.pdf_utils.rw_common import PdfHandler
    from pyhanko.sign.signers import Signer as Key
    from pyhanko.sign.timestamps import TimeStamper

T = TypeVar("T")

_SIGNED: Final = ".signed.pdf"
_STAMP_SECONDS: Final = 20
_HEAD: Final = 1024  # readers look for %PDF- so far into a file


@dataclass(frozen=True)
class Signer:
    """Who signs (người ký): a certificate and its key, opened once; `stamp` is the address of a time-stamp authority."""

    key: Key
    stamp: str | None = None

    def __post_init__(self) -> None:
        if self.stamp is not None and not _is_address(self.stamp):
            raise UsageError(
                "địa chỉ cấp dấu thời gian không hợp lệ", where=self.stamp, expected="http(s)://…"
            )
        check_certificate(self.certificate)

    @classmethod
    def of_file(cls, file: Path, password: str, stamp: str | None = None) -> Signer:
        """The certificate and key of a PKCS#12 file (.p12, .pfx). HosoError in one line when it cannot be used."""
        check_installed()
        from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
        from pyhanko.sign.signers import SimpleSigner

        content, secret = file.read_bytes(), password.encode()
        try:
            private, certificate, _ = load_key_and_certificates(content, secret)
        except (
            Exception
        ) as error:  # of cryptography: a ValueError, or what the old ciphers of a file are called
            raise _not_opened(file, error) from error
        if private is None or certificate is None:
            raise InputError("tệp không có đủ chứng thư số và khóa bí mật", where=str(file))
        return cls(SimpleSigner.load_pkcs12_data(content, [], secret), stamp)

    @classmethod
    @contextmanager
    def of_token(
        cls,
        library: Path,
        pin: str,
        label: str | None = None,
        token: str | None = None,
        stamp: str | None = None,
    ) -> Iterator[Signer]:
        """The certificate and key in a PKCS#11 token (USB token, HSM), for as long as the session is open.

        `label` is the certificate's, `token` the token's own, where there are more than one.
        """
        check_installed()
        from .tokens import opened

        with opened(library, pin, label, token) as key:
            yield cls(key, stamp)

    @property
    def certificate(self) -> Certificate:
        """The signer's certificate (chứng thư số)."""
        found = self.key.signing_cert
        if found is None:
            raise InputError("không tìm thấy chứng thư số của người ký")
        return found

    @property
    def subject(self) -> str:
        """Who the certificate was issued to: Ủy ban nhân dân tỉnh Hà Giang."""
        return named(self.certificate.subject)

    @property
    def fingerprint(self) -> str:
        """The certificate's SHA-256, and whether signatures are stamped: what a signed report depends on."""
        digest: str = self.certificate.sha256.hex()
        return f"{digest} {self.stamp}" if self.stamp else digest


def _is_address(words: str) -> bool:
    try:
        parts = urlsplit(words)
    except ValueError:  # brackets that are no IPv6 address
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def check_installed() -> None:
    """HosoError unless what signing needs is there: packages of their own, which most workbooks do without."""
    lacking = [name for name in ("cryptography", "pkcs11", "pyhanko") if find_spec(name) is None]
    if lacking:
        raise HosoError(
            "chưa cài phần ký số",
            where=", ".join(lacking),
            remedy="chạy: pip install --require-hashes -r requirements-sign.lock",
        )


def _not_opened(file: Path, error: Exception) -> HosoError:
    if "password" in str(error).lower():
        return InputError("sai mật khẩu, hoặc tệp chứng thư số bị hỏng", where=str(file))
    if isinstance(error, ValueError):
        return InputError("không phải tệp chứng thư số", where=str(file), expected="PKCS#12 (.p12, .pfx)")
    return InputError(
        f"không mở được tệp chứng thư số: {error}", where=str(file), remedy="xuất lại tệp với mã hóa AES-256"
    )


def named(name: Name) -> str:
    """Who a certificate's name is, as a reader would say it: the common name, then the body it belongs to."""
    native = name.native
    parts = [native.get(key) for key in ("common_name", "organizational_unit_name", "organization_name")]
    words = [word for part in parts for word in (part if isinstance(part, list) else [part]) if word]
    return ", ".join(dict.fromkeys(words)) or str(name.human_friendly)


def check_certificate(certificate: Certificate) -> None:
    """InputError unless the certificate is in force now and may sign."""
    now, who = datetime.now(UTC), named(certificate.subject)
    starts, ends = certificate.not_valid_before, certificate.not_valid_after
    if now < starts:
        raise InputError("chứng thư số chưa có hiệu lực", where=who, expected=f"từ {_moment(starts)}")
    if now > ends:
        raise InputError(
            "chứng thư số đã hết hạn",
            where=who,
            expected=f"trước {_moment(ends)}",
            remedy="gia hạn chứng thư số",
        )
    usage = certificate.key_usage_value
    if usage is not None and not usage.native & {"digital_signature", "non_repudiation"}:
        raise InputError(
            "chứng thư số không dùng để ký", where=who, expected="digitalSignature, nonRepudiation"
        )


def _moment(when: datetime) -> str:
    return f"{when.astimezone():%H:%M %d/%m/%Y}"


def sign(content: bytes, signer: Signer) -> bytes:
    """The PDF with one more signature. InputError for what is no PDF; HosoError when it cannot be signed."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign import fields, signers
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.timestamps import TimestampRequestError

    check_certificate(signer.certificate)
    check_is_pdf(content)
    # PDF/A asks for a line end after %%EOF once something follows
    source = BytesIO(content if content.endswith((b"\n", b"\r")) else content + b"\n")
    try:
        writer = IncrementalPdfFileWriter(source, strict=False)
        name = _free_field(writer.prev)
        meta = signers.PdfSignatureMetadata(
            field_name=name,
            md_algorithm="sha256",
            subfilter=fields.SigSeedSubFilter.PADES,
            name=signer.subject,
        )
        made = BytesIO()
        pen = signers.PdfSigner(
            meta, signer.key, timestamper=_stamper(signer.stamp), new_field_spec=fields.SigFieldSpec(name)
        )
        apart(lambda: pen.sign_pdf(writer, output=made))
    except TimestampRequestError as error:
        raise HosoError(
            f"không lấy được dấu thời gian: {error}",
            where=signer.stamp,
            remedy="kiểm tra địa chỉ và đường mạng rồi ký lại",
        ) from error
    except (PdfError, SigningError, ValueError) as error:
        raise InputError(f"không ký được tệp: {error}", expected="tệp PDF không đặt mật khẩu") from error
    return made.getvalue()


def check_is_pdf(content: bytes) -> None:
    """InputError for what does not begin as a PDF does, said as a clerk would: an empty file, a file of another kind."""
    if b"%PDF-" not in content[:_HEAD]:
        what = "không phải tệp PDF" if content else "tệp rỗng, không phải tệp PDF"
        raise InputError(what, remedy="lập lại tệp PDF: hoso report … --formats pdf")


def apart(work: Callable[[], T]) -> T:
    """What `work` gives, from a thread of its own: pyHanko starts an event loop, and a notebook's thread has one already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def _free_field(reader: PdfHandler) -> str:
    from pyhanko.sign.fields import enumerate_sig_fields

    taken = {name for name, _, _ in enumerate_sig_fields(reader)}
    return next(name for i in range(1, len(taken) + 2) if (name := f"ChuKySo{i}") not in taken)


def _stamper(address: str | None) -> TimeStamper | None:
    if address is None:
        return None
    from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

    return RequestsHTTPTimeStamper(address, timeout=_STAMP_SECONDS)  # type: ignore[no-untyped-call]  # it has no hints


# ── files ────────────────────────────────────────────────────────────────────────────────────────


def signed_name(file: Path) -> Path:
    """Where the signed copy of a document lies: review.pdf → review.signed.pdf beside it; a signed one stays itself."""
    return file if file.name.endswith(_SIGNED) else file.with_name(file.stem + _SIGNED)


def document_of(signed: Path) -> Path:
    """The document a signed copy was made from: review.signed.pdf → review.pdf; any other file is its own."""
    return (
        signed.with_name(signed.name.removesuffix(_SIGNED) + ".pdf")
        if signed.name.endswith(_SIGNED)
        else signed
    )


def sign_file(file: Path, signer: Signer) -> Path:
    """Signs a PDF and gives the signed file; the published document, whose digest its manifest has, stays as it is.

    A file that is a signed copy already gets one more signature in place. UsageError when a signed copy of another
    state of the document lies there: a signature somebody made is never written over.
    """
    target = signed_name(file)
    if target != file and target.exists():
        raise UsageError(
            "đã có bản ký",
            where=str(target),
            remedy="ký thêm vào chính bản đó, hoặc chuyển bản đó đi nơi khác rồi ký lại",
        )
    try:
        made = sign(file.read_bytes(), signer)
    except InputError as error:
        error.where = error.where or str(file)
        raise
    _replace(target, made)
    return target


def _replace(target: Path, content: bytes) -> None:
    """By rename, with the rights a new file has: never half a file."""
    handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=".pdf", dir=target.parent)
    stage = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        mask = os.umask(0)
        os.umask(mask)
        stage.chmod(target.stat().st_mode if target.exists() else 0o666 & ~mask)
        stage.replace(target)
    finally:
        stage.unlink(missing_ok=True)
