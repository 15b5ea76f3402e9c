"""Code for a portable file: no comments, and no help that nobody asks for there.

What stays is the help on all that the lesson itself names.
"""

import ast
import io
import re
import tokenize


def lean(files, lesson):
    """Return path -> text, the modules among them leaner; they do the same."""
    code = re.sub(r"^#.*", "", lesson, flags=re.MULTILINE)
    named = set(re.findall(r"\w+", code))
    return {
        name: _lean(text, named) if name.endswith(".py") else text
        for name, text in files.items()
    }


def _lean(text, named):
    gone = set()
    for node in ast.walk(ast.parse(text)):
        kinds = ast.Module | ast.ClassDef | ast.FunctionDef
        if isinstance(node, kinds) and ast.get_docstring(node) and len(node.body) > 1:
            if getattr(node, "name", "") not in named:
                first = node.body[0]
                gone.update(range(first.lineno, first.end_lineno + 1))
    lines = text.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            number, column = token.start
            before = lines[number - 1][:column].rstrip()
            lines[number - 1] = f"{before}\n"
            gone |= set() if before else {number}
    return "".join(line for n, line in enumerate(lines, 1) if n not in gone)
