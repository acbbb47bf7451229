"""What tests of copies share: a signed sample, what it says, and poppler where the machine has it."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from jingui.crypto.certificates import Issued, new_root, new_seal
from jingui.formats import pdf, pdf_sign
from tools.copy_sample import HOSPITAL, MADE, sample

MANIFEST = '{"中":"文"}'.encode()
PROOF = b'{"kind":"entry"}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signed copy and who signed it."""

    body: bytes
    plain: bytes
    root: Issued
    seal: Issued

    @property
    def roots(self) -> list[bytes]:
        """What one trusts."""
        return [self.root.certificate]


@cache
def signed() -> Signed:
    """One copy for all tests that only look at it."""
    root = new_root(HOSPITAL, MADE, os.urandom)
    seal = new_seal(root, HOSPITAL, "病案复印专用章", MADE, os.urandom)
    plain = pdf.render(sample(days=2), {"manifest.json": MANIFEST, "proof.json": PROOF})
    body = pdf_sign.sign(plain, seal.key, seal.chain, "患者本人申请复制", HOSPITAL, MADE)
    return Signed(body=body, plain=plain, root=root, seal=seal)


def poppler(tool: str, *arguments: str | Path) -> str:
    """What one of poppler's tools says; skips where it is not installed."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} (poppler-utils) is not installed")
    done = subprocess.run([path, *map(str, arguments)], capture_output=True, check=False, timeout=60)
    return done.stdout.decode("utf-8", "replace")


def words(body: bytes, at: Path) -> str:
    """The text that a reader finds in a PDF, line breaks and all."""
    path = at / "copy.pdf"
    path.write_bytes(body)
    return poppler("pdftotext", "-layout", path, "-")
