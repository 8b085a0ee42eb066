"""One full demo catalog for all tests of this folder: making it takes seconds and needs no database."""

import pytest

from catalog.demo.products import DemoProduct, make_products


@pytest.fixture(scope="session")
def demo_products() -> list[DemoProduct]:
    return list(make_products())
