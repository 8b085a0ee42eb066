"""Every translatable string of our own sources, found without GNU gettext."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import templatize

APPS = ("catalog", "ranking", "feedback", "searchsite")
WITH_CONTEXT = {"pgettext", "npgettext"}
_TEXT = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(n?p?gettext|_)\(({_TEXT}(?:, *{_TEXT})*)")

Message = tuple[str | None, str]


@functools.cache
def find_messages() -> dict[Message, str]:
    """(context, message) → the file that says it."""
    root = Path(settings.BASE_DIR)
    python = (path for app in APPS for path in sorted((root / app).rglob("*.py")))
    found = {message: str(path.relative_to(root)) for path in python for message in read_python(path)}
    templates = sorted((root / "templates").rglob("*.html"))
    return found | {message: str(path.relative_to(root)) for path in templates for message in read_template(path)}


def read_python(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text())
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and "gettext" in names.get(node.func.id, ""):
            texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            if texts:  # a name instead of a text is translated where its text is marked
                yield to_message(names[node.func.id].removesuffix("_lazy").removesuffix("_noop"), texts)


def read_template(path: Path) -> Iterator[Message]:
    for call in _CALL.finditer(templatize(path.read_text(), origin=str(path))):
        yield to_message(call[1], list(ast.literal_eval(f"[{call[2]}]")))


def to_message(function: str, texts: list[str]) -> Message:
    return (texts[0], texts[1]) if function in WITH_CONTEXT else (None, texts[0])
