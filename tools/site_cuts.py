"""What only somebody with a notebook can do: a page to read leaves it out."""

import re

# Whole paragraphs or points, whole sentences, and what stands between commas.
PARTS = re.compile(
    r"Stuck\? The cell below the check|[^|]*Take the `#`"
    r"|- .*(\*Run All\*|\bKernel >|`my/`|`make reset)",
    re.DOTALL,
)
SENTENCES = re.compile(
    r".*(hold Shift|Run all cells|a star means|press the button|place of the `\.\.\.`"
    r"|Open it when you have run|\*\*Run > Run All|you have solved|good a prophet)"
    r"|Come back to this page|Don't print `|The cell says|The triangle|Then find the"
)
CLAUSES = re.compile(r", (press \*Keep\*[^,.]*|but run the next cell[^.]*)")
SPLIT = re.compile(r"(?:(?<=[.?!])|(?<=[.?!][*)]))\s+(?=[A-Z*$`(“\"])")


def to_read(text):
    """Return a text without its orders to somebody at a notebook."""
    parts = re.split(r"(\n\s*\n|\n(?=- ))", text)
    kept = []
    for part, gap in zip(parts[::2], [*parts[1::2], ""], strict=True):
        if PARTS.match(part):
            continue
        part = CLAUSES.sub("", part)
        sentences = SPLIT.split(part)
        stay = [each for each in sentences if not SENTENCES.match(_line(each))]
        if len(stay) < len(sentences):
            part = " ".join(stay)
            part += "*" * (part.count("*") % 2)  # of a paragraph in italics
        if part:
            kept += [part, gap]
    left = "".join(kept).strip()
    # A heading goes with all that stood below it.
    alone = re.fullmatch("#+ .*", left) and left != text.strip()
    return "" if alone else left


def _line(sentence):
    return " ".join(sentence.split())
