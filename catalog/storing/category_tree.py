"""The category tree in memory: paths of names become ids, level by level, in either language."""

from collections.abc import Iterable, Mapping

from django.db import connection

from catalog.text import fold_key

Path = tuple[Mapping[str, str], ...]
NOT_YET = -1
_COLUMNS = "id, parent_id, key, name_en, name_zh"
MAX_KEY = 300


class CategoryTree:
    """Read once an upload. A level is the same when its key, its English or its Chinese name is."""

    def __init__(self, *, write: bool) -> None:
        self._write = write
        self._children: dict[tuple[int | None, str], int] | None = None
        self._keys: dict[int, str] = {}
        self._blank: dict[int, tuple[bool, bool]] = {}
        self._found: dict[tuple[tuple[str, str], ...], int] = {}

    def find(self, paths: Iterable[Path]) -> None:
        """Makes sure that `get` knows each path; what is missing is made, parents first."""
        wanted = {path_names(path): path for path in paths if path}
        for names, path in sorted(wanted.items()):
            if names not in self._found:
                self._found[names] = self._resolve(path)

    def get(self, path: Path) -> int:
        return self._found.get(path_names(path), NOT_YET)

    def _resolve(self, path: Path) -> int:
        parent: int | None = None
        for level in path:
            known = self._find_child(parent, level)
            if known is None:
                if not self._write:
                    return NOT_YET
                known = self._create(parent, level)
            self._fill_names(known, level)
            parent = known
        return parent if parent is not None else NOT_YET

    def _find_child(self, parent: int | None, level: Mapping[str, str]) -> int | None:
        if self._children is None:
            self._read_all()
        for locale in ("en", "zh"):
            name = level.get(locale)
            if name and (found := (self._children or {}).get((parent, _slug(name)))):
                return found
        return None

    def _read_all(self) -> None:
        self._children = {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, parent_id, key, name_en, name_zh FROM catalog_category ORDER BY id")
            for row in cursor.fetchall():
                self._remember(*row)

    def _remember(self, id_: int, parent: int | None, key: str, name_en: str, name_zh: str) -> None:
        children = self._children if self._children is not None else {}
        for slug in (key.rpartition("/")[2], _slug(name_en), _slug(name_zh)):
            if slug:
                children.setdefault((parent, slug), id_)
        self._keys[id_] = key
        self._blank[id_] = (not name_en, not name_zh)

    def _create(self, parent: int | None, level: Mapping[str, str]) -> int:
        slug = _slug(level.get("en") or level.get("zh") or "")
        key = f"{self._keys[parent]}/{slug}" if parent is not None else slug
        key = key[:MAX_KEY]
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO catalog_category (key, parent_id, name_en, name_zh, position) VALUES (%s, %s, %s, %s, 0) "
                "ON CONFLICT (key) DO NOTHING "
                f"RETURNING {_COLUMNS}",
                [key, parent, level.get("en", ""), level.get("zh", "")],
            )
            row = cursor.fetchone()
            if row is None:  # someone else was faster
                cursor.execute(
                    "SELECT id, parent_id, key, name_en, name_zh FROM catalog_category WHERE key = %s", [key]
                )
                row = cursor.fetchone()
        self._remember(row[0], parent, *row[2:])
        return int(row[0])

    def _fill_names(self, id_: int, level: Mapping[str, str]) -> None:
        blank_en, blank_zh = self._blank[id_]
        if not self._write or not ((blank_en and level.get("en")) or (blank_zh and level.get("zh"))):
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE catalog_category SET name_en = coalesce(nullif(name_en, ''), %s), "
                "name_zh = coalesce(nullif(name_zh, ''), %s) WHERE id = %s",
                [level.get("en", ""), level.get("zh", ""), id_],
            )
        self._blank[id_] = (blank_en and not level.get("en"), blank_zh and not level.get("zh"))


def path_names(path: Path) -> tuple[tuple[str, str], ...]:
    return tuple((level.get("en", ""), level.get("zh", "")) for level in path)


def _slug(name: str) -> str:
    """A level's part of the key; the slash separates levels, so it cannot be in one."""
    return fold_key(name).replace("/", "-")
