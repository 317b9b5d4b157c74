"""Signs the statements for which Segment's OAuth server grants tokens (RS256, RFC 7523).

PyJWT and cryptography come with the extra ``oauth``, and are imported only where OAuth is wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from littlerelay.errors import UsageError
from littlerelay.settings import OAuth

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_LIFE = 60  # seconds, the longest that Segment takes
_LEAST_BITS = 2048


class Signer:
    """Signs in the name of one OAuth app; ``draw`` gives each statement its id.

    Making one raises UsageError where the libraries are missing, or the private key is none.
    """

    def __init__(self, oauth: OAuth, draw: Callable[[], UUID]) -> None:
        self._oauth = oauth
        self._key = _private_key(oauth.private_key)
        self._draw = draw

    def statement(self, now: float) -> str:
        """Give a JSON Web Token that is good for a minute from ``now``, in seconds since 1970."""
        import jwt  # noqa: PLC0415  of an extra, which not everybody has

        claims = {
            "iss": self._oauth.app_id,
            "sub": self._oauth.app_id,
            "aud": self._oauth.server,
            "iat": int(now),
            "exp": int(now) + _LIFE,
            "jti": str(self._draw()),
        }
        return jwt.encode(claims, self._key, "RS256", headers={"kid": self._oauth.key_id})


def _private_key(text: str) -> RSAPrivateKey:
    """Read a private key. Raises UsageError, which shows nothing of it."""
    try:
        return _rsa_key(text)
    except ImportError as error:
        raise UsageError(
            "OAuth needs libraries that are not installed.", "Run: pip install 'littlerelay[oauth]'"
        ) from error
    except (ValueError, TypeError):  # TypeError: it has a password
        raise UsageError(
            f"The private key of OAuth is no RSA key of {_LEAST_BITS:,} bits or more.",
            "Name the file (PEM) whose public key you gave to Segment's OAuth app.",
        ) from None


def _rsa_key(text: str) -> RSAPrivateKey:
    """Read an RSA key that is safe. Raises ValueError, TypeError or ImportError."""
    import jwt  # noqa: F401, PLC0415  missed before anything is asked, rather than later
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415

    key = serialization.load_pem_private_key(text.encode(), password=None)
    if not isinstance(key, RSAPrivateKey) or key.key_size < _LEAST_BITS:
        raise ValueError
    return key
