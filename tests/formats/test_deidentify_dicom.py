"""四（二）4 去标识化: DICOM headers by our own table of PS3.15 Annex E [4.2.4] [5.2.4]"""

from io import BytesIO
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.datadict import keyword_dict
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from jingui.core.errors import Unprocessable
from jingui.formats.deidentify_dicom import ACTIONS, deidentify_dicom, table
from jingui.formats.deidentify_project import Project, shift_days

PROJECT = Project(key=b"k" * 32, profile="research")
CT = "1.2.840.10008.5.1.4.1.1.2"


def image(**changed: Any) -> Dataset:
    """A small made-up CT with identities wherever one can stand."""
    out = Dataset()
    out.SOPClassUID, out.SOPInstanceUID = CT, generate_uid()
    out.StudyInstanceUID, out.SeriesInstanceUID = "1.2.3.4", "1.2.3.5"
    out.SpecificCharacterSet = "ISO_IR 192"
    out.PatientName, out.PatientID, out.PatientBirthDate = "张^建国", "ZY0012345", "19300506"
    out.PatientSex, out.PatientAge, out.Modality = "M", "093Y", "CT"
    out.StudyDate, out.StudyTime, out.AccessionNumber = "20240305", "101500", "A20240305001"
    out.ReferringPhysicianName, out.InstitutionName = "李^晓红", "某某医院"
    out.StudyDescription, out.PatientComments = "张建国 胸部", "住文三路1号"
    out.Rows = out.Columns = 2
    out.SamplesPerPixel, out.BitsAllocated, out.BitsStored, out.HighBit, out.PixelRepresentation = 1, 8, 8, 7, 0
    out.PhotometricInterpretation, out.PixelSpacing = "MONOCHROME2", [0.5, 0.5]
    out.PixelData = b"\0\1\2\3"
    out["PixelData"].VR = "OB"
    request = Dataset()
    request.RequestedProcedureDescription, request.ReferencedSOPInstanceUID = "张建国", "1.2.3.6"
    out.ReferencedImageSequence = Sequence([request])
    out.add_new(0x00091001, "LO", "张建国 private")
    out.add_new(0x60003000, "OB", b"\1\2")  # overlay
    out.add_new(0x50003000, "OB", b"\1\2")  # curve
    out.add_new(0x00189999, "UN", b"\xe5\xbc\xa0")
    for name, value in changed.items():
        setattr(out, name, value)
    return out


def clean(dataset: Dataset, patient: str = "p1") -> Dataset:
    return deidentify_dicom(dataset, PROJECT, patient).dataset


def test_no_identity_is_left_anywhere() -> None:
    made = clean(image())
    text = str(made)
    for secret in (
        "张",
        "建国",
        "ZY0012345",
        "李",
        "晓红",
        "医院",
        "A20240305001",
        "文三路",
        "19300506",
        "20240305",
        "1.2.3.",
    ):
        assert secret not in text
    assert not [one for one in made.iterall() if one.tag.is_private or one.tag.group in (0x5000, 0x6000)]
    assert made.PatientIdentityRemoved == "YES"
    assert made.PatientAge == "090Y"
    assert made.PatientBirthDate == ""
    assert made.PixelData == b"\0\1\2\3"
    assert made.PixelSpacing == [0.5, 0.5]


def test_days_move_as_the_patients_other_days() -> None:
    from datetime import date

    made = clean(image())
    moved = date(int(made.StudyDate[:4]), int(made.StudyDate[4:6]), int(made.StudyDate[6:]))
    assert (moved - date(2024, 3, 5)).days == shift_days(PROJECT, "p1")
    assert made.StudyTime == "101500"


def test_uids_hold_studies_together_in_one_project_only() -> None:
    one, two = clean(image()), clean(image())
    assert one.StudyInstanceUID == two.StudyInstanceUID != "1.2.3.4"
    assert one.SOPInstanceUID != two.SOPInstanceUID
    assert one.SOPClassUID == CT
    other = deidentify_dicom(image(), Project(key=b"j" * 32, profile="research"), "p1").dataset
    assert other.StudyInstanceUID != one.StudyInstanceUID
    assert one.PatientID == two.PatientID != other.PatientID
    assert one.ReferencedImageSequence[0].ReferencedSOPInstanceUID.startswith("2.25.")
    assert "RequestedProcedureDescription" not in one.ReferencedImageSequence[0]
    assert len(one.StudyInstanceUID) <= 64


def test_it_can_be_written_and_read_again() -> None:
    given = image()
    given.file_meta = FileMetaDataset()
    given.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    given.file_meta.MediaStorageSOPClassUID, given.file_meta.MediaStorageSOPInstanceUID = CT, given.SOPInstanceUID
    given.file_meta.SourceApplicationEntityTitle = "WARD3"
    made = clean(given)
    written = BytesIO()
    made.save_as(written, enforce_file_format=True)
    assert "张".encode() not in written.getvalue()
    assert b"WARD3" not in written.getvalue()
    written.seek(0)
    again = dcmread(written)
    assert again.file_meta.MediaStorageSOPInstanceUID == made.SOPInstanceUID == again.SOPInstanceUID


@pytest.mark.parametrize(
    "changed",
    [
        {"BurnedInAnnotation": "YES"},
        {"Modality": "US"},
        {"Modality": "SC", "BurnedInAnnotation": ""},
        {"ConversionType": "WSD"},
        {"RecognizableVisualFeatures": "YES"},
    ],
)
def test_words_in_the_pixels_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(Unprocessable):
        clean(image(**changed))


def test_a_wordy_kind_that_says_it_has_none_is_taken() -> None:
    assert clean(image(Modality="US", BurnedInAnnotation="NO")).Modality == "US"


def test_a_head_is_flagged_for_defacing() -> None:
    assert deidentify_dicom(image(BodyPartExamined="HEAD"), PROJECT, "p1").face
    assert not deidentify_dicom(image(BodyPartExamined="CHEST"), PROJECT, "p1").face


def test_the_input_is_unchanged_and_a_bad_date_goes() -> None:
    given = image(StudyDate="2024030")
    before = str(given)
    done = deidentify_dicom(given, PROJECT, "p1")
    assert str(given) == before
    assert "StudyDate" not in done.dataset
    assert done.removed["PatientName"] == 1


def test_the_rows_name_what_exists() -> None:
    assert set(table().values()) <= ACTIONS
    assert [name for name in table() if not name.startswith("VR:") and name not in keyword_dict] == []
    for name in ("PN", "UN", "LT", "ST", "UT", "SH", "LO", "UR"):
        assert table()[f"VR:{name}"] == "remove"


def test_deep_sequences_end() -> None:
    inner = Dataset()
    inner.PatientName = "张^建国"
    for _ in range(40):
        outer = Dataset()
        outer.ReferencedImageSequence = Sequence([inner])
        inner = outer
    assert "张" not in str(clean(inner))


def test_text_in_a_code_and_a_telephone_in_a_number_go() -> None:
    given = image()
    given.add_new("ScanOptions", "CS", "张建国")
    given.add_new("InstanceNumber", "IS", "13800138000")
    made = clean(given)
    assert "ScanOptions" not in made
    assert "InstanceNumber" not in made


def test_an_unreadable_element_is_removed(caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder) -> None:
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    given = image()
    raw = RawDataElement(Tag("SliceThickness"), "DS", 8, "张建国!".encode()[:8], 0, False, True)
    given._dict[Tag("SliceThickness")] = raw
    assert "SliceThickness" not in clean(given)
    assert "建" not in caplog.text
