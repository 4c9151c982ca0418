"""Reports in an object store (kho đối tượng: S3, Google, Azure): made in a working copy on this machine, then pushed."""

from ...records.bucket import address_of
from .remote import Remote

__all__ = ["Remote", "address_of"]
