"""The site: each lesson to read, nothing told too early, the network left alone."""

import contextlib
import html
import io
import re
import subprocess
import types

import nbformat
import numpy as np
import pytest
from PIL import Image

from tests.few_states import few_states
from tests.jupyterlab import ARGUMENTS, chromium
from tools import build, lab_page, site, site_cuts, site_pages, site_texts

SOURCES = build.sources()
MATHS_FONTS = ("Cambria Math", "STIX Two Math", "Latin Modern Math", "DejaVu Math")
each_lesson = pytest.mark.parametrize("stem", [source.stem for source in SOURCES])


# Sphinx's own extensions say so of each other.
pytestmark = pytest.mark.filterwarnings("ignore:'(sphinx_book_theme|myst_parser)")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site, its labs with few states, and the text of each lesson."""
    texts, others = {}, site_texts.others

    def noted(front, pages, books):
        texts.update({source.stem: page.text for source, page in pages.items()})
        return others(front, pages, books)

    made = tmp_path_factory.mktemp("site") / "site"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lab_page, "piece", few_states)
        patch.setattr(site_texts, "others", noted)
        site.write(made)
    return made, texts


@pytest.fixture(scope="module")
def folder(built):
    return built[0]


@pytest.fixture(scope="module")
def open_page(folder):
    """Open a page; it may ask nobody, and no script may fail."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        with contextlib.closing(browser):
            page = browser.new_page(viewport={"width": 1300, "height": 900})
            asked, wrong = [], []
            page.on("request", lambda request: asked.append(request.url))
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on(
                "console", lambda said: said.type == "error" and wrong.append(said.text)
            )

            def opener(name):
                page.goto((folder / f"{name}.html").as_uri())
                return page

            yield opener
            assert wrong == []
            assert [
                url for url in asked if not url.startswith(("file:", "data:"))
            ] == []


@each_lesson
def test_a_lesson_is_read_in_a_browser(stem, open_page):
    page = open_page(stem)
    assert page.locator("article h1").count() == 1
    for image in page.locator("article img").all():
        assert len(image.get_attribute("alt")) > 30
    assert page.locator("article .downhill-lab form:visible").count() == len(
        page.locator(".downhill-lab").all()
    )
    for fold in page.locator("article details").all()[:4]:
        inside = fold.locator(":scope > :not(summary)").first
        if fold.evaluate("fold => !fold.parentElement.closest('details')"):
            assert not inside.is_visible()
            fold.locator("summary").first.press("Enter")
            inside.wait_for(state="visible")
            fold.locator("summary").first.press("Enter")
            inside.wait_for(state="hidden")
    pages = [source.stem for source in SOURCES]
    ways = page.locator(".prev-next-area a")
    to = [link.get_attribute("href").removesuffix(".html") for link in ways.all()]
    if stem != pages[-1]:
        assert pages[pages.index(stem) + 1] in to
    assert pages.index(stem) == 0 or pages[pages.index(stem) - 1] in to


def test_pictures_and_films_are_there(folder, open_page):
    page = open_page("01_stochastic")
    page.evaluate(
        "document.querySelectorAll('details').forEach(f => { f.open = true })"
    )
    page.evaluate(
        "document.querySelectorAll('img').forEach(i => { i.loading = 'eager' })"
    )
    page.wait_for_function("[...document.images].every(image => image.naturalWidth)")


