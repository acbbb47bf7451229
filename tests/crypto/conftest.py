"""Both suites, and a small house of keys in a temporary directory."""

import os
from pathlib import Path

import pytest

from jingui.crypto.keyring import Keyring
from jingui.crypto.providers.file import FileProvider
from jingui.crypto.suite import INTERNATIONAL, NATIONAL, Suite


@pytest.fixture(params=[INTERNATIONAL, NATIONAL], ids=["intl", "gm"])
def suite(request: pytest.FixtureRequest) -> Suite:
    """Return each suite in turn."""
    chosen: Suite = request.param
    return chosen


class House:
    """A key directory with one registered copy, and the provider file outside it."""

    def __init__(self, at: Path) -> None:
        self.directory, self.key = at / "keys", at / "provider" / "key"
        self.copies = (at / "elsewhere" / "shred.copy",)
        for path in (self.key, *self.copies):
            path.parent.mkdir()
        self.keyring = Keyring.create(
            self.directory, FileProvider.create(self.key, INTERNATIONAL, os.urandom), INTERNATIONAL, copies=self.copies
        )

    @property
    def root(self) -> Path:
        """Return the root file's place."""
        return self.directory / "root.sealed"

    @property
    def shred(self) -> Path:
        """Return the shred file's place."""
        return self.directory / "shred.sealed"

    def open(self, generation: int = 0) -> Keyring:
        """Open the keys as a start of the system does."""
        return Keyring.open(
            self.directory,
            FileProvider(self.key),
            expected_check=self.keyring.check_value(),
            expected_generation=generation,
            copies=self.copies,
        )

    def files(self) -> dict[str, bytes]:
        """Return every file of the house, to see that a refusal made and changed nothing."""
        root = self.directory.parent
        return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture
def house(tmp_path: Path) -> House:
    """Return a fresh house of keys."""
    return House(tmp_path)
