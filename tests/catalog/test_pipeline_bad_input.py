"""Bad input: what shops and attackers really send. Nothing breaks, nothing is lost, every refusal says what to do."""

import gzip
import io
import json
import zipfile

import pytest

from catalog import pipeline
from catalog.errors import ShopError, UploadRefused
from catalog.models import Product, RefusedRow, Upload, Variant
from catalog.refused_csv import escape_formula
from tests.catalog.catalog_files import ROWS, as_csv, as_jsonl, as_xlsx, counts, ingest, native, receive

pytestmark = pytest.mark.django_db
COLUMNS = {"columns": {"sku": "sku", "title": "title.en", "text": "description.en", "price": "price"}}


def ingest_lines(*lines: str, mapping=None) -> Upload:
    return ingest("\n".join(["sku,title,price", *lines]).encode(), mapping=mapping)


@pytest.mark.parametrize("encoding", ["gbk", "utf-16", "utf-8-sig", "utf-16-le"])
def test_a_file_in_another_encoding_comes_in_whole(encoding):
    upload = ingest("商品编码,标题,价格\nA,电热水壶不锈钢,199\nB,头戴式蓝牙耳机,299\n".encode(encoding))
    assert counts(upload)[0] == 2
    assert Product.objects.get(sku="A").title_zh == "电热水壶不锈钢"


def test_broken_quotes_cost_their_row_and_no_other():
    upload = ingest_lines("A,Kettle,1", 'B,"Pan,2', "C,Pot,3", 'D,"Lid" x,4', "E,Cup,5")
    assert set(Product.objects.values_list("sku", flat=True)) == {"A", "C", "E"}
    assert [row.row_number for row in upload.refused_rows.all()] == [3, 5]


def test_a_cell_of_ten_megabytes_is_refused_and_the_rest_goes_in():
    upload = ingest_lines("A,Kettle,1", f"B,{'x' * 10 * 1024**2},2", "C,Pot,3")
    assert counts(upload) == (2, 0, 0, 0, 1)
    refused = RefusedRow.objects.get()
    assert "longer than" in refused.message
    assert len(json.dumps(refused.raw)) < 1000


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_bombs_are_refused_at_the_door_and_not_kept(kind, settings, tmp_path):
    settings.UPLOAD_MAX_UNPACKED_BYTES = 3 * 1024**2
    settings.MEDIA_ROOT = tmp_path
    if kind == "gz":
        content = gzip.compress(b"sku,title\n" + b"A,B\n" * 2_000_000)
    else:
        packed = io.BytesIO(as_xlsx())
        with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/bomb", b"\0" * 8 * 1024**2)
        content = packed.getvalue()
    with pytest.raises(UploadRefused, match="too large"):
        receive(content)
    assert not Upload.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|x", "'+cmd|x"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-5", "-5"),
        ("+3.20", "+3.20"),
        ("Kettle", "Kettle"),
        (-5, -5),
        (None, None),
    ],
)
def test_exports_hold_no_formulas(value, escaped):
    assert escape_formula(value) == escaped


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script>Kettle",
        "Kettle<img src=x onerror=alert(1)>",
        "&lt;script&gt;alert(1)&lt;/script&gt;Kettle",
        "<style>*{display:none}</style>Kettle",
        "Kettle<!-- x -->",
        "<svg/onload=alert(1)>Kettle",
    ],
)
def test_markup_never_reaches_a_title_or_text(title):
    row = {"sku": "A", "title": title, "text": f"<p>{title}</p>", "price": 1}
    ingest(as_jsonl([row]), "c.jsonl", mapping=COLUMNS)
    product = Product.objects.get()
    assert product.title_en == "Kettle"
    assert "<" not in product.description_en
    assert "alert" not in product.description_en


@pytest.mark.parametrize("price", ["-1", "1e400", "Infinity", "NaN", "99999999999999999999", "12 or so", "--5", "0x10"])
def test_absurd_prices_are_refused(price):
    upload = ingest_lines(
        f"A,Kettle,{price}", "B,Pan,2", mapping={"columns": {"sku": "sku", "title": "title.en", "price": "price"}}
    )
    assert counts(upload) == (1, 0, 0, 0, 1)
    assert not Variant.objects.filter(sku="A").exists()


def test_one_sku_twice_in_a_file_refuses_the_second_and_names_the_first():
    upload = ingest_lines("A,Kettle,1", "B,Pan,2", "A,Kettle again,3")
    assert counts(upload) == (2, 0, 0, 0, 1)
    assert "row 2" in upload.refused_rows.get().message


