"""A finding's identity: the text that tells it apart in, 16 hexadecimal digits out, for ever the same."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import sha256
else:
    # hashlib loads the whole of OpenSSL for this one sum, a quarter of the interpreter's own start.
    try:
        from _sha2 import sha256  # Python 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256
        except ImportError:
            from hashlib import sha256


def fingerprint(text: str) -> str:
    """The first 16 hexadecimal digits of the text's SHA-256; letters that UTF-8 has no bytes for become `?`."""
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
