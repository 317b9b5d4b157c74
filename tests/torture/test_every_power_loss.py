"""The power losses of test_power_loss.py, without leaving any out."""

from pathlib import Path

import pytest

from littlerelay.files import compressed
from test_power_loss import NAMES, failures


@pytest.mark.torture
@pytest.mark.parametrize("name", NAMES)
def test_a_power_loss_at_every_moment_costs_no_byte(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compressed, "MEMBER", 300)
    assert list(failures(tmp_path, name)) == []
