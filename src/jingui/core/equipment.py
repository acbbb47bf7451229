"""三（二）3 设备: the register of devices, what may be logged of them, when they are due [3.2.3] [3.1.2]"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from jingui.core.word import N_, Word


class Condition(Word):
    """How a device stands."""

    RUNNING = "running", N_("运行")
    FAULTY = "faulty", N_("故障")
    STOPPED = "stopped", N_("停用")
    SCRAPPED = "scrapped", N_("报废")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A row: `days` between maintenance, `data`: it holds information, so two people decide on its end."""

    name: str
    text: str
    days: int
    data: bool = False


KINDS: Final[dict[str, Kind]] = {
    row.name: row
    for row in (
        Kind(name="storage_system", text=N_("存储系统"), days=30, data=True),
        Kind(name="storage_medium", text=N_("存储介质（硬盘、磁带、光盘）"), days=180, data=True),
        Kind(name="server", text=N_("服务器"), days=30, data=True),
        Kind(name="workstation", text=N_("终端计算机"), days=180, data=True),
        Kind(name="copier", text=N_("复印、打印、扫描设备（有存储）"), days=180, data=True),
        Kind(name="network", text=N_("网络设备"), days=90),
        Kind(name="ups", text=N_("不间断电源"), days=90),
        Kind(name="fire_extinguisher", text=N_("灭火器"), days=30),
        Kind(name="fire_alarm", text=N_("火灾报警与灭火系统"), days=30),
        Kind(name="camera", text=N_("监控摄像设备"), days=30, data=True),
        Kind(name="access_control", text=N_("门禁"), days=90),
        Kind(name="air_conditioner", text=N_("空调"), days=90),
        Kind(name="dehumidifier", text=N_("除湿、加湿设备"), days=90),
        Kind(name="shelf", text=N_("密集架、病案架"), days=180),
        Kind(name="sensor", text=N_("环境传感器"), days=365),
        Kind(name="pest_control", text=N_("防虫防鼠设施"), days=30),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A row: what may be logged, in which states, and what the device's state is afterwards ("" as before).

    `next`: the next maintenance is reckoned anew. `matter`: the kind of approved matter it needs; `asks`: the question
    it opens.
    """

    name: str
    text: str
    before: tuple[Condition, ...]
    after: Condition | None = None
    next: bool = False
    matter: str = ""
    asks: str = ""
    data_only: bool = False  # the matter is needed for devices that hold information only


R, F, S = Condition.RUNNING, Condition.FAULTY, Condition.STOPPED
LOGS: Final[dict[str, Logged]] = {
    row.name: row
    for row in (
        Logged(name="check", text=N_("运行检查"), before=(R, F, S)),
        Logged(name="maintain", text=N_("维护保养"), before=(R, S), next=True),
        Logged(name="fault", text=N_("报告故障"), before=(R,), after=F, asks="equipment_fault"),
        Logged(name="repair", text=N_("修复"), before=(F,), after=R),
        Logged(name="stop", text=N_("停用"), before=(R, F), after=S),
        Logged(name="start", text=N_("启用"), before=(S,), after=R, next=True),
        Logged(name="change", text=N_("配置变更"), before=(R, F, S), matter="configuration_change"),
        Logged(name="scrap", text=N_("报废"), before=(R, F, S), after=Condition.SCRAPPED, matter="media_scrap",
               data_only=True),
    )
}  # fmt: skip
LONGEST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEquipment:
    """登记设备."""

    kind: str
    name: str
    serial: str
    place: str
    storeroom: int = 0
    person: int = 0  # who is responsible
    staff_no: str = ""  # names the person instead of the number
    next: date | None = None  # None: by the kind's interval


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEquipment:
    """登记设备运行维护: what was seen and done. `witness` stands beside whoever scraps what holds information."""

    equipment: int
    kind: str
    text: str
    matter: int = 0
    witness: str = ""  # staff number


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentRequest:
    """The register (`find` in names and numbers), or one device with its log."""

    equipment: int = 0
    kind: str = ""
    state: str = ""
    due: bool = False
    find: str = ""
    after: int = 0
    count: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentLine:
    """A device as lists show it."""

    id: int
    kind: str
    name: str
    serial: str
    place: str
    storeroom: str
    person: str
    state: str
    next: date | None
    since: datetime
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line of a device's log."""

    kind: str
    person: str
    before: str
    after: str
    matter: int
    at: datetime
    text: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentBoard:
    """What READ_EQUIPMENT answers. `counts` are (kind, all, faulty, overdue)."""

    rows: tuple[EquipmentLine, ...]
    log: tuple[LogLine, ...] = ()
    storerooms: tuple[tuple[int, str], ...] = ()
    counts: tuple[tuple[str, int, int, int], ...] = ()
    more: int = 0  # where the next page begins, 0 for none
