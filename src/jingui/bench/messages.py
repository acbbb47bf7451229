"""五（一）传输: HL7 v2 messages as fast as they are acknowledged: `python -m jingui.bench.messages` [5.1.2]

Every connection waits for each answer, as senders do. Of four messages one updates a patient's visit and three bring a
report of three results each; every message is new.
"""

import asyncio
import itertools
import json
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import uvloop

from jingui.bench.load import share

APPLICATION, FACILITY = "BENCH", "H"
RESULTS = (("GLU", "血糖", "mmol/L", "3.9-6.1"), ("K", "钾", "mmol/L", "3.5-5.5"), ("NA", "钠", "mmol/L", "137-147"))
HEAD = "MSH|^~\\&|BENCH|H|JINGUI|H|20240101{time}||{kind}|{control}|P|2.5||||||UNICODE UTF-8\r"
PID = "PID|1||HL{patient:06}^^^^MR||测速^患者{patient}||19800101|{sex}|||测速路 {n} 号||1380000{patient:04}\r"
PV1 = "PV1|1|I|bench^3^12||||Bdoctor^测速|||bench|||||||||HLZY{patient:06}|||||||||||||||||||||||||20240101080000\r"


def adt(n: int, patient: int, event: str, time: str) -> str:
    """An admission or update of one of the patients."""
    values = {"n": n, "patient": patient, "sex": "MF"[patient % 2], "time": time, "control": f"b{n}"}
    text = HEAD + f"EVN||20240101{time}\r" + PID + PV1
    return text.format(kind=f"ADT^{event}^ADT_A01", **values)


def oru(n: int, patient: int, time: str) -> str:
    """A report of three results."""
    values = {"n": n, "patient": patient, "sex": "MF"[patient % 2], "time": time, "control": f"b{n}"}
    rows = [
        f"OBX|{i}|NM|{code}^{name}^L||{i + n % 7}.{n % 10}|{unit}|{limits}|N|||F|||20240101{time}"
        for i, (code, name, unit, limits) in enumerate(RESULTS, 1)
    ]
    obr = f"OBR|1|P{n}|F{n}|CHEM^生化^L|||20240101{time}|||||||||||||||20240101{time}||CH|F\r"
    return (HEAD + PID + PV1).format(kind="ORU^R01^ORU_R01", **values) + f"ORC|RE|P{n}|F{n}\r" + obr + "\r".join(rows)


def stream(patients: int) -> Iterator[bytes]:
    """New messages without end, the patients' admissions first."""
    for n in itertools.count():
        seconds = n // 4 % 86_400
        time = f"{seconds // 3600:02}{seconds // 60 % 60:02}{seconds % 60:02}"
        patient = n % patients
        event = "A01" if n < patients else "A08"
        text = adt(n, patient, event, time) if n // patients % 4 == 0 else oru(n, patient, time)
        yield b"\x0b" + text.encode() + b"\x1c\r"


async def sender(port: int, messages: Iterator[bytes], tally: dict[str, Any], stop: asyncio.Event) -> None:
    """One connection in a closed loop."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not stop.is_set() and (message := next(messages, None)) is not None:
        began = perf_counter()
        writer.write(message)
        answer = await reader.readuntil(b"\x1c\r")
        tally["all"] += 1
        if tally["counting"]:
            tally["times"].append(perf_counter() - began)
            tally["codes"][answer.partition(b"\rMSA|")[2][:2].decode()] += 1
        if b"\rMSA|AA|" not in answer and not tally["sample"]:
            tally["sample"] = answer.decode("utf-8", "replace")
    writer.close()


async def drive(order: dict[str, Any]) -> dict[str, Any]:
    """Carry out one order: {port, connections, patients, warm, seconds}; latencies come back in ms."""
    tally: dict[str, Any] = {"all": 0, "counting": False, "times": array("d"), "codes": Counter(), "sample": ""}
    messages, stop = stream(order["patients"]), asyncio.Event()
    # the admissions first, one after another
    await sender(order["port"], itertools.islice(messages, order["patients"]), tally, stop)
    rest = [asyncio.create_task(sender(order["port"], messages, tally, stop)) for _ in range(order["connections"])]
    await asyncio.sleep(order["warm"])
    tally["counting"], began = True, perf_counter()
    await asyncio.sleep(order["seconds"])
    tally["counting"], seconds = False, perf_counter() - began
    stop.set()
    await asyncio.gather(*rest)
    times, good = sorted(tally["times"]), tally["codes"]["AA"]
    return {
        "rate": good / seconds, "good": good, "bad": len(times) - good, "lost": 0, "all": tally["all"],
        "p50": share(times, 0.50) * 1000, "p99": share(times, 0.99) * 1000, "sample": tally["sample"],
    }  # fmt: skip


def main() -> int:
    """Read the order from stdin, write the tally to stdout."""
    json.dump(uvloop.run(drive(json.load(sys.stdin))), sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
