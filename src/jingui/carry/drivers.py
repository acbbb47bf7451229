"""五（一）2 传输: the driver of each kind of channel [5.1.2]"""

from collections.abc import Mapping
from typing import Final

from jingui.carry import dicom, fhir, https, mllp, sftp
from jingui.carry.carried import Driver

DRIVERS: Final[Mapping[str, Driver]] = {
    "https": https.deliver,
    "fhir": fhir.deliver,
    "mllp": mllp.deliver,
    "dicom": dicom.deliver,
    "sftp": sftp.deliver,
}
