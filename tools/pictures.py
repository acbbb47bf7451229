"""Takes the pictures of docs/pictures from a running demonstration: `python -m tools.pictures [ADDRESS]`.

The demonstration (`make demo`) must have finished its hospital. Chromium is the one that JINGUI_BROWSER names, or the
system's. Accounts, password and codes are the demonstration's published ones; every person in the pictures is made up.
"""

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jingui.core import onetime
from tools.smaller import smaller

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PASSWORD = "Jingui-demo-2026"  # noqa: S105 -- published on purpose: made-up people on loopback
LIMIT = 200_000  # bytes of one picture
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def chromium() -> str:
    """The browser's path; "" when there is none."""
    found = (os.environ.get("JINGUI_BROWSER"), shutil.which("chromium"), shutil.which("google-chrome"))
    return next((one for one in found if one), "")


@contextmanager
def browser() -> Iterator[Any]:
    """A headless Chromium; it ends with the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        running = player.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        try:
            yield running
        finally:
            running.close()


def sign_in(page: Any, base: str, user: str) -> None:
    """Sign in as `user` with the published password and the code that the demonstration shows."""
    page.goto(f"{base}/sign-in/")
    proven(page, user)
    page.wait_for_selector("nav#nav")


def portal(page: Any, base: str) -> None:
    """Sign in as the first patient whom the portal's door names."""
    page.goto(f"{base}/portal/sign-in/")
    numbers = page.eval_on_selector_all("main table td.mono", "all => all.map(one => one.textContent.trim())")
    if not numbers:
        raise SystemExit("The demonstration has no portal accounts yet; wait until its month stands.")
    proven(page, numbers[0])
    page.wait_for_url("**/portal/**")


