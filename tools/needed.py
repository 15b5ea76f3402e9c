"""What a source needs of helpers/: the modules and the data that it uses, no others."""

import ast

DATA = {".json", ".mplstyle"}


def needed(source, root):
    """Return path -> text of what a source uses of helpers/, directly or through it.

    A package's ``__init__.py`` gathers names from its modules. Only modules whose names
    are used come along; the lines that import from the others stay behind.
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


def _used_by(file, root):
    """Return the files of helpers/ that a file uses itself."""
    names, words = {}, set()  # here -> where it comes from, such as helpers.plots.show
    modules, attributes = set(), set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not _gathers(node, file, root):
            module = _module(node, file, root)
            modules.add(module)
            for alias in node.names:
                names[alias.asname or alias.name] = f"{module}.{alias.name}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            attributes.add((node.value.id, node.attr))
        elif isinstance(node, ast.Constant):
            words.add(node.value)
    used = modules | set(names.values())
    used |= {f"{names[name]}.{attr}" for name, attr in attributes if name in names}
    data = {path for path in (root / "helpers").rglob("*.*") if path.suffix in DATA}
    # The answers to all lessons: a lesson's own ones stand in its source.
    data = {path for path in data if path.name in words - {"answers.json"}}
    return data.union(*(_behind(name, root) for name in used))


def _behind(name, root):
    """Return the files behind a dotted name: its packages, and where it is defined."""
    files, place = set(), root
    for part in name.split(".") if name.startswith("helpers") else ():
        start, place = place / "__init__.py", place / part
        if place.is_dir():
            files.add(place / "__init__.py")
        elif place.with_suffix(".py").is_file():
            return files | {place.with_suffix(".py")}
        else:  # a name that a package gathers, or defines itself
            for node in ast.parse(start.read_text("utf-8")).body:
                if _gathers(node, start, root) and part in _names(node):
                    return files | _behind(_module(node, start, root), root)
            return files
    return files


def _without_the_rest(file, files, root):
    """Return a file's text; of an ``__init__.py`` what can be had from these files."""
    text = file.read_text("utf-8")
    if file.name != "__init__.py":
        return text
    lines = text.splitlines(keepends=True)
    for node in ast.parse(text).body:
        if _gathers(node, file, root):
            gone = not _behind(_module(node, file, root), root) <= files
        else:
            gone = isinstance(node, ast.Assign) and "__all__" in ast.unparse(node)
        for number in range(node.lineno, node.end_lineno + 1) if gone else ():
            lines[number - 1] = ""
    return "".join(lines)


def _gathers(node, file, root):
    """Tell whether a package's ``__init__.py`` imports from its own modules here."""
    package = ".".join(file.relative_to(root).parts[:-1])
    return (
        file.name == "__init__.py"
        and isinstance(node, ast.ImportFrom)
        and _module(node, file, root).startswith(f"{package}.")
    )


def _names(node):
    return {alias.asname or alias.name for alias in node.names}


def _module(node, file, root):
    """Return the dotted name of the module that a ``from ... import`` names."""
    package = file.relative_to(root).parts[: -node.level] if node.level else ()
    return ".".join([*package, *filter(None, [node.module])])
