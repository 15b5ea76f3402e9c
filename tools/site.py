"""Write dist/site/: the course to read, its labs alive, from the executed solutions.

Sphinx sets what tools/site_pages.py writes, with the theme of books. The site opens as
a file, and asks the network for nothing.
"""

import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from sphinx.cmd.build import build_main

from tools import build, lab_page, portable, site_pages, site_texts

PARTS = Path(__file__).with_name("site")


def write(folder):
    """Write the whole site into a folder, which is emptied."""
    work = folder.with_name(f"{folder.name}-pages")
    for old in (folder, work):
        shutil.rmtree(old, ignore_errors=True)
    static = work / "_static" / "course"
    static.mkdir(parents=True)
    for part in (*PARTS.glob("site.*"), *lab_page.PARTS.iterdir()):
        shutil.copy(part, work / "_static")
    sources = build.sources()
    with ProcessPoolExecutor(2) as pool:
        made = dict(zip(sources, pool.map(_made, sources), strict=True))
    pages = {source: page for source, (page, _) in made.items()}
    books = []
    for source, (page, notebook) in made.items():
        (work / f"{source.stem}.md").write_text(page.text, "utf-8")
        for name, data in page.files.items():
            (static / name).write_bytes(data)
        (static / f"{source.stem}.ipynb").write_text(notebook, "utf-8")
        books += [(source.stem, *entry) for entry in page.books]
    front = (PARTS / "index.md").read_text("utf-8")
    for name, text in site_texts.others(front, pages, books).items():
        (work / name).write_text(text, "utf-8")
    (work / "conf.py").write_text(f"globals().update({CONFIGURATION!r})\n", "utf-8")
    if build_main(["-q", "-W", "--keep-going", "-j", "2", str(work), str(folder)]):
        raise build.BuildError("Sphinx is not content with the site")
    for name in (".doctrees", ".buildinfo", "objects.inv", "_sources"):
        left = folder / name
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    shutil.rmtree(work)


def _made(source):
    """Return a lesson's page, and its notebook to take along."""
    notebook = portable.editions(source)[f"{source.stem}.ipynb"]
    return site_pages.Page(source), build.as_text(notebook)


CONFIGURATION = {
    "project": "Downhill",
    "author": "",
    "language": "en",
    "html_title": "Downhill",
    "html_theme": "sphinx_book_theme",
    "extensions": ["myst_parser"],
    "myst_enable_extensions": ["deflist"],
    "myst_heading_anchors": 3,
    "html_static_path": ["_static"],
    "html_css_files": ["site.css", "lab.css"],
    "html_js_files": [
        ("site.js", {"defer": "defer"}),
        ("lab.js", {"defer": "defer"}),
    ],
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_show_search_summary": False,  # it would fetch
    "html_show_sphinx": False,
    "html_use_index": False,
    "html_context": {"default_mode": "auto"},
    "html_theme_options": {
        "use_download_button": False,
        "use_fullscreen_button": False,
        "show_toc_level": 2,
        "home_page_in_toc": True,
    },
}


def main():
    """Write the site and print its size; return the exit code."""
    if build.main(["--check"]):
        return 1
    folder = build.ROOT / "dist" / "site"
    write(folder)
    files = [file for file in folder.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    print(f"dist/site/index.html: {len(files)} files, {size:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
