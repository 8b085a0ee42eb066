"""Readers: every kind of file becomes the same rows; what is broken is refused by row, or the file with a remedy."""

import gzip
import io
import json
import tracemalloc
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from catalog.errors import UploadRefused
from catalog.readers.csv_rows import MAX_RECORD, sniff_delimiter
from catalog.readers.reading import inspect_file, read_rows
from catalog.readers.source import Progress
from tests.catalog.catalog_files import HEADER, ROWS, as_csv, as_jsonl, as_xlsx, write

TEXT = "sku,标题,价格\nA-1,电热水壶,199\nA-2,头戴式耳机,1299\n"


def read(path: Path):
    return list(read_rows(path, inspect_file(path)))


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("utf-8", b""), ("utf-8-sig", b""), ("utf-16", b""), ("utf-16-le", b""), ("utf-16-be", b"\xfe\xff"), ("gbk", b""),
     ("gb18030", b"")],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16 without mark", "utf-16 big endian", "gbk", "gb18030"],
)  # fmt: skip
def test_chinese_is_read_in_every_usual_encoding(tmp_path, encoding, bom):
    rows = read(write(tmp_path, bom + (TEXT * 1).encode(encoding)))
    assert [row.cells["标题"] for row in rows] == ["电热水壶", "头戴式耳机"]


def test_gbk_that_begins_far_down_is_found(tmp_path):
    lines = ["sku,title,price", *(f"P-{n},plain kettle number {n},10" for n in range(12_000)), "P-X,电热水壶不锈钢,20"]
    rows = read(write(tmp_path, "\n".join(lines).encode("gbk")))
    assert rows[-1].cells["title"] == "电热水壶不锈钢"


def test_western_code_page_keeps_its_accents(tmp_path):
    rows = read(write(tmp_path, "sku,title\nA,Café crème brûlée\nB,Theière émaillée\n".encode("cp1252")))
    assert rows[0].cells["title"] == "Café crème brûlée"


def test_a_row_with_bytes_of_another_encoding_is_refused_alone(tmp_path):
    good = "".join(f"P-{n},电热水壶,1\n" for n in range(50)).encode()
    rows = read(write(tmp_path, "sku,标题,价格\n".encode() + good + "X,坏".encode("gbk") + b",1\nY,\xe5\xa5\xbd,2\n"))
    assert [row.code for row in rows if row.code] == ["wrong_encoding"]
    assert rows[-1].cells["标题"] == "好"


def test_a_replacement_sign_that_was_in_the_file_is_text(tmp_path):
    rows = read(write(tmp_path, "sku,title\nA,Picks �\n".encode()))
    assert not rows[0].code


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
def test_delimiter_is_found(tmp_path, delimiter):
    rows = read(write(tmp_path, as_csv(delimiter=delimiter)))
    assert list(rows[0].cells.values()) == ROWS[0]


def test_commas_in_texts_do_not_hide_the_semicolon():
    assert sniff_delimiter("sku;title;text\nA;Kettle, red;good, cheap, fast\nB;Pan, big;heavy, black, iron\n") == ";"


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path):
    rows = read(write(tmp_path, b'sku,title\nA,"two\nlines"\n\nB,plain\n'))
    assert [(row.row_number, row.cells["sku"]) for row in rows] == [(2, "A"), (4, "B")]


def test_quoted_cells_hold_delimiters_quotes_and_line_breaks(tmp_path):
    rows = read(write(tmp_path, b'sku,title,text\nA,"Kettle, red","says ""hot""\nand more"\nB,"19"" rack",""\n'))
    assert rows[0].cells == {"sku": "A", "title": "Kettle, red", "text": 'says "hot"\nand more'}
    assert rows[1].cells["title"] == '19" rack'


def test_an_inch_mark_in_plain_text_is_no_quote(tmp_path):
    rows = read(write(tmp_path, b'sku,title,price\nA,5" screen,1\nB,17" notebook,2\n'))
    assert [row.cells["title"] for row in rows] == ['5" screen', '17" notebook']


def test_a_quote_that_is_never_closed_costs_one_row_not_the_rest(tmp_path):
    lines = ["sku,title,price", "A,Kettle,1", 'B,"Pan,2', *(f"C{n},Pot,3" for n in range(200))]
    rows = read(write(tmp_path, "\n".join(lines).encode()))
    assert [row.row_number for row in rows if row.code] == [3]
    assert "line 3" in rows[1].message
    assert len([row for row in rows if not row.code]) == 201


def test_text_after_a_closing_quote_is_refused_with_its_line(tmp_path):
    rows = read(write(tmp_path, b'sku,title\nA,"Kettle" red\nB,Pan\n'))
    assert "line 2" in rows[0].message.lower()
    assert rows[1].cells == {"sku": "B", "title": "Pan"}


@pytest.mark.parametrize(
    ("line", "code"),
    [("A,Kettle,1,9", "wrong_cell_count"), ("A,Kettle", "wrong_cell_count"), ("A,Kettle,1,,", "")],
    ids=["too many", "too few", "empty cells at the end are harmless"],
)
def test_the_number_of_cells_must_be_that_of_the_header(tmp_path, line, code):
    assert read(write(tmp_path, f"sku,title,price\n{line}\n".encode()))[0].code == code


def test_headers_of_the_same_name_stay_apart_and_nameless_ones_get_a_name(tmp_path):
    rows = read(write(tmp_path, b"sku,image,image,\nA,1.jpg,2.jpg,x\n"))
    assert rows[0].cells == {"sku": "A", "image": "1.jpg", "image (2)": "2.jpg", "column 4": "x"}


