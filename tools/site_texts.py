"""What the pages of the site have in common, and those that are no lesson."""

import re

from tools import build, portable
from tools.slides import FORMULA, mathml

OTHERS = {  # a file of the repository -> its page
    "README.md": "index.md",
    "DOCTOR.md": "doctor.md",
    "INSTRUCTORS.md": "instructors.md",
    "LICENSE": "licence.md",
    "CITATION.cff": "licence.md",
}
PAGES = {*OTHERS.values(), "glossary.md"}
FILES = "_static/course"
HERE = """*On these pages the cells have been run for you. Where a lesson asks, say your
number first, then open the fold below.*"""
CLONE = """The whole course runs on your machine, too:

```sh
git clone {} downhill
cd downhill
make lab
```
"""
PLAIN = {  # where a fold hides them
    "exponential moving average": "A mean in which older values fade away.",
    "overfitting": "To be right on the rows trained on, and wrong on new ones.",
    "generalisation": "To be right on new rows.",
    "Monte Carlo cross-validation": "To deal the rows out anew, several times.",
}


def fenced(code):
    return f"```````python\n{code}\n```````"


def formulas(text):
    """Return a text with MathML in the place of its formulas."""

    def safe(found):
        made = mathml(found)
        return made if found[1] else made.replace("|", "&#124;").replace("*", "&#42;")

    return FORMULA.sub(safe, text)


def links(text):
    """Return a text whose links lead to the pages of the site, or nowhere."""

    def lead(found):
        words, to, place = found.groups()
        to = OTHERS.get(to, to.removesuffix(".ipynb") + ".md" * to.endswith(".ipynb"))
        if place:  # JupyterLab's anchor is the heading, the site's is smaller
            place = "#" + re.sub(r"[^\w-]", "", place).lower()
        if to.startswith(("http", "#")) or to in PAGES or to[:2].isdigit():
            return f"[{words}]({to}{place or ''})"
        return words

    return re.sub(r"(?<!!)\[([^]]+)\]\(([^)#\s]*)(#[^)]*)?\)", lead, text)


def take_along(stem):
    """Return where a lesson can be had to run it: its file, Colab, Kaggle."""
    file = f"{stem}.ipynb"
    made = f'<a class="badge-link" href="{FILES}/{file}" download>Download</a>'
    for place, address in portable.addresses(file).items():
        made += f'<a class="badge-link" href="{address}">Open in {place}</a>'
    return f'<p class="take-along">Run it yourself: {made}</p>'


def glossary(books):
    """Return the page of what books call it: (page, term, sentence, place) in order."""
    lines = [
        f"**[{term}]({page}.md)**\n: {PLAIN.get(term, '')} {sentence} "
        f'<a href="{page}.html#{place}">Where it is taught</a>'
        for page, term, sentence, place in sorted(books, key=lambda b: b[1].lower())
    ]
    start = (
        "# Glossary\n\nWhat the course calls by a plain name, as other books call it."
    )
    return formulas("\n\n".join([start, *lines])) + "\n"


def others(template, pages, books):
    """Return name -> text of all pages that are no lesson.

    Parameters
    ----------
    template : str
        The front page.
    pages : mapping of Path to Page
        By the lessons' sources.
    books : list
        What :func:`glossary` takes.
    """
    made = {
        page: formulas(links((build.ROOT / file).read_text("utf-8")))
        for file, page in OTHERS.items()
        if file in ("DOCTOR.md", "INSTRUCTORS.md")
    }
    cite = fenced((build.ROOT / "CITATION.cff").read_text("utf-8").strip())
    terms = (build.ROOT / "LICENSE").read_text("utf-8")
    made["licence.md"] = (
        "# Licence and citation\n\nTo cite the course, take these lines.\n\n"
        f"{cite.replace('python', 'yaml', 1)}\n\n"
        f"{fenced(terms).replace('python', 'text', 1)}\n"
    )
    if books:
        made["glossary.md"] = glossary(books)
    stems = [source.stem for source in pages]
    rows = [
        f"| [{p.title}]({s}.md) | {p.question} | {p.minutes} |"
        for s, p in zip(stems, pages.values(), strict=True)
    ]
    table = ["| lesson | its question | minutes |", "|---|---|---|", *rows]
    piece = next(piece for page in pages.values() for piece in page.labs)
    address = portable.read_project().get("urls", {}).get("Repository")
    for mark, text in {
        "LAB": f"```````{{raw}} html\n{piece}\n```````",
        "FIRST": stems[0],
        "LESSONS": "\n".join(table),
        "COUNT": str(len(stems) - 1),
        "CLONE": CLONE.format(address) if address else "",
        "TREE": "\n".join(stems),
        "MORE": "\n".join(sorted(name.removesuffix(".md") for name in made)),
    }.items():
        template = template.replace(f"@{mark}@", text)
    return made | {"index.md": template}
