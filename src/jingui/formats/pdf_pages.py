"""四（二）1 复制病历: how many pages a copy has: the tariff counts them [4.2.1]"""

import io


def pages(pdf: bytes) -> int:
    """The pages of a PDF that this house made."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    return int(PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Count"])
