"""What signatures a PDF carries (chữ ký số): whether each is intact, whose it is, when it was made."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from ..vocabulary.errors import InputError
from ..vocabulary.text import clean
from .signing import apart, check_installed, check_is_pdf, named

if TYPE_CHECKING:
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

# That no path leads to a root is expected here, and said in `Signature`; without a handler of theirs the traceback of it
# would stand on a clerk's terminal.
for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Signature:
    """One signature. `stamped`: `at` comes from a time-stamp authority, not from the signer's clock.

    Whether the issuer may be believed is not judged here: that takes the root certificates of an office's own trust.
    """

    signer: str
    issuer: str
    at: datetime | None
    stamped: bool
    intact: bool
    amended: bool  # more was added after it, without changing what was signed: a further signature

    def __str__(self) -> str:
        state = "còn nguyên vẹn" if self.intact else "KHÔNG còn nguyên vẹn: tệp đã bị sửa sau khi ký"
        source = "dấu thời gian" if self.stamped else "giờ của máy ký"
        when = (
            f"ký lúc {self.at.astimezone():%H:%M:%S %d/%m/%Y} ({source})" if self.at else "không ghi giờ ký"
        )
        later = "sau đó có chữ ký khác" if self.amended and self.intact else ""
        issued = f"chứng thư do {self.issuer} cấp (không kiểm tra nơi cấp)"
        return clean(
            " · ".join(part for part in (f"chữ ký {state}", self.signer, when, issued, later) if part)
        )


def signatures(content: bytes) -> list[Signature]:
    """The signatures of a PDF, oldest first. InputError for what is no PDF."""
    check_installed()
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    check_is_pdf(content)
    try:
        reader = PdfFileReader(BytesIO(content), strict=False)
        return [_checked(found) for found in reader.embedded_regular_signatures]
    except (PdfError, ValueError) as error:
        raise InputError(f"không đọc được chữ ký: {error}", expected="tệp PDF") from error


def _checked(found: EmbeddedPdfSignature) -> Signature:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    certificate, claimed = found.signer_cert, found.self_reported_timestamp
    signer, issuer = named(certificate.subject), named(certificate.issuer)
    try:
        alone = ValidationContext(trust_roots=[], allow_fetching=False)  # nothing is asked of any host
        status = apart(lambda: validate_pdf_signature(found, alone, alone))
    except SignatureValidationError:
        return Signature(signer, issuer, claimed, stamped=False, intact=False, amended=False)
    stamp = status.timestamp_validity
    stamped = stamp is not None and stamp.intact and stamp.valid
    return Signature(
        signer,
        issuer,
        stamp.timestamp if stamp is not None and stamped else claimed,
        stamped,
        intact=bool(status.intact and status.valid and status.docmdp_ok),
        amended=status.coverage != SignatureCoverageLevel.ENTIRE_FILE,
    )


def marks(content: bytes) -> tuple[str, ...]:
    """The words the document's maker put among its keywords: DỰ THẢO, DỮ LIỆU MÔ PHỎNG."""
    check_installed()
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        trailer = PdfFileReader(BytesIO(content), strict=False).trailer_view
        words = str(trailer["/Info"].get("/Keywords", "")) if "/Info" in trailer else ""
    except (PdfError, ValueError) as error:
        raise InputError(f"không đọc được tệp: {error}", expected="tệp PDF") from error
    return tuple(word.strip() for word in words.split(",") if word.strip())
