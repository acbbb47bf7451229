"""四（二）4 去标识化: a DICOM data set by our own table of the basic profile of PS3.15 Annex E [4.2.4] [5.2.4]

Each element has an action by its own row, else by its value representation; what has neither is removed, and so are
private elements, curves and overlays. Words burned into the pixels cannot be cleaned here: such an image is refused,
and one that may show a face is flagged.
"""

import csv
import re
import struct
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jingui.core.deidentify import OLDEST
from jingui.core.errors import Misconfigured, Unprocessable
from jingui.core.word import N_
from jingui.formats.deidentify_fields import uid
from jingui.formats.deidentify_project import Project, pseudonym, shift_days

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

ACTIONS: Final = frozenset(("keep", "remove", "empty", "uid", "shift", "pseudonym", "age", "walk"))
#: What reading a damaged element raises: it is then removed, unread.
UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, NotImplementedError, OverflowError, struct.error)
_CODE: Final = re.compile(r"(?!.*\d{7})[A-Z0-9 _]{0,16}")
_LONG: Final = re.compile(r"^-?\d{9,}$")
DEEPEST: Final = 16  # sequences inside each other
METHOD: Final = "Jingui PS3.15 E.1"
#: Kinds of images whose pixels usually hold words: taken only when they say that there are none.
WORDY: Final = frozenset(("US", "SC", "OT", "XC", "ES", "GM", "SM", "DOC", "KO", "SR", "PR"))
#: Parts whose three-dimensional images show a face.
FACES: Final = frozenset(("HEAD", "BRAIN", "FACE", "SKULL", "HEADNECK"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeidentifiedImage:
    """A data set that may leave, how often what was changed, and `face`: whether it must be defaced first."""

    dataset: "Dataset"
    removed: Counter[str] = field(default_factory=Counter)
    face: bool = False


@cache
def table() -> Mapping[str, str]:
    """Each element's or representation's action; Misconfigured for an unknown one."""
    with (files("jingui.formats") / "data" / "dicom_profile.csv").open(encoding="utf-8") as lines:
        rows = {row["element"]: row["action"] for row in csv.DictReader(lines)}
    if wrong := sorted(set(rows.values()) - ACTIONS):
        raise Misconfigured(table="dicom_profile", row=wrong[0])
    return rows


def deidentify_dicom(dataset: "Dataset", project: Project, patient: str) -> DeidentifiedImage:
    """Return a new data set that may leave; Unprocessable when words may be burned into its pixels.

    `patient` is the id whose dates move together; the input is unchanged.
    """
    _refuse(dataset)
    removed: Counter[str] = Counter()
    made = _cleaned(dataset, project, patient, removed, 0)
    meta = getattr(dataset, "file_meta", None)
    if meta is not None:
        from pydicom.dataset import FileMetaDataset

        made.file_meta = FileMetaDataset(_cleaned(meta, project, patient, removed, 0))
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = METHOD
    made.LongitudinalTemporalInformationModified = "MODIFIED"
    part = str(dataset.get("BodyPartExamined", "")).upper()
    face = part in FACES and str(dataset.get("Modality", "")) in ("CT", "MR", "PT")
    return DeidentifiedImage(dataset=made, removed=removed, face=face)


def _refuse(dataset: "Dataset") -> None:
    """Refuse images in whose pixels words may stand."""
    burned = str(dataset.get("BurnedInAnnotation", "")).upper()
    wordy = str(dataset.get("Modality", "")).upper() in WORDY or str(dataset.get("ConversionType", "")) != ""
    if burned == "YES":
        raise Unprocessable(places=(("BurnedInAnnotation", N_("影像内烧录有文字，须先遮盖再去标识化")),))
    if "PixelData" in dataset and wordy and burned != "NO":
        raise Unprocessable(places=(("BurnedInAnnotation", N_("此类影像常烧录文字，未声明没有时不得放行")),))
    if str(dataset.get("RecognizableVisualFeatures", "")).upper() == "YES":
        raise Unprocessable(places=(("RecognizableVisualFeatures", N_("影像可辨认面容，须先去面容再去标识化")),))


def _cleaned(dataset: "Dataset", project: Project, patient: str, removed: Counter[str], depth: int) -> "Dataset":
    """Each element by its action."""
    from pydicom.datadict import keyword_for_tag
    from pydicom.dataset import Dataset

    made = Dataset()
    for tag in dataset.keys():  # noqa: SIM118  (iterating a data set reads its elements, and one may be unreadable)
        name = keyword_for_tag(tag) or str(tag)
        try:
            new = None if depth > DEEPEST else _element(dataset[tag], project, patient, removed, depth)
        except UNREADABLE:  # counted below as removed
            new = None
        if new is None:
            removed[name] += 1
        else:
            made.add(new)
    return made


def action(element: "DataElement") -> str:
    """The action of an element; `remove` for what no row names."""
    if element.tag.is_private or 0x5000 <= element.tag.group <= 0x50FF or 0x6000 <= element.tag.group <= 0x60FF:
        return "remove"
    if not element.keyword:
        return "remove"
    return table().get(element.keyword) or table().get(f"VR:{element.VR}", "remove")


def _element(
    element: "DataElement", project: Project, patient: str, removed: Counter[str], depth: int
) -> "DataElement | None":
    """The element that may leave in place of one, None for none."""
    from pydicom.sequence import Sequence

    chosen = action(element)
    if chosen == "remove":
        return None
    if chosen == "keep":
        return _made(element, element.value) if _harmless(element) else None
    if chosen == "walk":
        items = [_cleaned(item, project, patient, removed, depth + 1) for item in element.value]
        return _made(element, Sequence(items))
    removed[element.keyword] += 1
    if chosen == "empty":
        return _made(element, "")
    values = list(element.value) if element.VM > 1 else [element.value]
    made = [_changed(chosen, element.keyword, str(value), project, patient) for value in values]
    kept = [value for value in made if value is not None]
    if len(kept) != len(made):
        return None
    return _made(element, kept if len(kept) > 1 else kept[0] if kept else "")


def _made(element: "DataElement", value: Any) -> "DataElement":
    """An element with another value; nothing is checked, because the check would log the value."""
    from pydicom import config
    from pydicom.dataelem import DataElement

    return DataElement(element.tag, element.VR, value, validation_mode=config.IGNORE)


def _harmless(element: "DataElement") -> bool:
    """Whether a word or number that stays is one: no text in a code, no telephone in a number."""
    values = element.value if element.VM > 1 else [element.value]
    if element.VR == "CS":
        return all(_CODE.fullmatch(str(value or "")) for value in values)
    if element.VR in ("IS", "DS"):
        return not any(_LONG.search(str(value)) for value in values)
    return True


def _changed(chosen: str, keyword: str, value: str, project: Project, patient: str) -> str | None:
    """One value by an action, None for what cannot be read."""
    if not value:
        return ""
    if chosen == "uid":
        return uid(project, value)
    if chosen == "pseudonym":
        return pseudonym(project, "dicom" if keyword != "AccessionNumber" else "accession", value)
    if chosen == "age":
        return "090Y" if value.endswith("Y") and value[:-1].isdigit() and int(value[:-1]) > OLDEST else value
    return moved(value, shift_days(project, patient))


def moved(value: str, days: int) -> str | None:
    """A DA or DT value moved by days; its time of day stays."""
    try:
        day = datetime.strptime(value[:8], "%Y%m%d")  # noqa: DTZ007  (a DICOM date has no zone)
    except ValueError:
        return None
    try:
        return f"{day + timedelta(days=days):%Y%m%d}{value[8:]}"
    except OverflowError:
        return None
