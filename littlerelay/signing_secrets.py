"""Holds the secrets with which webhooks are signed."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SigningSecrets:
    """The client secrets with which Shopify and Recharge sign webhooks; none where not known."""

    shopify: bytes | None = field(default=None, repr=False)
    recharge: bytes | None = field(default=None, repr=False)

    @property
    def known(self) -> tuple[str, ...]:
        """Name those whose secret is known."""
        secrets = {"Shopify": self.shopify, "Recharge": self.recharge}
        return tuple(name for name, secret in secrets.items() if secret is not None)
