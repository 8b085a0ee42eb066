"""Seen keys: which row had a key first, across many merges, in little memory."""

from catalog.seen_keys import SeenKeys


def test_the_first_row_of_each_key_is_found_among_many():
    seen = SeenKeys()
    for number in range(200_000):
        seen.add(f"sku-{number}", number)
    assert [seen.find(f"sku-{number}") for number in (0, 99_999, 199_999)] == [0, 99_999, 199_999]
    assert seen.find("sku-200000") is None
    assert "sku-5" in seen


def test_memory_is_a_dozen_bytes_a_key():
    seen = SeenKeys()
    for number in range(300_000):
        seen.add(f"sku-{number}", number)
    kept = sum(hashes.nbytes + rows.nbytes for hashes, rows in seen._runs)
    assert kept <= 12 * 300_000
