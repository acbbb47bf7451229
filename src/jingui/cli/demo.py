"""`jingui demo`: a demonstration hospital on loopback; the first page at once, the hospital's life behind it."""

import argparse
import shutil
import sys
from pathlib import Path

from jingui.cli.demo_people import portals, table
from jingui.cli.running import progress, told
from jingui.cli.words import out, say
from jingui.cluster.children import Child
from jingui.cluster.supervisor import Event, EventKind
from jingui.config import house, plugs
from jingui.config.home import Home, home
from jingui.config.serve import WEB, serve
from jingui.core.errors import Misconfigured
from jingui.core.word import N_
from jingui.demo.portals import portal_accounts

SETTINGS = """# A demonstration hospital: every person and every record in it is made up.
demo = true
institution = "云岚市第一人民医院"
institution_en = "Yunlan First People's Hospital"
origin = "jingui.demo/yunlan"
"""
OURS = ("db", "keys", "keys-copy", "state", "logs", "files", "provider.key", "jingui.toml")


def demo(given: argparse.Namespace) -> int:
    """Run the demonstration until Ctrl-C; everything that was started ends with it."""
    where = settle()
    if given.reset:
        reset(where)
        where = settle()

    def tell(event: Event) -> None:
        told(event)
        if event.kind is EventKind.READY and event.name == WEB:
            for line in (*table(), *portals(portal_accounts(where.state))):
                out(line)

    player = Child(
        name="demo",
        argv=(sys.executable, "-m", "jingui.cli.demo_player"),
        env=house.environment(),
        stop_limit=10,
    )
    return serve(tell, progress, extra=lambda: [player])


def settle() -> Home:
    """The demonstration's home, with its own settings; Misconfigured over a real hospital's home."""
    home.cache_clear()
    where = home()
    path = where.root / "jingui.toml"
    if not path.exists():
        if where.cluster.exists():
            raise Misconfigured(
                N_("该目录中已有正式系统的数据，不能用作演示。"),
                N_("请用 JINGUI_HOME 另选目录。"),
                path=str(where.root),
            )
        where.root.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.write_text(SETTINGS, "utf-8")
        home.cache_clear()
        where = home()
    if not where.demo:
        raise Misconfigured(
            N_("该目录属于正式系统，不能用作演示。"), N_("请用 JINGUI_HOME 另选目录。"), path=str(where.root)
        )
    if where.host not in ("127.0.0.1", "::1", "localhost"):
        raise Misconfigured(N_("演示医院只能在本机访问。"), N_("请删除 jingui.toml 中的 host。"), host=where.host)
    return where


def reset(where: Home) -> None:
    """Remove the demonstration's data; only of a demonstration, and only what Jingui made there."""
    out(say(N_("删除演示数据：{place}"), place=where.root))
    plugs.cluster().remove()
    for name in OURS:
        path: Path = where.root / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    plugs.keyring.cache_clear()
