"""二（一）1 采集模板: the names under which templates and their parts stand in FHIR [2.1.1]"""

from typing import Final

URL: Final = "urn:jingui:template:"
OURS: Final = "urn:jingui:capture:"  # extensions of our own
ELEMENTS: Final = "urn:oid:2.16.156.10011.2.2.1"  # WS 363 data elements
DOCUMENTS: Final = "urn:oid:2.16.156.10011.2.4"  # WS/T 500 kinds of document
FHIR: Final = "http://hl7.org/fhir/StructureDefinition/"
