"""四（二）4 教学科研: the file of an extract: parts, manifest with digests, the whole for the recipient [4.2.4]

The manifest is what two people check and what the ledger commits to: counts, steps, and a digest of each column and of
each part, so that any later copy can be compared with what was released.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jingui.core.research_fields import FileForm
from jingui.formats import extract_csv, extract_fhir, extract_parquet
from jingui.formats.extract_mark import canonical

STILL: Final = (1980, 1, 1, 0, 0, 0)  # the same parts make the same bytes
SUFFIX: Final = {FileForm.PARQUET: "parquet", FileForm.CSV: "csv", FileForm.FHIR: "ndjson"}


def part(form: FileForm, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], n: int, folder: Path) -> bytes:
    """The bytes of the n-th part (from 1)."""
    if form is FileForm.PARQUET:
        return extract_parquet.written(columns, rows, folder)
    if form is FileForm.FHIR:
        return extract_fhir.written(rows)
    return extract_csv.written(columns, rows, head=n == 1)


def column_digests(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """A digest of each column of one part, value by value in the order of the rows."""
    made = {}
    for name in columns:
        digest = hashlib.sha256()
        for row in rows:
            text = canonical(row.get(name)).encode("utf-8", "surrogatepass")
            digest.update(len(text).to_bytes(4) + text)
        made[name] = digest.hexdigest()
    return made


def joined(digests: Sequence[str]) -> str:
    """A digest of parts' digests, in their order."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def manifest(told: Mapping[str, Any], parts: Sequence[Mapping[str, Any]]) -> bytes:
    """The manifest as canonical JSON. `parts` have n, rows, bytes, digest and columns (name → digest)."""
    names = list(parts[0]["columns"]) if parts else []
    whole = {
        **told,
        "columns": {name: joined([one["columns"][name] for one in parts]) for name in names},
        "parts": [{key: one[key] for key in ("n", "rows", "bytes", "digest")} for one in parts],
        "rows": sum(one["rows"] for one in parts),
    }
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def whole(form: FileForm, parts: Sequence[bytes], manifest: bytes, terms: str) -> bytes:
    """The one file that is taken: parts, manifest and terms in a ZIP that is the same whenever it is made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        if form is FileForm.PARQUET:
            for n, one in enumerate(parts, 1):
                add(archive, f"data/part-{n:05}.parquet", one, zipfile.ZIP_STORED)
        else:
            add(archive, f"data.{SUFFIX[form]}", b"".join(parts), zipfile.ZIP_DEFLATED)
        add(archive, "manifest.json", manifest, zipfile.ZIP_DEFLATED)
        add(archive, "README.txt", terms.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def add(archive: zipfile.ZipFile, name: str, body: bytes, how: int) -> None:
    """One file of the archive, without time or owner."""
    entry = zipfile.ZipInfo(name, STILL)
    entry.compress_type = how
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, body)
