"""Invents what Segment's side asks for: a write key, and a private key with its public one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# Of a length of its own, so that no rule on how keys look blots it out.
KEY = "canary-write-key-1"


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(password: bytes | None = None) -> str:
    """Gives the private key as a file has it, encrypted where there is a password."""
    return (
        rsa_key()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password)
            if password
            else serialization.NoEncryption(),
        )
        .decode()
    )


def key_file(path: Path, content: str | None = None, mode: int = 0o600) -> str:
    path.write_text(pem() if content is None else content)
    path.chmod(mode)
    return str(path)
