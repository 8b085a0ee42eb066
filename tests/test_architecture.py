"""The shape of the house: what the linters cannot say, as tests over the files themselves."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("searchsite", "catalog", "ranking", "feedback")
TOP_LEVEL = {
    ".ci", ".env.example", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "benchmarks", "catalog",
    "deploy", "docs", "feedback", "manage.py", "pyproject.toml", "ranking", "requirements.txt", "searchsite",
    "templates", "tests",
}  # fmt: skip
REFUSED_NAMES = {"utils.py", "helpers.py", "helper.py", "util.py", "misc.py", "common.py", "signals.py"}
REFUSED_FOLDERS = {"common", "base", "utils", "helpers"}
# What a person meets, whichever apps are behind it.
CROSSING = {"browser", "journeys", "data"}
CROSSING_FILES = {"security", "three_faces", "complaints_lasting", "complaints_conditions"}
MODULE_LINES, FUNCTION_LINES = 400, 50
BROAD = {"Exception", "BaseException"}


def tracked(*patterns: str) -> list[Path]:
    """Files of the project: what git knows and what is about to be added."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of the project's files")
    return [path for name in sorted(set(listed.stdout.splitlines())) if (path := ROOT / name).exists()]


def sources(*, with_tests: bool = False) -> list[Path]:
    folders = [*APPS, "benchmarks", *(["tests"] if with_tests else [])]
    return [path for path in tracked(*(f"{folder}/*.py" for folder in folders)) if "migrations" not in path.parts]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_go_one_way():
    linter = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    checked = subprocess.run([sys.executable, "-c", linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout[-4000:] + checked.stderr[-1000:]


def test_no_module_is_long():
    long = {name_of(path): lines for path in sources() if (lines := path.read_text().count("\n")) > MODULE_LINES}
    assert not long, f"over {MODULE_LINES} lines"


def test_no_function_is_long():
    long = [
        f"{name_of(path)}:{node.lineno} {node.name} ({size} lines)"
        for path in sources()
        for node in functions(parse(path))
        if (size := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not long, f"over {FUNCTION_LINES} lines"


def test_every_module_says_its_job():
    silent = [name_of(path) for path in sources() if path.read_text().strip() and not ast.get_docstring(parse(path))]
    assert not silent


def test_nothing_catches_everything():
    def names(node: ast.expr | None) -> set[str]:
        if isinstance(node, ast.Tuple):
            return {name for part in node.elts for name in names(part)}
        return {node.id} if isinstance(node, ast.Name) else set()

    broad = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ExceptHandler) and (node.type is None or names(node.type) & BROAD)
    ]
    assert not broad


def test_models_are_imported_not_looked_up_by_name():
    """`apps.get_model("…")` escapes the import linter."""
    found = [name_of(path) for path in sources() if re.search(r"\bget_model\(", path.read_text())]
    assert not found


def test_names_say_what_is_inside():
    vague = [
        name_of(path)
        for path in sources(with_tests=True)
        if path.name in REFUSED_NAMES or REFUSED_FOLDERS & set(path.relative_to(ROOT).parts[:-1])
    ]
    assert not vague


def test_the_top_level_holds_nothing_else():
    found = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert found <= TOP_LEVEL
    assert found >= {"README.md", "LICENSE", "Makefile", "pyproject.toml", *APPS}


def test_no_promise_without_an_end():
    unfinished = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    found = [name_of(path) for path in sources() if unfinished.search(path.read_text())]
    assert not found


def test_tests_mirror_the_sources():
    """tests/<app>/…/test_x.py states the behaviour of <app>/…/x.py or of the folder x; what crosses apps is apart."""
    lost = []
    for path in tracked("tests/*/test_*.py"):
        parts = path.relative_to(ROOT / "tests").parts
        stem = path.stem.removeprefix("test_")
        if parts[0] in CROSSING or stem in CROSSING_FILES:
            continue
        app = ROOT / parts[0]
        candidates = {source.stem for source in app.rglob("*.py")} | {f.name for f in app.rglob("*") if f.is_dir()}
        if not any(stem == name or stem.startswith(f"{name}_") for name in candidates):
            lost.append(name_of(path))
    assert not lost, "no source file of this name"


def test_tasks_are_short():
    """A task fetches, calls the pipeline and returns counts."""
    long = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in sources()
        if path.name == "tasks.py"
        for node in functions(parse(path))
        if (node.end_lineno or node.lineno) - node.body[0].lineno + 1 > 12
    ]
    assert not long


def test_pages_keep_to_the_content_security_policy():
    """No inline script, no style attribute and no event attribute in our own pages."""
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>"  # data for scripts is not run
        r"|\sstyle=[\"']|\son[a-z]+=[\"']"
    )
    found = [
        f"{name_of(path)}:{text.count(chr(10), 0, match.start()) + 1} {match.group()[:40]}"
        for path in tracked("*.html")
        for text in [path.read_text()]
        for match in inline.finditer(text)
    ]
    assert not found
