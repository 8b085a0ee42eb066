"""Upload: takes a file in, looks into it, and proposes or recalls its column mapping."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any, Literal

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from catalog.contracts import RawRow
from catalog.errors import MappingRefused, UploadRefused
from catalog.mapping import ColumnMap, collapse_families, header_signature, parse_mapping
from catalog.mapping_guess import guess_mapping
from catalog.models import ColumnMapping, Upload
from catalog.readers.reading import FileProfile, inspect_file, read_rows
from catalog.readers.source import Progress
from catalog.values import storable

SHOWN_SAMPLES = 5
NATIVE_MAP = ColumnMap({}, native=True)


def receive_file(file: File, *, filename: str, mode: str = Upload.Mode.UPSERT, user: Any = None) -> Upload:
    """Stores the file and makes its record, with a mapping proposed. A file that cannot be read is not kept."""
    size = file.size or 0
    if size > settings.UPLOAD_MAX_BYTES:
        message = _("The file has %(size)d MB; at most %(limit)d MB are taken. Split it, or pack it with gzip.")
        raise UploadRefused(message % {"size": size // 1024**2, "limit": settings.UPLOAD_MAX_BYTES // 1024**2})
    if not size:
        raise UploadRefused(_("The file is empty. Upload a file with a header row and one row a product."))
    if mode not in Upload.Mode.values:
        raise UploadRefused(_("The mode must be one of %(modes)s.") % {"modes": ", ".join(Upload.Mode.values)})
    name = PurePath(filename.replace("\\", "/")).name[-200:] or "upload"
    upload = Upload(filename=name, mode=mode, created_by=user, total_bytes=size)
    upload.file.save(name, file, save=False)
    try:
        inspect_upload(upload)
    except UploadRefused:
        upload.file.delete(save=False)
        raise
    upload.save()
    return upload


def inspect_upload(upload: Upload) -> None:
    """Fills in format, columns, samples and the mapping last used for this header, else a guess."""
    profile = inspect_file(upload_path(upload))
    if not profile.samples and not profile.columns:
        raise UploadRefused(_("No row of the file can be read. Check its quotes and its encoding."))
    upload.format, upload.encoding = profile.kind, profile.encoding
    upload.samples = storable(list(profile.samples[:SHOWN_SAMPLES]))
    upload.mapping = (
        _recall(profile) or guess_mapping(profile.columns, profile.samples, native=profile.native).as_json()
    )
    upload.columns = [] if profile.native else collapse_families(profile.columns, upload.mapping["columns"])
    upload.mapping["delimiter"] = profile.delimiter


def save_mapping(upload: Upload, data: Mapping[str, Any]) -> ColumnMap:
    """Checks and stores a mapping, and remembers it for files with the same header."""
    column_map = parse_mapping(data)
    unknown = sorted(set(column_map.columns) - set(upload.columns) - {name for row in upload.samples for name in row})
    if unknown and not column_map.native and not all(name.endswith("*") for name in unknown):
        message = _("The file has no column %(names)s. Its columns are: %(columns)s")
        names = {"names": ", ".join(unknown[:10]), "columns": ", ".join(map(str, upload.columns[:50]))}
        raise MappingRefused(message % names, unknown=unknown[:50])
    upload.mapping = {**column_map.as_json(), "delimiter": upload.mapping.get("delimiter", "")}
    upload.save(update_fields=["mapping"])
    ColumnMapping.objects.update_or_create(
        signature=header_signature(upload.columns), defaults={"mapping": column_map.as_json()}
    )
    return column_map


def open_rows(upload: Upload, progress: Progress) -> tuple[ColumnMap, Iterator[RawRow]]:
    """The upload's mapping and the stream of its rows."""
    column_map = parse_mapping(upload.mapping)
    profile = FileProfile(_kind_of(upload), upload.encoding, upload.mapping.get("delimiter", ""), column_map.native)
    return column_map, read_rows(upload_path(upload), profile, progress)


def upload_path(upload: Upload) -> Path:
    try:
        return Path(upload.file.path)
    except ValueError as error:
        raise UploadRefused(_("The uploaded file is no longer on the server. Upload it again.")) from error


def _kind_of(upload: Upload) -> Literal["csv", "xlsx", "jsonl", "json"]:
    kinds: dict[str, Literal["csv", "xlsx", "jsonl", "json"]] = {
        "csv": "csv", "xlsx": "xlsx", "jsonl": "jsonl", "json": "json",
    }  # fmt: skip
    return kinds[upload.format]


def _recall(profile: FileProfile) -> dict[str, Any] | None:
    """The mapping last used for this header, if every column is still there."""
    if profile.native:
        return None
    signatures = [header_signature(collapse_families(profile.columns, _special(profile)))]
    remembered = ColumnMapping.objects.filter(signature__in=signatures).first()
    if remembered is None:
        return None
    try:
        return parse_mapping(remembered.mapping).as_json()
    except MappingRefused:  # written by an earlier version
        return None


def _special(profile: FileProfile) -> list[str]:
    return list(guess_mapping(profile.columns, profile.samples).columns)
