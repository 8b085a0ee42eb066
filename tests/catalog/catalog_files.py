"""Small catalog files for tests of the upload path."""

import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from catalog import pipeline
from catalog.models import Upload

SHARED = settings.BASE_DIR.parent / "shared" / "data"
HEADER = ["sku", "title", "标题", "brand", "category", "price", "sale price", "stock", "colour"]
ROWS = [
    ["K-1", "Kettle", "电热水壶", "Calor", "Kitchen > Kettles", "39.90", "29.90", "12", "Red"],
    ["K-2", "Glass kettle", "玻璃水壶", "Calor", "Kitchen > Kettles", "49.90", "", "3", "Clear"],
    ["H-1", "Headphones", "头戴式耳机", "Sonar", "Audio > Headphones", "1,299.00", "", "7", "Black"],
]


def as_csv(rows: Sequence[Sequence[Any]] = ROWS, *, header: Sequence[str] = HEADER, delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue().encode()


def as_jsonl(rows: Sequence[Mapping[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def as_xlsx(rows: Sequence[Sequence[Any]] = ROWS, *, header: Sequence[str] = HEADER) -> bytes:
    workbook = Workbook()
    for row in [header, *rows]:
        workbook.active.append(list(row))
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def native(sku: str, **fields: Any) -> dict[str, Any]:
    return {"sku": sku, "titles": {"en": f"Product {sku}", "zh": f"商品 {sku}"}, **fields}


def write(folder: Path, content: bytes, name: str = "catalog.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def posted(content: bytes, name: str = "catalog.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def receive(content: bytes, name: str = "catalog.csv", **options: Any) -> Upload:
    return pipeline.receive_upload(ContentFile(content, name=name), filename=name, **options)


def ingest(content: bytes, name: str = "catalog.csv", *, check_only: bool = False, **options: Any) -> Upload:
    upload = receive(content, name, **options)
    pipeline.ingest(upload.pk, check_only=check_only)
    upload.refresh_from_db()
    return upload


def counts(upload: Upload) -> tuple[int, int, int, int, int]:
    """Created, changed, unchanged, removed, refused."""
    return (
        upload.created_count, upload.changed_count, upload.unchanged_count, upload.deleted_count, upload.refused_count,
    )  # fmt: skip
