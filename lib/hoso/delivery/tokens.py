"""A key that never leaves its token (USB token, HSM), reached through the maker's PKCS#11 library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pkcs11
from pkcs11 import Attribute, ObjectClass, exceptions
from pyhanko.sign.pkcs11 import PKCS11Signer

from ..vocabulary.errors import InputError, UsageError
from ..vocabulary.text import clean

if TYPE_CHECKING:
    from pkcs11 import Session, Token

_T = TypeVar("_T")
_REFUSED = {
    exceptions.PinIncorrect: "sai mã PIN của thiết bị ký số",
    exceptions.PinLenRange: "sai mã PIN của thiết bị ký số",
    exceptions.PinInvalid: "sai mã PIN của thiết bị ký số",
    exceptions.PinLocked: "thiết bị ký số đã khóa vì nhập sai mã PIN quá số lần",
    exceptions.PinExpired: "mã PIN của thiết bị ký số đã hết hạn",
}


@contextmanager
def opened(library: Path, pin: str, label: str | None, token: str | None) -> Iterator[PKCS11Signer]:
    """A session on the token, logged in once: a wrong PIN is tried one time only, because a few lock the token.

    UsageError when the certificate or token is not the only one and none of the names given; InputError otherwise.
    """
    chosen = _token(library, token)
    try:
        session = chosen.open(user_pin=pin)
    except exceptions.PKCS11Error as error:
        what = _REFUSED.get(type(error), f"không mở được thiết bị ký số: {_told(error)}")
        raise InputError(what, where=clean(chosen.label)) from error
    with session:
        yield _key(session, label)


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__


def _token(library: Path, name: str | None) -> Token:
    try:
        slots = pkcs11.lib(str(library)).get_slots(token_present=True)
        tokens = [
            token for slot in slots if (token := slot.get_token()).flags & pkcs11.TokenFlag.TOKEN_INITIALIZED
        ]
    except (exceptions.PKCS11Error, RuntimeError, OSError) as error:
        raise InputError(
            f"không dùng được thư viện PKCS#11: {_told(error)}",
            where=str(library),
            expected="tệp .so/.dll của thiết bị",
        ) from error
    if not tokens:
        raise InputError(
            "không thấy thiết bị ký số nào", where=str(library), remedy="cắm thiết bị rồi ký lại"
        )
    return _only(
        tokens, {clean(token.label): token for token in tokens}, name, "thiết bị ký số", "--token-label"
    )


def _key(session: Session, label: str | None) -> PKCS11Signer:
    """The signer of the chosen certificate and of the private key with the same id."""
    found = list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}))
    ids = {key[Attribute.ID] for key in session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY})}
    mine = [one for one in found if one[Attribute.ID] in ids]  # the others are their issuers'
    if not mine:
        raise InputError("thiết bị không có chứng thư số nào kèm khóa bí mật")
    names = {clean(one[Attribute.LABEL]): one for one in mine}
    chosen: Any = _only(mine, names, label, "chứng thư số", "--label")
    return PKCS11Signer(
        session, cert_id=chosen[Attribute.ID], key_id=chosen[Attribute.ID], other_certs_to_pull=None
    )


def _only(found: list[_T], names: dict[str, _T], asked: str | None, what: str, option: str) -> _T:
    """The one asked for, or the only one there is."""
    if asked is None and len(found) == 1:
        return found[0]
    if asked in names:
        return names[asked]
    problem = f"không có {what} {asked}" if asked else f"có {len(found)} {what}"
    raise UsageError(problem, expected=f"{option} {', '.join(sorted(names))}")
