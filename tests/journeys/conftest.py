"""A demonstration hospital of its own behind a real browser; JINGUI_DEMO names one that runs already."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
STILL, LONGEST = 120.0, 1200.0  # seconds a demonstration being built may say nothing, and may take in all


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(address: str) -> bool:
    try:
        return bool(urllib.request.urlopen(f"{address}/sign-in/", timeout=2).status == 200)
    except OSError:
        return False


@pytest.fixture(scope="package")
def demo() -> Iterator[str]:
    """The address of a demonstration with patients in it."""
    if given := os.environ.get("JINGUI_DEMO"):
        yield given.rstrip("/")
        return
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="jingui-journey-") as home, tempfile.TemporaryFile() as log:
        os.chmod(home, 0o755)  # the database's own user must get through
        kept = {name: value for name, value in os.environ.items() if not name.startswith("JINGUI_")}
        made = {**kept, "JINGUI_HOME": f"{home}/var", "PORT": str(port), "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-m", "jingui.cli", "demo"]
        running = subprocess.Popen(command, cwd=ROOT, env=made, stdout=log, stderr=log)
        try:
            address, heard, begun = f"http://localhost:{port}", "", time.monotonic()
            spoke = begun
            while not (finished(log) and answers(address)):
                assert running.poll() is None, said(log)
                if (told := said(log)) != heard:
                    heard, spoke = told, time.monotonic()
                assert time.monotonic() < min(spoke + STILL, begun + LONGEST), told
                time.sleep(1)
            yield address
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(60)


def said(log: Any) -> str:
    log.seek(0)
    return str(log.read().decode(errors="replace"))


def finished(log: Any) -> bool:
    text = said(log)
    return "演示医院已建成" in text or "The demonstration is complete" in text


@pytest.fixture(scope="package")
def running() -> Iterator[Any]:
    """A browser."""
    from tools.pictures import browser, chromium

    if not chromium():
        pytest.skip("no Chromium on this machine: set JINGUI_BROWSER to one")
    pytest.importorskip("playwright", reason="Playwright is not installed")
    with browser() as found:
        yield found
