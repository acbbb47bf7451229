"""Made-up view models for the preview: storerooms, rounds, devices, storage."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from jingui.core.climate import AlarmLine, Point, SensorLine
from jingui.web import climate_plot
from jingui.web.viewmodels import climate, equipment
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import ClauseRef, Link, Pager, Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import HASH, NOW, T

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
Samples = dict[str, tuple[str, Any]]


def storerooms(t: T) -> Samples:
    """The board, a sensor's course with a gap and an alarm, an upload that was wrong."""
    row = climate.SensorRow(
        name=t("东墙温度", "East wall"), href=to("sensor", sensor=1), quantity=t("温度", "Temperature"),
        limits="14 – 24 ℃", value="26.1 ℃", last=NOW - MINUTE, state=Tag(text=t("高于上限", "Too high"), tone="bad"),
        person=t("钱进", "Qian Jin"),
    )  # fmt: skip
    alarm = climate.AlarmRow(
        name=row.name, href=row.href, room=t("一号库", "Room 1"), kind=row.state, worst="26.4 ℃",
        starts=NOW - 90 * MINUTE, ends=None, matter=to("matter", matter=7),
    )  # fmt: skip
    full = climate.RoomRow(name=t("一号库", "Room 1"), sensors=(row,), state=Tag(text=t("有报警", "Alarm"), tone="bad"))
    bare = climate.RoomRow(name=t("二号库", "Room 2"), sensors=(), state=Tag(text=t("没有", "None"), tone="warn"))
    new = (Link(label=t("登记传感器", "Register a sensor"), href=to("register_sensor"), key="n", primary=True),)
    board = climate.BoardPage(rooms=(full, bare), alarms=(alarm, replace(alarm, ends=NOW)), actions=new)
    since = NOW - DAY
    points = tuple(
        Point(at=since + n * 15 * MINUTE, low=20_000 + 40 * n, high=20_600 + 60 * n, mean=20_300 + 50 * n, count=3)
        for n in range(96)
        if not 30 < n < 40
    )
    line = SensorLine(
        id=1, name=row.name, storeroom=full.name, quantity="temperature", low=14_000, high=24_000, every=300, person="",
        ended=None, last=NOW, value=26_100, absurd=False,
    )  # fmt: skip
    open_ = AlarmLine(id=1, sensor=1, kind="high", starts=NOW - 300 * MINUTE, ends=None, worst=26_400, matter=7)
    sensor = climate.SensorPage(
        row=row, room=full.name, every=300, plot=climate_plot.drawn(line, points, (open_,), since, NOW, row.name),
        points=tuple(
            climate.PointRow(at=one.at, low="20.1", high="26.4", mean="22", count=3, out=one.high > 24_000)
            for one in points[-5:]
        ),
        alarms=(alarm,), spans=((t("24 小时", "24 hours"), "?days=1", True), (t("7 天", "7 days"), "?days=7", False)),
        file=to("sensor_file", sensor=1), source="JGJ 25", actions=new,
    )  # fmt: skip
    nothing = climate_plot.drawn(line, (), (), since, NOW, row.name)
    upload = climate.UploadPage(
        name=row.name, back=Link(label=t("返回", "Back"), href=row.href), error=t("第 3 行", "line 3")
    )
    return {
        "climate": ("keep/climate.html", board),
        "climate-empty": ("keep/climate.html", climate.BoardPage(rooms=(), alarms=())),
        "climate-nothing": ("keep/climate.html", climate.BoardPage(rooms=(), alarms=(), find=t("火星", "Mars"))),
        "sensor": ("keep/sensor.html", sensor),
        "sensor-empty": ("keep/sensor.html", replace(sensor, plot=nothing, points=(), alarms=())),
        "upload": ("keep/upload.html", upload),
    }


def rounds(t: T) -> Samples:
    """Rounds to be done, done and missed; their photos."""
    row = climate.RoundRow(
        id=3, title=t("防火巡查", "Fire round"), room=t("一号库", "Room 1"), every=t("每周", "Weekly"),
        evidence=t("灭火器压力、通道。", "Extinguishers, ways out."), due=NOW + DAY, open=True,
        state=Tag(text=t("待巡查", "To do"), tone="warn"), photos=to("round_photos", run=3),
        clauses=(ClauseRef(id="3.1.2", heading="三（一）2"),), error=t("请写明", "Say what"), typed=t("正常", "Fine"),
    )  # fmt: skip
    done = replace(
        row, open=False, state=Tag(text=t("有异常", "Abnormal"), tone="warn"), error="", person=t("钱进", "Qian Jin"),
        done=NOW - DAY, result=t("压力不足", "Low pressure"), matter=to("matter", matter=7),
    )  # fmt: skip
    page = climate.RoundsPage(
        rows=(row, replace(row, id=4, error="", typed="")), settled=(done, replace(done, result="", matter="")),
        heads=(row.title,), matrix=((row.room, ((row.title, done.state),)),), missed=2,
        rooms=((row.room, to("rounds"), True),),
    )  # fmt: skip
    photo = climate.PhotoRow(href="/static/jingui/mark.svg", name="IMG_1.jpg", person=done.person, at=NOW)
    photos = climate.PhotosPage(title=row.title, room=row.room, photos=(photo,))
    bare = climate.RoundsPage(rows=(), settled=(), heads=(), matrix=(), rooms=())
    return {
        "rounds": ("keep/rounds.html", page),
        "rounds-empty": ("keep/rounds.html", bare),
        "photos": ("keep/photos.html", photos),
        "photos-empty": ("keep/photos.html", replace(photos, photos=())),
    }


