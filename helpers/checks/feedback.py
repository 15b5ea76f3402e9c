"""What a check says, as HTML in a notebook and as plain text elsewhere."""

import ast
import html
import inspect
import re
import reprlib
import textwrap
import traceback
import types
from dataclasses import dataclass

import numpy as np

# The mark repeats what the colour says. Text and background are the theme's own.
MARKS = {
    "correct": ("✓", "Correct", "#009E73"),
    "incorrect": ("✗", "Not yet", "#D55E00"),
    "not attempted": ("…", "Not attempted yet", "#7F7F7F"),
}
NEUTRAL = "#0072B2"


@dataclass(frozen=True, repr=False)
class Result:
    """The verdict on an answer: true when it is correct.

    ``status`` is "correct", "incorrect" or "not attempted"; ``message`` says why, and
    what to try next.
    """

    status: str
    message: str
    title: str = ""

    def __bool__(self):
        return self.status == "correct"

    def __repr__(self):
        mark, verdict, _ = MARKS[self.status]
        return f"{mark} {verdict}. {minus(self.message)}"

    def _repr_html_(self):
        mark, verdict, colour = MARKS[self.status]
        return box(f"{mark} {self.title}: {verdict.lower()}", self.message, colour)


@dataclass(frozen=True, repr=False)
class Note:
    """A hint, a solution or a report, shown in a notebook.

    ``picture_html`` takes the place of the message where HTML can be shown.
    """

    title: str
    message: str
    code: str = ""
    picture_html: str = ""

    def __repr__(self):
        parts = (self.title, self.code, minus(self.message))
        return "\n\n".join(part for part in parts if part)

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"text/plain": repr(self)}
        if self.code:  # Markdown colours the code and sets the formulas
            code = f"```python\n{self.code}\n```"
            bundle["text/markdown"] = f"**{self.title}**\n\n{code}\n\n{self.message}"
        else:
            message = "" if self.picture_html else self.message
            bundle["text/html"] = box(self.title, message, NEUTRAL, self.picture_html)
        return bundle


def show_now(note: Note) -> Note | None:
    """Show a note at once in a notebook, so that one cell can show several."""
    from helpers.plots.base import in_notebook

    if not in_notebook():
        return note
    from IPython.display import display

    return display(note)


def place_of(error: BaseException) -> str:
    """Return where an error arose in the learner's code: " in line 3 of your cell".

    It is the deepest place there: the error itself may come from a library.
    """
    lines = [
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals.get("__name__") == "__main__"
    ]
    return f" in line {lines[-1]} of your cell" if lines else ""


def show(value, limit=60) -> str:
    """Return a value as short code for a message."""
    if isinstance(value, np.ndarray) and value.size > 12:
        return f"`an array of shape {value.shape}`"
    if isinstance(value, types.FunctionType):
        return f"`{value.__name__}`"
    shorten = reprlib.Repr()
    shorten.maxother = limit + 1
    text = f"{value}" if isinstance(value, np.generic) else shorten.repr(value)
    text = " ".join(text.split())
    if len(text) > limit and "array(" in text:
        text = kind_of(value)
    return f"`{text if len(text) <= limit else text[:limit] + ' ...'}`"


def kind_of(value) -> str:
    """Return what sort of thing a value is, in a learner's words."""
    if value is None:
        return "None, which is nothing at all"
    if isinstance(value, type):
        return f"the class `{value.__name__}`"
    if isinstance(value, str):
        return "text, in quotes"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, types.FunctionType | types.BuiltinFunctionType):
        return f"a function, `{value.__name__}`"
    if isinstance(value, list | tuple | dict | set):
        return f"a {type(value).__name__} of {len(value)}"
    return f"a value of type `{type(value).__name__}`"


def minus(text: str) -> str:
    """Return a text whose negative numbers have a minus sign, but not in `code`."""
    pattern = r"(`[^`]*`)|(?<![\w)\]}.+*/-])-(?=[\d.])"
    return re.sub(pattern, lambda found: found[1] or "−", text)


def once(remark: str) -> str:
    """Return a remark as a paragraph of its own the first time, then nothing."""
    if remark in _said:
        return ""
    _said.add(remark)
    return f"\n\n{remark}"


_said = set()


def box(title: str, message: str, colour: str, more_html: str = "") -> str:
    """Return a titled box; `code`, *stress* and empty lines in a message count."""
    paragraphs = "".join(
        f'<p style="margin: 0.3em 0">{_inline(part)}</p>'
        for part in message.split("\n\n")
        if part
    )
    return (
        f'<div style="border-left: 5px solid {colour}; padding: 0.3em 0.9em; '
        f'max-width: 46em; line-height: 1.45">'
        f"<strong>{_inline(title)}</strong>{paragraphs}{more_html}</div>"
    )


def _inline(text):
    text = html.escape(minus(text), quote=False)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    return re.sub(r"(?<!\S)\*(\w[^*<]*)\*(?!\w)", r"<em>\1</em>", text)


def is_stub(answer) -> bool:
    """Tell whether an answer is a function that still holds the `...` of its stub."""
    if type(answer) is not types.FunctionType:
        return False
    try:
        source = textwrap.dedent(inspect.getsource(answer))
        body = ast.walk(ast.parse(source))
    except (OSError, TypeError, SyntaxError):
        code = answer.__code__.co_code
        return answer.__name__ != "<lambda>" and code == _empty.__code__.co_code
    return any(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and node.value.value is ...
        for node in body
    )


def _empty(): ...
