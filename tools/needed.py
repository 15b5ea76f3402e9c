"""What a source needs of helpers/: the modules and the data that it uses, no others."""

import ast
from functools import cache

DATA = {".csv", ".json", ".mplstyle"}


def needed(source, root):
    """Return path -> text of what a source uses of helpers/, directly or through it.

    A package's ``__init__.py`` gathers names from its modules, and does nothing else.
    Only modules whose names are used come along; the lines that import from the others
    stay behind.
    """
    files, left = set(), [source]
    while left:
        found = _used_by(left.pop(), root) - files
        files |= found
        left += [file for file in found if file.suffix == ".py"]
    return {
        file.relative_to(root).as_posix(): _without_the_rest(file, files, root)
        for file in sorted(files)
    }


@cache
def imports(text, package):
    """Return (statement, name here, dotted name) of all that a text imports."""
    found = []
    for node in ast.walk(ast.parse(text)):
        start = ""
        if isinstance(node, ast.ImportFrom):
            above = package.split(".")[: 1 - node.level or None] if node.level else []
            start = ".".join([*above, *filter(None, [node.module]), ""])
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                here = alias.asname or alias.name
                found.append((node, here, start + alias.name))
    return found


@cache
def _names(text, package):
    """Return the dotted names that a text imports, or has of what it imports."""
    here = {name: dotted for _, name, dotted in imports(text, package)}
    return set(here.values()).union(
        f"{here.get(node.value.id)}.{node.attr}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    )


def _read(file, root):
    """Return a file's text, and the package that it is in."""
    return file.read_text("utf-8"), ".".join(file.relative_to(root).parts[:-1])


def _used_by(file, root):
    """Return the files of helpers/ that a file uses itself."""
    if file.name == "__init__.py":
        return set()  # what it gathers, others use
    text, package = _read(file, root)
    data = {path for path in (root / "helpers").rglob("*.*") if path.suffix in DATA}
    # The answers to all lessons: a lesson's own ones stand in its source.
    found = {path for path in data if path.name in text and path.stem != "answers"}
    return found.union(*(_behind(name, root) for name in _names(text, package)))


def _behind(name, root):
    """Return the files behind a dotted name: its packages, and where it is defined."""
    files, place = set(), root
    for part in name.split(".") if name.startswith("helpers") else ():
        start, place = place / "__init__.py", place / part
        if place.is_dir():
            files.add(place / "__init__.py")
        elif place.with_suffix(".py").is_file():
            return files | {place.with_suffix(".py")}
        else:  # a name that a package gathers
            gathered = {
                here: dotted for _, here, dotted in imports(*_read(start, root))
            }
            return files | _behind(gathered.get(part, ""), root)
    return files


def _without_the_rest(file, files, root):
    """Return a file's text; of an ``__init__.py`` what can be had from these files."""
    text, package = _read(file, root)
    if file.name != "__init__.py":
        return text
    gone = [node for node in ast.parse(text).body if isinstance(node, ast.Assign)]
    gone += [  # __all__ names them, too
        node
        for node, _, dotted in imports(text, package)
        if not _behind(dotted, root) <= files
    ]
    lost = {n for node in gone for n in range(node.lineno, node.end_lineno + 1)}
    lines = enumerate(text.splitlines(keepends=True), 1)
    return "".join(line for number, line in lines if number not in lost)
