"""A log comes in whole or not at all, and goes out so that it comes in the same."""

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ranking.errors import QueryLogRefused
from ranking.models import QueryDay
from ranking.query_log.csv_file import import_log

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 10)


def rows() -> list[tuple[object, ...]]:
    return list(
        QueryDay.objects.order_by("id").values_list("day", "query", "locale", "market", "searches", "zero_results")
    )


def test_the_least_a_file_says_is_query_and_searches() -> None:
    assert import_log(["query,searches\n", "Red Lamp,12\n", "耳機,3\n"], day=DAY) == 2
    assert rows() == [(DAY, "red lamp", "", "", 12, 0), (DAY, "耳机", "", "", 3, 0)]


def test_every_column_and_lines_that_mean_the_same_are_summed() -> None:
    header = "day,query,locale,market,category,searches,zero_results\n"
    lines = [header, "2026-11-09,手机,zh-CN,cn,,5,1\n", "2026-11-09,手机 ,zh,cn,,2,2\n"]
    assert import_log(lines, day=DAY) == 1
    assert rows() == [(date(2026, 11, 9), "手机", "zh", "cn", 7, 3)]


def test_a_file_taken_over_twice_counts_once() -> None:
    for _ in range(2):
        import_log(["query,searches\n", "lamp,12\n"], day=DAY)
    assert rows() == [(DAY, "lamp", "", "", 12, 0)]


def test_persons_are_masked() -> None:
    import_log(["query,searches\n", "anna@example.com,1\n"], day=DAY)
    assert rows()[0][1] == "*"


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("lamp,many", "whole number"),
        ("lamp,-1", "whole number"),
        ("lamp,99999999999", "whole number"),
        ("lamp", "cells"),
        ("lamp,1,2", "cells"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_taken(line: str, word: str) -> None:
    with pytest.raises(QueryLogRefused) as refusal:
        import_log(["query,searches\n", "desk,1\n", f"{line}\n"], day=DAY)
    (error,) = refusal.value.extra["errors"]
    assert error["line"] == 3
    assert word in error["message"]
    assert not QueryDay.objects.exists()


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("query,searches,day", "lamp,1,11.11.2026"),
        ("query,searches,locale", "lamp,1,fr"),
        ("query,searches,zero_results", "lamp,1,2"),
        ("query,searches,market", f"lamp,1,{'x' * 17}"),
    ],
)
def test_optional_columns_are_checked_too(header: str, line: str) -> None:
    with pytest.raises(QueryLogRefused):
        import_log([f"{header}\n", f"{line}\n"], day=DAY)


@pytest.mark.parametrize("header", ["query\n", "searches\n", "query,searches,shopper\n", ""])
def test_the_header_is_checked(header: str) -> None:
    with pytest.raises(QueryLogRefused):
        import_log([header, "lamp,1\n"], day=DAY)


def test_what_goes_out_comes_in_the_same(tmp_path: Path) -> None:
    for query in ("lamp", "=1+1", "'quoted'", "手机 壳", 'with "quotes", commas', ""):
        QueryDay.objects.create(day=DAY, query=query, locale="en", searches=3, zero_results=1)
    before = set(rows())
    file = tmp_path / "log.csv"
    call_command("export_query_log", file, stdout=StringIO())
    assert '"=1+1"' not in file.read_text() and "'=1+1" in file.read_text()  # noqa: PT018
    QueryDay.objects.all().delete()
    told = StringIO()
    call_command("import_query_log", file, stdout=told)
    assert told.getvalue() == "6 rows taken over\n"
    assert set(rows()) == before


def test_the_command_names_lines_and_dates_rows_yesterday(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("query,searches\nlamp,x\n")
    with pytest.raises(CommandError, match="line 2"):
        call_command("import_query_log", file)
    file.write_bytes("query,searches\n耳机,2\n".encode("gb18030"))
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("import_query_log", file)
    file.write_text("query,searches\n耳机,2\n")
    call_command("import_query_log", file, stdout=StringIO())
    assert QueryDay.objects.get().day == timezone.localdate() - timedelta(days=1)


def test_the_export_can_start_at_a_day() -> None:
    QueryDay.objects.create(day=DAY, query="new", searches=1)
    QueryDay.objects.create(day=DAY - timedelta(days=9), query="old", searches=1)
    out = StringIO()
    call_command("export_query_log", "--since", "2026-11-10", stdout=out)
    assert "new" in out.getvalue()
    assert "old" not in out.getvalue()