def test_unknown_columns_are_named_and_missing_ones_refused():
    upload = ingest_lines("A,Kettle,1", mapping={"columns": {"sku": "sku", "title": "title.en"}})
    assert upload.notes["unknown_columns"] == ["price"]
    with pytest.raises(ShopError, match="no column weight"):
        receive(as_csv(), mapping={"columns": {"sku": "sku", "weight": "attribute"}})


def test_a_file_without_a_recognised_sku_waits_for_its_mapping():
    upload = receive(b"a,b\nx,1\ny,2\n")
    with pytest.raises(ShopError, match="SKU"):
        pipeline.ingest(upload.pk)
    upload.refresh_from_db()
    assert upload.status == Upload.Status.FAILED


@pytest.mark.parametrize(
    "text",
    [
        "emoji 🎧🔥",
        "right\u202eleft",
        "zero\u200bwidth",
        "null\x00byte",
        "lone \ud83d surrogate",
        "' OR 1=1 --",
        "%s %(x)s {0}",
        "a" * 900,
        "ＦＵＬＬ　ｗｉｄｔｈ",
    ],
    ids=["emoji", "bidi", "zero width", "null byte", "surrogate", "sql", "format", "long", "full width"],
)
def test_odd_characters_are_stored_or_cleaned_but_never_break(text):
    content = json.dumps({"sku": "A", "title": f"Kettle {text}", "text": text, "price": 1}).encode()
    upload = ingest(content, "c.jsonl", mapping=COLUMNS)
    assert counts(upload) == (1, 0, 0, 0, 0)
    assert Product.objects.get().title_en.startswith("Kettle")


def test_odd_characters_in_refused_rows_are_kept_readable():
    content = json.dumps({"sku": "A", "title": "Kettle \x00 \ud83d", "text": "", "price": "cheap"}).encode()
    ingest(content, "c.jsonl", mapping=COLUMNS)
    assert RefusedRow.objects.get().raw["title"].startswith("Kettle")


@pytest.mark.parametrize(
    "line",
    [
        "null",
        "[]",
        '"text"',
        "{",
        '{"sku": ' + "[" * 100_000,
        '{"sku": 1e999999}',
        '{"sku": ' + "9" * 10_000 + "}",
        '{"sku": {"deep": {"er": 1}}}',
        '{"sku": true, "title": []}',
    ],
    ids=["null", "list", "text", "cut", "deep", "huge float", "huge integer", "object as SKU", "wrong types"],
)
def test_malformed_json_costs_its_line(line):
    upload = ingest(
        "\n".join(['{"sku": "A", "title": "Kettle"}', line, '{"sku": "B", "title": "Pan"}']).encode(),
        "c.jsonl",
        mapping={"columns": {"sku": "sku", "title": "title.en"}},
    )
    assert set(Product.objects.values_list("sku", flat=True)) == {"A", "B"}
    assert [row.row_number for row in upload.refused_rows.all()] == [2]


def test_native_rows_of_the_wrong_shape_are_refused_one_by_one():
    rows = [
        native("A"),
        native("B", variants="none"),
        native("C", attributes={"a": 1}),
        native("D", extra=[1]),
        native("E", images=["javascript:x"]),
        native("F", rating_average=99),
        native("G"),
    ]
    upload = ingest(as_jsonl(rows), "n.jsonl")
    assert set(Product.objects.values_list("sku", flat=True)) == {"A", "G"}
    assert upload.refused_count == 5


def test_a_file_name_cannot_leave_its_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    upload = receive(as_csv(), "../../../etc/passwd.csv")
    assert upload.filename == "passwd.csv"
    assert (tmp_path / "media") in __import__("pathlib").Path(upload.file.path).parents


def test_many_columns_are_refused():
    with pytest.raises(UploadRefused, match="more than"):
        receive((",".join(f"c{n}" for n in range(20_000)) + "\n1\n").encode())


def test_refused_rows_are_counted_beyond_what_is_kept(monkeypatch):
    from catalog import upload_record

    monkeypatch.setattr(upload_record, "MAX_REFUSED_KEPT", 5)
    upload = ingest_lines(
        *[f",No number {n},1" for n in range(20)], *[",".join(row[i] for i in (0, 1, 5)) for row in ROWS[:2]]
    )
    assert (upload.refused_count, upload.refused_rows.count()) == (20, 5)
