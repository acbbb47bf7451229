"""六（一）安全防护: the embedded server's settings, sized to the machine [6.1]

Durability is not a tuning knob: fsync, full pages and synchronous commits are on, and no setting turns them off.
The log names no values: a patient's name in an error's detail would be a leak.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from jingui.core.errors import Misconfigured
from jingui.core.word import N_

MB = 1 << 20
GB = 1 << 30
NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?")

ALWAYS = {
    "listen_addresses": "",  # the wheel's server has no TLS: a private socket only
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "wal_level": "replica",
    "wal_buffers": "16MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",  # our statements are short: compiling them costs more than running them
    "timezone": "UTC",
    "log_timezone": "UTC",
    "datestyle": "iso, ymd",
    "lc_messages": "C",  # startup.py reads the log
    "client_encoding": "UTF8",
    "log_line_prefix": "%m [%p] ",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_checkpoints": "off",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
ARCHIVING = {"archive_mode": "on", "archive_timeout": "60"}
"""A segment is handed over at least each minute while there is work; `archive_command` follows at each start."""
THROW_AWAY = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "1GB"}
FIXED = frozenset(
    {
        *DURABLE,
        "listen_addresses",
        "port",
        "unix_socket_directories",
        "unix_socket_permissions",
        "password_encryption",
        "data_directory",
        "hba_file",
        "ident_file",
        "config_file",
        "external_pid_file",
        "log_min_error_statement",
        "log_error_verbosity",
        "log_parameter_max_length",
        "log_parameter_max_length_on_error",
        "log_statement",
        "ignore_checksum_failure",
        "zero_damaged_pages",
        "allow_system_table_mods",
        "log_min_duration_statement",
        "log_min_duration_sample",
        "log_transaction_sample_rate",
        "ssl",
        "archive_mode",
        "archive_command",
        "archive_library",
        "restore_command",
        "wal_level",
    }
)
"""Settings that belong to the manager, or whose other values lose data or put patients into the log."""


def tuned(*, memory: int, cores: int, durable: bool = True) -> dict[str, str]:
    """Settings for a machine of `memory` bytes and `cores` processors that runs the application too."""
    shared = min(max(memory // 8, 64 * MB), 8 * GB)
    if not durable:
        shared = min(shared, 128 * MB)
    return {
        **ALWAYS,
        "shared_buffers": f"{shared // MB}MB",
        "effective_cache_size": f"{max(memory // 2, 128 * MB) // MB}MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64 * MB), GB) // MB}MB",
        "work_mem": f"{min(max(memory // 512, 4 * MB), 32 * MB) // MB}MB",
        "max_worker_processes": str(max(8, cores)),
        "max_parallel_workers": str(max(2, cores)),
        "max_parallel_workers_per_gather": str(min(max(cores // 2, 0), 4)),
        **(DURABLE if durable else THROW_AWAY),
    }


def checked(settings: Mapping[str, str]) -> dict[str, str]:
    """`settings` if an operator may choose them; raises Misconfigured naming the first that is not allowed."""
    for name, value in settings.items():
        if NAME.fullmatch(name) is None or any(ord(sign) < 32 for sign in value):
            raise Misconfigured(N_("数据库设置的名称或取值不合法。"), N_("请改正该项设置。"), name=name)
        if name in FIXED:
            raise Misconfigured(
                N_("该项数据库设置关系到数据安全，不能更改。"), N_("请删去该项设置。"), name=name, clause="6.1"
            )
    return dict(settings)


def rendered(settings: Mapping[str, str]) -> str:
    """The settings as a PostgreSQL configuration file, one a line, values quoted."""
    lines = (f"{name} = '{_quoted(value)}'" for name, value in sorted(settings.items()))
    return "# written by jingui at each start; change with `Cluster.apply`\n" + "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """`value` for a configuration file's quotes."""
    return value.replace("\\", "\\\\").replace("'", "''")


def machine() -> tuple[int, int]:
    """Memory in bytes and processors this process may use, limits of the container counted."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.is_file() and (text := limit.read_text().strip()).isdigit():
        memory = min(memory, int(text))
    return memory, len(os.sched_getaffinity(0))