def proven(page: Any, user: str) -> None:
    """Fill in the name, the password and the code of the moment."""
    page.fill("#id_login", user)
    page.fill("#id_password", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_selector("#id_code")
    for _ in range(3):
        shown = re.search(r"\b(\d{6})\b", page.inner_text("main .note"))
        if shown is None:
            raise SystemExit("This is no demonstration: the page shows no code.")
        page.fill("#id_code", shown.group(1))
        with page.expect_navigation():
            page.click("main form[data-saves] button")
        if not page.locator("#id_code").count():
            return
        # A code is good once: who signed in with it a moment ago waits for the next one.
        page.wait_for_timeout(1000 * (onetime.PERIOD - time.time() % onetime.PERIOD) + 500)
        page.goto(page.url)
    raise SystemExit(f"{user} could not sign in: {page.inner_text('main')[:200]}")


def hrefs(page: Any, start: str) -> list[str]:
    """Addresses of the links in the page's body that begin with `start` and go on."""
    found = page.eval_on_selector_all(f"main a[href^='{start}']", "all => all.map(one => one.getAttribute('href'))")
    return [one for one in found if len(one) > len(start)]


def speak(context: Any, base: str, language: str) -> None:
    """Read on in another language."""
    context.add_cookies([{"name": "jingui_language", "value": language, "url": base}])


def keep(page: Any, name: str) -> None:
    """Save what the window shows; too large a picture is an error, not a surprise in the repository."""
    path = FOLDER / f"{name}.png"
    path.write_bytes(smaller(page.screenshot()))
    if path.stat().st_size > LIMIT:
        raise SystemExit(f"{path.name} has {path.stat().st_size} bytes")
    print(path.name, path.stat().st_size)


def physician(running: Any, base: str) -> str:
    """A physician's day: desk, chart, proof, phone. Returns the chart's address."""
    context = running.new_context(viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, base, "lin.xiaoqing")
    page.goto(base)
    page.wait_for_selector(".strip .mark:not(.wait)", state="attached")
    keep(page, "desk")
    chart = hrefs(page, "/patients/")[0]
    page.goto(base + chart)
    page.wait_for_selector(".strip .mark:not(.wait)", state="attached")
    keep(page, "chart")
    page.click("[data-verify]")
    page.wait_for_selector("#proof .note.ok")
    keep(page, "proof")
    phone = running.new_context(viewport=PHONE, locale="zh-CN", storage_state=context.storage_state())
    speak(phone, base, "zh-hans")
    small = phone.new_page()
    small.goto(base + chart)
    keep(small, "chart-phone")
    return chart


def corrected(running: Any, base: str) -> None:
    """An admission note with its correction, old words struck through, in English."""
    context = running.new_context(viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, base, "shen.ruoxi")
    page.goto(base)
    chart = page.locator("main a", has_text="陶晚晴").first.get_attribute("href")
    page.goto(f"{base}{chart}")
    record = page.locator("main a[href^='/records/']", has_text="入院记录").first.get_attribute("href")
    speak(context, base, "en")
    page.goto(f"{base}{record}")
    page.wait_for_selector(".strip .mark:not(.wait)", state="attached")
    keep(page, "record-english")


def others(running: Any, base: str, chart: str) -> None:
    """A refusal, an entry with its proof, people, roles, the cockpit."""
    context = running.new_context(viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, base, "shi.guanzhi")
    page.goto(base + chart)
    keep(page, "refused")
    page.goto(f"{base}/evidence/?decision=deny")
    page.goto(base + hrefs(page, "/evidence/entries/")[0])
    page.click("[data-check-now]")
    page.wait_for_selector(".note.ok")
    keep(page, "entry")
    page.goto(f"{base}/policy/")
    keep(page, "cockpit")
    page.goto(f"{base}/people/roles/")
    keep(page, "roles")
    page.goto(f"{base}/people/")
    keep(page, "people")


def writing(running: Any, base: str) -> None:
    """An admission note half written, with what it owes; the consents of a patient."""
    context = running.new_context(viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, base, "lin.xiaoqing")
    page.goto(f"{base}/drafts/")
    page.goto(base + next(one for one in hrefs(page, "/patients/") if "/write/" in one))
    page.wait_for_selector(".strip .mark:not(.wait)", state="attached")
    keep(page, "writing")
    page.goto(base)
    patient = page.locator("main a", has_text="罗新民").first.get_attribute("href")
    page.goto(f"{base}{patient}consents/")
    keep(page, "consents")


def offices(running: Any, base: str) -> None:
    """What waits for medical affairs, an emergency access under review, the overdue board, the monitor."""
    context = running.new_context(viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, base, "dai.yunzhong")
    page.goto(f"{base}/matters/")
    keep(page, "matters")
    review = page.locator("main table a", has_text="紧急调阅复核").first.get_attribute("href")
    page.goto(f"{base}{review}")
    keep(page, "matter")
    page.goto(f"{base}/deadlines/")
    keep(page, "deadlines")
    page.goto(f"{base}/monitor/")
    keep(page, "monitor")


def patients(running: Any, base: str) -> None:
    """Who read my record, as the patient sees it; the same on a phone."""
    context = running.new_context(viewport=DESK, locale="zh-CN")
    page = context.new_page()
    portal(page, base)
    page.goto(f"{base}/portal/")
    chart = hrefs(page, "/portal/charts/")[0].removesuffix("readers/")
    page.goto(f"{base}{chart}readers/")
    keep(page, "portal-readers")
    phone = running.new_context(viewport=PHONE, locale="zh-CN", storage_state=context.storage_state())
    small = phone.new_page()
    small.goto(f"{base}{chart}readers/")
    keep(small, "portal-phone")


def released(running: Any, base: str) -> None:
    """A copy with its steps, a sealed list, a study with its risk; the public check on a phone."""
    context = running.new_context(viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, base, "duan.chengyan")
    page.goto(f"{base}/copies/")
    page.goto(base + str(page.locator("main table a", has_text="FZ").nth(1).get_attribute("href")))
    keep(page, "copy")
    page.goto(f"{base}/sealings/")
    page.goto(base + next(one for one in hrefs(page, "/patients/") if "/sealings/" in one))
    keep(page, "sealing")
    asked = running.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in(asked, base, "li.mingzhe")
    asked.goto(f"{base}/research/")
    asked.goto(base + next(one for one in hrefs(asked, "/research/") if re.fullmatch(r"/research/\d+/", one)))
    asked.locator("h3, h4, h2", has_text="风险").first.scroll_into_view_if_needed()
    keep(asked, "study")
    small = running.new_context(viewport=PHONE, locale="zh-CN").new_page()
    small.goto(f"{base}/verify/")
    keep(small, "verify-phone")


def kept(running: Any, base: str) -> None:
    """The record room's board, a storeroom's climate, a destroyed list; backups; counting on a phone."""
    context = running.new_context(viewport=DESK, locale="zh-CN")
    page = context.new_page()
    sign_in(page, base, "duan.chengyan")
    page.goto(f"{base}/case-files/")
    keep(page, "case-files")
    page.goto(f"{base}/storerooms/climate/")
    page.goto(base + page.locator("main a", has_text="湿度").first.get_attribute("href") + "?days=7")
    keep(page, "climate")
    page.goto(f"{base}/destructions/")
    page.goto(base + hrefs(page, "/destructions/")[0])
    keep(page, "destruction")
    phone = running.new_context(viewport=PHONE, locale="zh-CN", storage_state=context.storage_state())
    small = phone.new_page()
    small.goto(f"{base}/archive/stocktakings/")
    small.goto(base + hrefs(small, "/archive/stocktakings/")[0])
    keep(small, "stocktaking-phone")
    asked = running.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in(asked, base, "qiao.yuanfan")
    asked.goto(f"{base}/backups/")
    keep(asked, "backups")


def gateway(running: Any, base: str) -> None:
    """The gateway with its queues, a partner, what would leave, a transmission's life, what came in and waits."""
    page = running.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in(page, base, "qiao.yuanfan")
    page.goto(f"{base}/gateway/")
    keep(page, "gateway")
    page.goto(f"{base}/partners/")
    page.goto(base + str(page.locator("main table a", has_text="晴川").first.get_attribute("href")))
    keep(page, "partner")
    asked = running.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in(asked, base, "qin.muzhi")
    asked.goto(f"{base}/transmissions/")
    asked.goto(base + str(asked.locator("main tr", has_text="谢云樵").locator("a").first.get_attribute("href")))
    keep(asked, "transmission")
    asked.locator("main .head a").first.click()
    asked.locator("a.btn", has_text="对外共享").click()
    asked.locator("label.check", has_text="医联体转诊").first.locator("input").check()
    asked.locator("button", has_text="预览将提供的内容").click()
    asked.wait_for_selector("button[name=confirm]")
    asked.locator("h2", has_text="将要提供的内容").scroll_into_view_if_needed()
    asked.evaluate("window.scrollBy(0, 500)")
    keep(asked, "share")
    desk = running.new_context(viewport=DESK, locale="zh-CN").new_page()
    sign_in(desk, base, "ni.xiaohe")
    desk.goto(f"{base}/received/")
    keep(desk, "received")


def main() -> None:
    """Take them all."""
    base = (sys.argv[1] if len(sys.argv) > 1 else f"http://localhost:{os.environ.get('PORT', '8400')}").rstrip("/")
    if not chromium():
        raise SystemExit("No Chromium; set JINGUI_BROWSER.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with browser() as running:
        others(running, base, physician(running, base))
        corrected(running, base)
        writing(running, base)
        offices(running, base)
        patients(running, base)
        released(running, base)
        kept(running, base)
        gateway(running, base)


if __name__ == "__main__":
    main()
