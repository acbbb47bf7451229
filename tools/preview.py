"""Renders every page with made-up data in both languages into a folder: `python tools/preview.py [FOLDER]`.

Own minimal settings, no database. With `--shots` it also takes screenshots at 1280 and 390 px by Chromium.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
WEB = ROOT / "src" / "jingui" / "web"
DJANGO = {"i18n": "django.templatetags.i18n", "static": "django.templatetags.static"}
WIDTHS = (1280, 390)


def catalogue(folder: Path) -> Path:
    """A locale folder with the English catalogue, compiled into `folder`."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    source = ROOT / "src/jingui/locale/en/LC_MESSAGES/django.po"
    target = folder / "locale" / "en" / "LC_MESSAGES"
    target.mkdir(parents=True, exist_ok=True)
    with (target / "django.mo").open("wb") as file:
        write_mo(file, read_po(source.open("rb"), locale="en"))
    return folder / "locale"


def prepare(folder: Path) -> None:
    """Configure Django for rendering only. Does nothing if settings are there already."""
    import django
    from django.conf import settings

    if settings.configured:
        return
    from jingui.web.templatetags import LIBRARIES

    settings.configure(
        SECRET_KEY="preview",  # noqa: S106 - it signs nothing: pages are only drawn
        ROOT_URLCONF="tools.preview",
        STATIC_URL="/static/",
        USE_I18N=True,
        USE_TZ=True,
        LANGUAGE_CODE="zh-hans",
        LANGUAGES=[("zh-hans", "中文"), ("en", "English")],
        LOCALE_PATHS=[catalogue(folder)],
        TIME_ZONE="Asia/Shanghai",
        INSTALLED_APPS=[],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [WEB / "templates"],
                "OPTIONS": {"libraries": {**LIBRARIES, **DJANGO}, "string_if_invalid": "INVALID(%s)"},
            }
        ],
    )
    django.setup()


def __getattr__(name: str) -> Any:
    """`urlpatterns` for the preview: every page's address, answered by nobody."""
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.http import Http404, HttpRequest
    from django.urls import path

    from jingui.web.viewmodels.paths import ORDER, PATHS

    def nobody(request: HttpRequest, **parts: str) -> Any:
        raise Http404

    return [path(PATHS[one], nobody, name=one) for one in ORDER]


def samples(english: bool) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name → (template, context) of every sample."""
    from tools import preview_access as accessing
    from tools import preview_apps as applied
    from tools import preview_archive as archived
    from tools import preview_backups as backed
    from tools import preview_capture as captured
    from tools import preview_care as care
    from tools import preview_cda as clinical
    from tools import preview_consents as consented
    from tools import preview_custody as custodial
    from tools import preview_destruction as destroyed
    from tools import preview_door as door
    from tools import preview_drills as drilled
    from tools import preview_entry as entering
    from tools import preview_frame as frame
    from tools import preview_gateway as gateways
    from tools import preview_keep as keeping
    from tools import preview_matters as matters
    from tools import preview_office as office
    from tools import preview_partners as partnered
    from tools import preview_portal as patients
    from tools import preview_record as record
    from tools import preview_release as releasing
    from tools import preview_research as studied
    from tools import preview_sealing as sealed
    from tools import preview_share as sharing
    from tools import preview_verify as verifying
    from tools import preview_waiting as waiting

    def t(zh: str, en: str) -> str:
        return en if english else zh

    inside, outside = frame.shell(t, english), frame.shell(t, english, signed_in=False)
    found = {
        "desk": ("desk/desk.html", care.desk(t, True)),
        "desk-empty": ("desk/desk.html", care.desk(t, False)),
        "search": ("access/search.html", care.search(t, False)),
        "search-found": ("access/search.html", care.search(t, True)),
        "chart": ("access/chart.html", care.chart(t)),
        "record": ("access/record.html", record.record(t)),
        "life": ("access/life.html", record.life(t)),
        "keys": ("help/keys.html", None),
        **record.ledger(t),
        **office.people(t),
        **office.policy(t),
        **waiting.waiting(t),
        **accessing.access(t),
        **entering.entry(t),
        **gateways.pages(t),
        **sharing.pages(t),
        **partnered.pages(t),
        **applied.pages(t),
        **clinical.pages(t),
        **captured.templates(t),
        **consented.consents(t),
        **matters.matters(t),
        **door.errors(t),
        **patients.window(t),
        **releasing.release(t),
        **sealed.release(t),
        **destroyed.samples(t),
        **drilled.samples(t),
        **studied.pages(t),
        **backed.pages(t),
        **custodial.pages(t),
        **keeping.pages(t),
        **archived.pages(t),
    }
    pages = {name: (template, {"page": page, "shell": inside}) for name, (template, page) in found.items()}
    for name, (template, page) in {**patients.portal(t), **releasing.portal(t), **applied.portal(t)}.items():
        pages[name] = (template, {"page": page, "shell": patients.shell(t, inside)})
    for name, (template, page) in sealed.visitor(t).items():
        pages[name] = (template, {"page": page, "shell": sealed.shell(inside)})
    for name, (template, page) in {**patients.threshold(t), **sealed.threshold(t), **applied.threshold(t)}.items():
        pages[name] = (template, {"page": page, "shell": outside})
    for name, (template, page) in verifying.verify(t).items():
        pages[name] = (template, {"page": page, "shell": outside})
    for name, (template, page) in door.accounts(t).items():
        pages[name] = (template, {"page": page, "shell": inside if name == "account" else outside})
    return pages


def render(template: str, context: dict[str, Any], english: bool) -> str:
    """One page as a browser would get it."""
    from django.template.loader import render_to_string
    from django.test import RequestFactory
    from django.utils.translation import override

    with override("en" if english else "zh-hans"):
        return render_to_string(template, context, request=RequestFactory().get("/"))


def shoot(folder: Path, names: list[str]) -> None:
    """Screenshots of the rendered pages."""
    browser = os.environ.get("JINGUI_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        sys.exit("No Chromium on the path; set JINGUI_BROWSER.")
    quiet = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --hide-scrollbars"
    quiet += " --disable-component-update --disable-sync"
    with tempfile.TemporaryDirectory() as profile:
        for name in names:
            for width in WIDTHS:
                size = f"--window-size={width},{900 if width > 600 else 1400}"
                shot = f"--screenshot={folder / f'{name}-{width}.png'}"
                page = (folder / f"{name}.html").as_uri()
                line = [browser, *quiet.split(), f"--user-data-dir={profile}", size, shot, page]
                subprocess.run(line, check=True, capture_output=True, timeout=60)


def main(arguments: list[str]) -> None:
    """Render all, or only the names given, and shoot them if asked."""
    flags = [one for one in arguments if one.startswith("--")]
    rest = [one for one in arguments if not one.startswith("--")]
    folder = Path(rest[0] if rest else ROOT / "var" / "preview")
    folder.mkdir(parents=True, exist_ok=True)
    prepare(folder)
    from django.utils.translation import override

    shutil.copytree(WEB / "static", folder / "static", dirs_exist_ok=True)
    made = []
    for english in (False, True):
        with override("en" if english else "zh-hans"):
            sampled = samples(english)
        for name, (template, context) in sampled.items():
            called = f"{name}-{'en' if english else 'zh'}"
            if rest[1:] and called not in rest[1:]:
                continue
            text = render(template, context, english).replace('"/static/', '"static/')
            (folder / f"{called}.html").write_text(text, encoding="utf-8")
            made.append(called)
    print(f"{len(made)} pages in {folder}")
    if "--shots" in flags:
        shoot(folder, made)


if __name__ == "__main__":
    main(sys.argv[1:])
