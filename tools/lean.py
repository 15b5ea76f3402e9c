"""Code for a portable file: without what nobody reads there.

Comments stay behind, and docstrings of what no lesson calls by its name: private
functions, what is behind the checks, the rooms that no lesson imports, and what the
doctor does not give out.
"""

import ast
import io
import tokenize

UNSEEN = ("helpers/inner/", "helpers/films/")
DOCTOR, CHECKS = "helpers/doctor/", "helpers/checks/"


def lean(files):
    """Return path -> text, the modules among them leaner; they do the same."""
    gathered = ast.parse(files.get(f"{DOCTOR}__init__.py", ""))
    given_out = {
        alias.name
        for node in ast.walk(gathered)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return {
        name: _lean(text, name, given_out) if name.endswith(".py") else text
        for name, text in files.items()
    }


def _lean(text, file, given_out):
    gone = set()
    for node in ast.walk(ast.parse(text)):
        kinds = ast.Module | ast.ClassDef | ast.FunctionDef
        if isinstance(node, kinds) and ast.get_docstring(node) and len(node.body) > 1:
            if not _is_called(getattr(node, "name", ""), file, given_out):
                first = node.body[0]
                gone.update(range(first.lineno, first.end_lineno + 1))
    lines = text.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        line = token.start[0]
        if token.type == tokenize.COMMENT and lines[line - 1].strip() == token.string:
            gone.add(line)
    return "".join(line for n, line in enumerate(lines, 1) if n not in gone)


def _is_called(name, file, given_out):
    """Tell whether a lesson can call a function, or make one of a class."""
    if file.startswith(DOCTOR):
        return name in given_out
    if file.startswith(CHECKS) and "lesson_" not in file:
        return False
    return not (name.startswith("_") or file.startswith(UNSEEN))