def test_a_cell_of_ten_megabytes_is_refused_in_bounded_memory(tmp_path):
    path = write(tmp_path, b"sku,title\nA," + b"x" * 10 * 1024**2 + b"\nB,Pan\n")
    profile = inspect_file(path)
    tracemalloc.start()
    rows = list(read_rows(path, profile))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(row.row_number, bool(row.code)) for row in rows] == [(2, True), (3, False)]
    assert peak < 10 * MAX_RECORD


def test_excel_gives_the_same_rows_as_csv(tmp_path):
    rows = read(write(tmp_path, as_xlsx(), "catalog.xlsx"))
    assert [list(row.cells.values()) for row in rows] == [[cell or None for cell in row] for row in ROWS]
    assert [row.row_number for row in rows] == [2, 3, 4]


def test_excel_numbers_and_dates_come_as_written(tmp_path):
    day = datetime(2026, 11, 28)  # noqa: DTZ001 - Excel knows no time zones
    content = as_xlsx([[12345.0, 19.5, day, True]], header=["sku", "price", "sale until", "new"])
    rows = read(write(tmp_path, content, "catalog.xlsx"))
    assert list(rows[0].cells.values()) == [12345, 19.5, "2026-11-28T00:00:00", True]


def test_the_name_of_a_file_does_not_decide_its_kind(tmp_path):
    assert inspect_file(write(tmp_path, as_xlsx(), "catalog.csv")).kind == "xlsx"
    assert inspect_file(write(tmp_path, as_csv(), "catalog.xlsx")).kind == "csv"


@pytest.mark.parametrize("name", ["catalog.csv.gz", "catalog.jsonl.gz"])
def test_gz_is_unpacked_while_it_is_read(tmp_path, name):
    content = as_csv() if "csv" in name else as_jsonl([dict(zip(HEADER, row, strict=True)) for row in ROWS])
    progress, path = Progress(), write(tmp_path, content, name)
    rows = list(read_rows(path, inspect_file(path), progress))
    assert [row.cells["sku"] for row in rows] == ["K-1", "K-2", "H-1"]
    assert progress.read_bytes == path.stat().st_size


def test_json_lines_flatten_and_refuse_broken_lines(tmp_path):
    lines = ['{"id": 1, "name": "Kettle", "specs": {"weight": {"kg": 2}}}', "{broken", "[1]", '{"id": 2, "x": NaN}', ""]
    rows = read(write(tmp_path, "\n".join(lines).encode(), "c.jsonl"))
    assert rows[0].cells == {"id": 1, "name": "Kettle", "specs.weight.kg": 2}
    assert [(row.row_number, row.code) for row in rows[1:]] == [
        (2, "broken_row"), (3, "not_an_object"), (4, "broken_row"),
    ]  # fmt: skip


def test_a_json_array_is_read_entry_by_entry(tmp_path):
    items = [{"name": f"商品 {n}", "text": "x" * 2000} for n in range(500)]
    rows = read(write(tmp_path, json.dumps(items, ensure_ascii=False, indent=1).encode(), "c.json"))
    assert len(rows) == 500
    assert rows[-1].cells["name"] == "商品 499"


def test_a_json_array_that_breaks_off_says_where(tmp_path):
    with pytest.raises(UploadRefused, match="after entry 1"):
        read(write(tmp_path, b'[{"id": 1}, {"id": 2', "c.json"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n\n", "empty"),
        (b"\xd0\xcf\x11\xe0rest", "xls"),
        (b"%PDF-1.7 ...", "not a table"),
        (b"PK\x03\x04broken", "damaged"),
        (b"{broken", "JSON object"),
    ],
    ids=["empty", "blank", "old Excel", "PDF", "broken zip", "broken JSON"],
)
def test_what_is_no_catalog_is_refused_with_a_remedy(tmp_path, content, words):
    with pytest.raises(UploadRefused, match=words):
        read(write(tmp_path, content))


def test_a_gz_bomb_is_refused(tmp_path, settings):
    settings.UPLOAD_MAX_UNPACKED_BYTES = 5 * 1024**2
    with pytest.raises(UploadRefused, match="too large"):
        read(write(tmp_path, b"sku,title\n" + b"A,Kettle\n" * 1_000_000, "c.csv.gz"))


def test_a_gz_that_packs_beyond_belief_is_refused(tmp_path):
    with gzip.open(tmp_path / "c.csv.gz", "wb") as packed:
        packed.write(b"sku,title\nA,")
        for _ in range(80):
            packed.write(b"x" * 1024**2)
    with pytest.raises(UploadRefused, match="too large"):
        read(tmp_path / "c.csv.gz")


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    content = io.BytesIO(as_xlsx())
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * 50 * 1024**2)
    with pytest.raises(UploadRefused, match="too large"):
        read(write(tmp_path, content.getvalue(), "c.xlsx"))


def test_a_zip_that_is_no_workbook_says_what_to_do(tmp_path):
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("products.csv", "sku,title\nA,B\n")
    with pytest.raises(UploadRefused, match="no Excel workbook"):
        read(tmp_path / "c.zip")


def test_a_gz_cut_short_gives_its_rows_and_then_says_so(tmp_path):
    import random

    noise = random.Random(1)
    lines = "".join(f"S{n},{noise.getrandbits(160):x}\n" for n in range(20_000))
    path = write(tmp_path, f"sku,title\n{lines}".encode(), "c.csv.gz")
    profile = inspect_file(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    rows = read_rows(path, profile)
    assert next(rows).cells["sku"] == "S0"
    with pytest.raises(UploadRefused, match="too early"):
        list(rows)


def test_a_file_that_is_gone_says_so(tmp_path):
    path = write(tmp_path, as_csv())
    profile = inspect_file(path)
    path.unlink()
    with pytest.raises(UploadRefused, match="no longer on the server"):
        list(read_rows(path, profile))
