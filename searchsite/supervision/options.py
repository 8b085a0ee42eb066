"""What `manage.py up` was asked, and what the environment adds to it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from searchsite.supervision.folder import ShopFolder


@dataclass(frozen=True)
class UpOptions:
    """Where a server of the owner's is named, none is started for it."""

    root: Path
    folder: ShopFolder
    host: str
    port: int
    public_host: str
    catalog: Path | None = None
    price_scale: str = ""
    demo: bool = True
    database_url: str = ""
    broker_url: str = ""
    broker_options: tuple[tuple[str, Any], ...] = ()
