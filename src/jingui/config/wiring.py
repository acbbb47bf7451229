"""Builds the gate's equipment for this process from the installation's keys and rules."""

import os
from datetime import UTC, datetime
from pathlib import Path

import django

from jingui.config import backup_work, gateway_keys, stamp, surroundings
from jingui.config.home import home
from jingui.config.plugs import keyring
from jingui.core.errors import Misconfigured
from jingui.core.word import N_
from jingui.formats.pdf_fonts import drawn, font_files


def ready() -> None:
    """Make Django's models usable in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jingui.config.settings")
    django.setup()


def runtime(policy: int = 1) -> "Runtime":
    """The gate's equipment for this process (after `ready`)."""
    keys = keyring()
    clock = Clock(lambda: datetime.now(UTC), leap=None if home().demo else BELIEVED)
    sessions.install(keys.suite.cipher(keys.key("session")), keys.suite.digest, clock.now)
    backups.install(backup_work.Keeper())
    return Runtime(
        suite=keys.suite,
        keyring=keys,
        sealer=Sealer(keys.row_mac),
        vault=Vault(keys),
        ids=keys.ids,
        decider=Decider.load(policy),
        origin=home().origin,
        institution=home().institution,
        institution_en=home().institution_en,
        public_address=home().public,
        stamp=stamp.reader(home(), keys),
        uscc=home().uscc,
        gateway_keys=gateway_keys.reader(home(), keys),
        fonts=fonts(home().fonts),
        surroundings=surroundings.facts,
        disks=surroundings.disks,
        clock=clock,
    )


def fonts(folder: str) -> tuple[Path, ...]:
    """The folder of the hospital's own fonts; Misconfigured for one that is not there, is empty or cannot be read.

    It is looked at with the start: a copy must not be the first to find a broken font.
    """
    if not folder:
        return ()
    path = Path(folder).absolute()
    if not path.is_dir() or not font_files(path):
        raise Misconfigured(N_("字体目录不存在，或其中没有字体。"), N_("请放入 .ttf 或 .otf 字体文件。"), folder=folder)
    drawn(path)
    return (path,)


ready()
# Models exist only after Django is ready, and these modules need them.
from jingui.gate import backups  # noqa: E402 -- needs Django ready
from jingui.gate.runtime import BELIEVED, Clock, Runtime  # noqa: E402 -- needs Django ready
from jingui.policy.decide import Decider  # noqa: E402 -- needs Django ready
from jingui.store import sessions  # noqa: E402 -- needs Django ready
from jingui.store.seals import Sealer  # noqa: E402 -- needs Django ready
from jingui.store.vault import Vault  # noqa: E402 -- needs Django ready
