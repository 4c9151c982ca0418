"""`hoso sign`: signing finished documents, and telling what signatures they carry."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ...vocabulary.errors import HosoError, InputError, UsageError
from ..terminal import ERR, OUT, say_error
from .options import FAILED

if TYPE_CHECKING:
    from ..signing import Signer

PASSWORD: Final = "HOSO_SIGN_PASSWORD"

CertificateOption = Annotated[
    Path | None, typer.Option("--certificate", help="Certificate and key: a PKCS#12 file (.p12, .pfx).")
]
TokenOption = Annotated[
    Path | None, typer.Option("--token", help="Instead of a file: the PKCS#11 library of a USB token or HSM.")
]
LabelOption = Annotated[
    str | None, typer.Option("--label", help="With --token: the certificate, where it holds more than one.")
]
TokenLabelOption = Annotated[
    str | None, typer.Option("--token-label", help="With --token: which token, where there is more than one.")
]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option("--password-file", help=f"File with the password or PIN; else {PASSWORD}, else asked for."),
]
TimestampOption = Annotated[
    str | None,
    typer.Option("--timestamp", help="Address of an RFC 3161 authority; none is asked without it."),
]


def sign(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.pdf…", help="Finished documents.")],
    certificate: CertificateOption = None,
    token: TokenOption = None,
    label: LabelOption = None,
    token_label: TokenLabelOption = None,
    password_file: PasswordFileOption = None,
    timestamp: TimestampOption = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Sign nothing: tell whether signatures are intact, whose, of when."),
    ] = False,
) -> None:
    """Sign PDFs (ký số): the whole finished file, as PAdES, with nothing drawn on it; or check signatures.

    review.pdf stays as published; the signed copy is review.signed.pdf beside it. Naming a signed copy adds one more
    signature to it: first the person who signs, then the body. Number, day and removal of DỰ THẢO come before signing:
    a file that still says DỰ THẢO is signed as the draft it is, with a warning.
    """
    if check:
        raise typer.Exit(_check(files))
    with signer_of(certificate, token, label, token_label, password_file, timestamp) as signer:
        failed = [file for file in files if not _signed(file, signer)]
    if failed:
        raise typer.Exit(FAILED)


@contextmanager
def signer_of(
    certificate: Path | None, token: Path | None, label: str | None = None, token_label: str | None = None,
    password_file: Path | None = None, timestamp: str | None = None,
) -> Iterator[Signer]:  # fmt: skip
    """Who signs, from the options of a command; opened once for all files. UsageError unless exactly one way is given."""
    from ..signing import Signer

    if (certificate is None) == (token is None):
        raise UsageError("cần một chứng thư số", expected="--certificate TỆP.p12 hoặc --token THƯ_VIỆN")
    if token is None and (label or token_label):
        raise UsageError("--label, --token-label chỉ dùng với --token", expected="--token THƯ_VIỆN")
    if certificate is not None:
        if not certificate.is_file():
            raise InputError("không có tệp chứng thư số", where=str(certificate))
        yield Signer.of_file(certificate, _secret(password_file, "Mật khẩu của tệp chứng thư số"), timestamp)
    elif token is not None:
        pin = _secret(password_file, "Mã PIN của thiết bị ký số")
        with Signer.of_token(token, pin, label, token_label, timestamp) as signer:
            yield signer


def _secret(file: Path | None, what: str) -> str:
    """From the file, the environment or the terminal; never from an argument, which other users of the machine can read."""
    if file is not None:
        return _first_line(file)
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if not sys.stdin.isatty():
        raise UsageError(
            "chưa có mật khẩu hoặc mã PIN", expected=f"biến {PASSWORD} hoặc (hoso sign) --password-file TỆP"
        )
    return str(typer.prompt(what, hide_input=True, err=True))


def _first_line(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig").rstrip("\r\n")  # Notepad puts a mark before the first letter
    except (OSError, UnicodeDecodeError) as error:
        reason = _REASONS.get(type(error), "không đọc được")
        raise InputError(f"{reason}: tệp mật khẩu", where=str(file), expected="một dòng UTF-8") from error


_REASONS: Final[dict[type[BaseException], str]] = {
    FileNotFoundError: "không có tệp",
    IsADirectoryError: "là thư mục, không phải tệp",
    PermissionError: "không có quyền đọc hoặc ghi",
}


def _signed(file: Path, signer: Signer) -> bool:
    from ..signatures import marks
    from ..signing import sign_file

    try:
        made = sign_file(file, signer)
        told = marks(made.read_bytes())
    except (HosoError, OSError) as error:
        say_error(_told(error, file))
        return False
    OUT.print(f"{made}: {signer.subject}", markup=False, highlight=False, soft_wrap=True)
    if told:
        words = f"{made}: đã ký nhưng tệp còn ghi {', '.join(told)}: chữ ký xác nhận đúng bản này, không phải bản ban hành"
        ERR.print(words, style="yellow", markup=False, highlight=False, soft_wrap=True)
    return True


def _told(error: HosoError | OSError, file: Path) -> HosoError:
    if isinstance(error, HosoError):
        error.where = error.where or str(file)
        return error
    return InputError(
        _REASONS.get(type(error), f"không đọc, ghi được tệp: {error.strerror}"), where=str(file)
    )


def _check(files: list[Path]) -> int:
    """Tells each file's signatures; 1 when one is not intact or a file has none."""
    from ..signatures import signatures
    from ..signing import document_of

    failed = False
    for file in files:
        try:
            content = file.read_bytes()
            found = signatures(content)
        except (HosoError, OSError) as error:
            say_error(_told(error, file))
            failed = True
            continue
        for one in found:
            style = "green" if one.intact else "red"
            OUT.print(f"{file}: {one}", style=style, markup=False, highlight=False, soft_wrap=True)
        if not found:
            say_error(InputError("không có chữ ký số", where=str(file)))
        original = document_of(file)
        if found and original != file and original.is_file():
            same = content.startswith(original.read_bytes())
            words = "đúng là bản ký của" if same else "KHÔNG phải bản ký của"
            OUT.print(
                f"{file}: {words} {original.name} hiện có", markup=False, highlight=False, soft_wrap=True
            )
        failed = failed or not found or not all(one.intact for one in found)
    return FAILED if failed else 0
