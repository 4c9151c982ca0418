"""Certificates and tokens of offices, made for a test: real keys, real files, no person's name."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

OFFICE = "Ủy ban nhân dân tỉnh Hà Giang"
ISSUER = "Cơ quan chứng thực số của phép thử"
PIN = "135790"
_KEYS: list[Any] = []


def key() -> Any:
    """An RSA key: one for all certificates of a process, because making one takes a second."""
    if not _KEYS:
        _KEYS.append(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    return _KEYS[0]


def certificate(
    office: str = OFFICE, starts: int = -1, ends: int = 365, signs: bool = True, stamps: bool = False
) -> x509.Certificate:
    """A certificate in force from `starts` to `ends` days from now."""
    now, private = datetime.now(UTC), key()
    usage = dict.fromkeys(
        (
            "content_commitment",
            "data_encipherment",
            "key_agreement",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, office)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)]))
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=starts))
        .not_valid_after(now + timedelta(days=ends))
        .add_extension(
            x509.KeyUsage(digital_signature=signs, key_encipherment=not signs, key_cert_sign=False, **usage),
            critical=True,
        )
    )
    if stamps:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return builder.sign(private, hashes.SHA256())


def pkcs12(file: Path, password: str, made: x509.Certificate | None = None) -> Path:
    """A PKCS#12 file as an authority hands it out."""
    secret = serialization.BestAvailableEncryption(password.encode())
    content = serialize_key_and_certificates("văn thư".encode(), key(), made or certificate(), None, secret)
    file.write_bytes(content)
    return file


@dataclass(frozen=True)
class Token:
    """A token of SoftHSM's: its library, its label, its PIN and the office whose certificate it holds."""

    library: Path
    label: str
    pin: str
    office: str

    @classmethod
    def made(cls, library: Path, folder: Path) -> Token:
        """A new token in `folder`; the library finds it through SOFTHSM2_CONF."""
        (folder / "tokens").mkdir()
        (folder / "softhsm2.conf").write_text(
            f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n"
        )
        os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
        pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / "key.pem").write_bytes(key().private_bytes(*pem))
        (folder / "office.pem").write_bytes(certificate("Văn phòng UBND tỉnh Hà Giang").public_bytes(pem[0]))
        util = "softhsm2-util"
        _run(util, "--init-token", "--free", "--label", "hoso", "--so-pin", "987654", "--pin", PIN)
        found = cls(library, "hoso", PIN, "Văn phòng UBND tỉnh Hà Giang")
        _run(
            util,
            "--import",
            folder / "key.pem",
            "--token",
            "hoso",
            "--label",
            "van-phong",
            "--id",
            "A1",
            "--pin",
            PIN,
        )
        found.add(certificate(found.office), "van-phong", b"\xa1")
        return found

    def add(self, made: x509.Certificate, label: str, of_key: bytes) -> None:
        """One more certificate, of the key with this id."""
        import pkcs11

        stored = {
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
            pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
            pkcs11.Attribute.TOKEN: True,
            pkcs11.Attribute.LABEL: label,
            pkcs11.Attribute.ID: of_key,
            pkcs11.Attribute.SUBJECT: made.subject.public_bytes(),
            pkcs11.Attribute.VALUE: made.public_bytes(serialization.Encoding.DER),
        }
        with (
            pkcs11.lib(str(self.library))
            .get_token(token_label=self.label)
            .open(rw=True, user_pin=self.pin) as session
        ):
            session.create_object(stored)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)