def test_the_front_page_begins_with_a_lab_and_lists_every_lesson(open_page):
    page = open_page("index")
    lab = page.locator(".downhill-lab")
    dial = lab.locator("input[type=range]").first
    before = lab.locator(".downhill-said").inner_text()
    dial.press("Home")
    page.wait_for_function(
        "before => document.querySelector('.downhill-said').innerText !== before",
        arg=before,
    )
    links = page.locator("article table a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert links == [f"{source.stem}.html" for source in SOURCES]
    page.get_by_role("link", name="Begin").click()
    page.wait_for_url("**/" + SOURCES[0].stem + ".html")


def test_on_a_phone_its_buttons_open_the_lessons_and_the_contents(open_page):
    page = open_page("01_stochastic")
    page.set_viewport_size({"width": 390, "height": 844})
    for button, words in (
        (".primary-toggle", "2 · Gradient"),
        (".secondary-toggle", "The same in Keras"),
    ):
        link = page.locator("dialog").get_by_role("link", name=words)
        assert not link.is_visible()
        page.locator(f"{button}:visible").click()
        link.wait_for(state="visible")
        page.keyboard.press("Escape")
        link.wait_for(state="hidden")
    page.set_viewport_size({"width": 1300, "height": 900})
    assert page.locator(".primary-toggle:visible").count() == 0


def test_a_guess_is_held_against_what_came(open_page):
    page = open_page("00_start")
    guess = page.get_by_label(re.compile("Your guess, from 1 to 1,000 steps"))
    said = page.locator(".bet").get_by_role("status")
    fold = page.locator("details", has=page.locator(".came"))
    for text, words in (
        ("", ""),
        ("abc", "“abc” is no number: write one from 1 to 1,000 steps."),
        ("−3", "A guess lies from 1 to 1,000 steps: −3 does not."),
    ):
        guess.fill(text)
        guess.press("Enter")
        assert said.inner_text() == words
        assert fold.get_attribute("open") is None
    guess.fill("50")
    guess.press("Enter")
    assert said.inner_text() == "You said 50, it is 44 steps."
    fold.get_by_text("It is 44 steps.").wait_for(state="visible")
    fold.locator("summary").press("Enter")
    guess.fill("1,000")
    fold.locator("summary").press("Enter")
    said.get_by_text("You said 1,000, it is 44 steps.").wait_for()
    page.reload()
    assert guess.input_value() == "" == said.inner_text()


def test_a_file_that_is_opened_is_not_called_a_download(folder, open_page):
    link = open_page("01_stochastic").locator("a[download]")
    assert link.inner_text() == "File (save it with a right click)"
    assert ">Download</a>" in (folder / "01_stochastic.html").read_text("utf-8")


def test_a_root_covers_all_of_its_fraction(open_page):
    """Its sign reaches below the line between numerator and denominator."""
    fonts = subprocess.run(["fc-list"], capture_output=True, text=True).stdout
    if not any(name in fonts for name in MATHS_FONTS):
        pytest.skip("needs a font for formulas")
    root = open_page("01_stochastic").locator("msqrt:has(mfrac)").first
    shot = Image.open(io.BytesIO(root.screenshot())).convert("L")
    sign = np.asarray(shot)[:, : shot.width // 5] < 128
    assert sign.any(axis=1).nonzero()[0].max() > 0.7 * shot.height


def test_a_search_finds_a_word(open_page):
    page = open_page("search")
    page.goto(f"{page.url}?q=ravine")
    page.locator("ul.search a", has_text="3 · Descent").wait_for(timeout=20_000)


def test_in_the_dark_the_page_is_dark_and_a_picture_is_not(open_page):
    page = open_page("index")
    page.emulate_media(color_scheme="dark")
    page.reload()
    dark, light = (
        page.locator(place).first.evaluate("e => getComputedStyle(e).backgroundColor")
        for place in ("body", ".downhill-picture")
    )
    page.emulate_media(color_scheme="light")
    assert max(map(int, re.findall(r"\d+", dark)[:3])) < 60
    assert light == "rgb(255, 255, 255)"


def test_a_print_shows_what_folds_hide_and_no_menus(open_page):
    page = open_page("01_stochastic")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    for menu in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".downhill-dials"):
        assert not page.locator(menu).first.is_visible()
    assert page.locator(".downhill-picture").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
    page.emulate_media(media="screen")


def test_every_link_of_the_site_leads_somewhere(folder):
    for page in folder.glob("*.html"):
        text = page.read_text("utf-8")
        for to in re.findall(r'(?:href|src|srcset)="([^"#?:]+)[#?"]', text):
            assert (page.parent / to).exists(), f"{page.name}: {to}"
        assert not re.search(r'<(?:script|link|img)[^>]*"https?:', text), page.name


@each_lesson
def test_nothing_is_told_before_it_is_asked(stem, built):
    """Answers stand behind "Show the answer", and what a lesson folds stays folded."""
    source = build.ROOT / "source" / f"{stem}.py"
    text = built[1][stem]
    opened = open_text(text)
    for answer in build.collect_answers(build.read_cells(source)).values():
        code, *_ = answer["code"].split("\n\n\n")
        assert code in text
        if "=" in code and len(code) > 30:
            assert code not in opened
    for cell in build.read_cells(source):
        if "after" in build.tags(cell):
            head = site_texts.formulas(site_texts.links(cell.source.splitlines()[0]))
            assert head.startswith("#") or head not in opened
    assert "bet(..." not in text and ".came(" not in text


@each_lesson
def test_what_comes_of_a_question_is_folded(stem, built):
    """A text that ends in a question is followed by a fold, if anything is printed."""
    opened = open_text(built[1][stem])
    source = build.ROOT / "source" / f"{stem}.py"
    asked = False
    for cell in nbformat.read(build.editions(source)[1], as_version=4).cells:
        if cell.cell_type == "markdown":
            last = cell.source.split("\n\n")[-1].rstrip("*")
            asked = last.endswith("?") and not cell.source.startswith("### Exercise")
        for output in cell.get("outputs", ()):
            if asked and len(text := output.get("text", "").strip()) > 5:
                assert html.escape(text) not in opened


@each_lesson
def test_every_guess_has_what_came_behind_a_fold(stem, built):
    text = built[1][stem]
    asked = re.findall(r'data-bet="(\w+)"', text)
    assert re.findall(r'id="came-(\w+)"', text) == asked
    assert "came-" not in open_text(text)


@each_lesson
def test_a_page_asks_for_nothing_that_only_a_notebook_can_do(stem, built):
    orders = r"hold Shift|Run All|Take the `#|press the button|Kernel >|Don't print `"
    assert not re.search(orders, built[1][stem])


def test_what_is_left_out_leaves_whole_sentences():
    cut = site_cuts.to_read
    said = "*Halfway. When you come back, choose **Run > Run All Above**.*"
    assert cut(said) == "*Halfway.*"
    assert (
        cut("Which is which? Don't print `mixed`: no.\nSay!") == "Which is which? Say!"
    )
    assert cut("A.\n\nTake the `#` away. Then run it.\n\nB.") == "A.\n\nB."
    assert cut("## Good\n\n- **Done?** Choose *Kernel > Shut Down*.") == ""
    assert cut("## Alone") == "## Alone"
    for left in (
        "Step on. Run down.",
        "```sh\nmake lab\n```",
        "$$a * b$$\n\n- c.\n- d.",
    ):
        assert cut(left) == left


def test_the_front_page_names_nothing_that_is_not_there_yet(folder):
    text = (folder / "index.html").read_text("utf-8")
    assert "this repository" not in text and "name not set" not in text
    minutes = re.findall(r"<td><p>([^<]*)</p></td>\s*</tr>", text)
    assert len(minutes) == len(SOURCES)
    assert all(re.fullmatch(r"\d+( to \d+)?", each) for each in minutes)


def open_text(text):
    """What one sees with all folds shut."""
    shown, depth = [], 0
    for line in text.splitlines():
        depth += line.count("<details")
        shown += [] if depth else [line]
        depth -= line.count("</details>")
    assert depth == 0
    return "\n".join(shown)


def test_a_lab_is_taken_from_a_cell_only_if_its_arguments_stand_there():
    made = lab_page.lab("x = 1\nlabs.gradient(w=-0.25)")
    assert made.controls["w"].value == -0.25
    assert lab_page.lab("labs.gradient(w=x)") is None
    assert lab_page.lab('labs.gradient().animate("w", [0])') is None


def test_what_books_call_it_is_gathered():
    page = object.__new__(site_pages.Page)
    page.books = []
    said = "One. A step. *Books call it* a **parameter update**, or $w$. More."
    text = page._prose(said)
    assert 'A step. <span id="books-0"></span>*Books call it* a **par' in text
    term, sentence, place = page.books[0]
    assert (term, place) == ("parameter update", "books-0")
    assert sentence == "A step. *Books call it* a **parameter update**, or $w$."
    made = site_texts.glossary([("03_descent", *page.books[0])])
    assert "parameter update" in made and "03_descent.html#books-0" in made
    page._prose(said, secret=True)
    assert "A step" not in page.books[1][1]


def test_the_glossary_says_each_thing_in_plain_words(folder):
    text = (folder / "glossary.html").read_text("utf-8")
    terms = re.findall(r"<dt><strong><a[^>]*>(?:<[^>]*>)*([^<]*)<", text)
    said = re.findall(r"<dd><p>(.*?)<a", text, re.DOTALL)
    assert len(terms) == len(said) > 5 and site_texts.PLAIN.keys() <= {*terms}
    for words in said:
        plain = re.sub("Books call .*?</strong>", "", words, flags=re.DOTALL)
        assert len(re.sub("<[^>]*>", "", plain).split()) > 3, words


def test_links_lead_to_pages_of_the_site_or_are_words():
    said = "[a](DOCTOR.md), [b](03_descent.ipynb), [c](CONTRIBUTING.md), [d](https://x)"
    assert (
        site_texts.links(said)
        == "[a](doctor.md), [b](03_descent.md), c, [d](https://x)"
    )


def test_with_an_address_a_lesson_opens_elsewhere(monkeypatch):
    urls = {"urls": {"Repository": "https://github.com/somebody/downhill"}}
    monkeypatch.setattr(site_texts.portable, "read_project", lambda: urls)
    made = site_texts.take_along("03_descent")
    assert "Open in Colab" in made and "Open in Kaggle" in made
    assert "somebody/downhill/blob/portable/03_descent.ipynb" in made


def test_stale_notebooks_do_not_become_pages(monkeypatch):
    monkeypatch.setattr(site.build, "main", lambda arguments: 1)
    monkeypatch.setattr(site, "write", types.SimpleNamespace())
    assert site.main() == 1