def devices(t: T) -> Samples:
    """The register and one device."""
    row = equipment.DeviceRow(
        id=12, href=to("device", equipment=12), name=t("存储服务器", "Storage server"), serial="SN-1",
        kind=t("服务器", "Server"), place=t("机房 A1", "A1"), person=t("李维", "Li Wei"), next=NOW.date(), overdue=True,
        state=Tag(text=t("运行", "Running"), tone="ok"), since=NOW - 90 * DAY,
    )  # fmt: skip
    listed = equipment.EquipmentPage(
        rows=(row, replace(row, next=None, overdue=False)), counts=((row.kind, 3, 1, 1, "?kind=server"),),
        chips=((t("全部", "All"), to("equipment"), True),),
        kinds=(Choice(value="", label=t("全部类别", "Every kind")),),
        kind="", find="", pager=Pager(page=1, next="?after=50"), due=1,
        actions=(Link(label=t("登记设备", "Register"), href=to("register_equipment"), key="n", primary=True),),
    )  # fmt: skip
    log = equipment.LogRow(
        kind=t("报告故障", "Fault"), at=NOW, person=row.person, change=t("运行 → 故障", "Running → faulty"),
        text=t("电源报警", "Power alarm"), matter=to("matter", matter=7), entry=to("entry", entry=HASH[:32]),
    )  # fmt: skip
    form = Form(fields=(Field(name="text", label=t("情况", "What")),), submit=t("登记", "Log"))
    start = Link(label=t("配置变更申请", "Change"), href=to("start_matter", kind="configuration_change"))
    one = equipment.DevicePage(row=row, log=(log, replace(log, change="", matter="")), form=form, starts=(start,))
    return {
        "equipment": ("keep/equipment.html", listed),
        "equipment-empty": ("keep/equipment.html", replace(listed, rows=(), counts=(), due=0, actions=())),
        "device": ("keep/device.html", one),
        "device-empty": ("keep/device.html", replace(one, log=(), form=None, starts=())),
    }


def storage(t: T) -> Samples:
    """Storage with a drift, and on its first day."""
    place = equipment.PlaceRow(
        name=t("数据库", "Database"), used="12.4 GB", total="100 GB", part=12, daily="+31 MB", line="M0 50L300 8",
        outlook=Tag(text=t("预计 2027-03 写满", "Full in 2027-03"), tone="warn"), points=((NOW, "12.4 GB"),),
    )  # fmt: skip
    measure = equipment.MeasureRow(
        name=t("加密备份", "Backups"), state=Tag(text=t("有效", "In force"), tone="ok"), at=NOW,
        evidence=t("2 处存放", "2 places"), link=Link(label=t("查看", "See"), href="#main"),
    )  # fmt: skip
    drift = equipment.FingerprintRow(
        at=NOW, digest=HASH, state=Tag(text=t("8 项未经审批", "8 unapproved"), tone="bad"),
        matter=to("matter", matter=9),
        drift=tuple(f"triggers:trigger entry.{n}" for n in range(8)), entry=to("entry", entry=HASH[:32]),
    )  # fmt: skip
    page = equipment.StoragePage(
        places=(place, replace(place, part=None, line="")), measures=(measure, replace(measure, at=None, link=None)),
        fingerprints=(drift, replace(drift, drift=(), matter="")), drifts=(drift,), taken=1204, rotate=True,
        actions=(Link(label=t("设备", "Devices"), href=to("equipment"), key="x"),),
    )  # fmt: skip
    first = equipment.StoragePage(places=(), measures=(measure,), fingerprints=(), drifts=(), taken=0, rotate=False)
    return {
        "storage": ("keep/storage.html", page),
        "storage-empty": ("keep/storage.html", first),
        "storage-calm": ("keep/storage.html", replace(page, drifts=())),
    }


def pages(t: T) -> Samples:
    """Every page of the section."""
    return {**storerooms(t), **rounds(t), **devices(t), **storage(t)}
