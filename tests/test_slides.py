"""The slides: no answers, no network, and nothing runs off a page."""

import contextlib
import functools
import re
import tomllib

import nbformat
import pytest

from tests.few_states import few_states
from tests.jupyterlab import ARGUMENTS, chromium
from tools import build, lab_page, sentences, slides, talk

SOURCES = sorted((build.ROOT / "source").glob("*.py"))
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
pages_of = functools.cache(slides.pages)  # for who reads them alone


@pytest.fixture(autouse=True)
def labs_of_few_states(monkeypatch):
    monkeypatch.setattr(lab_page, "piece", few_states)


@each_source
def test_no_answer_and_no_call_of_a_check_is_on_a_slide(source):
    cells = [cell for cell in pages_of(source).cells if kind_of(cell) != "notes"]
    text = "\n".join(cell.source for cell in cells)
    for answer in build.collect_answers(build.read_cells(source)).values():
        assert answer["code"] not in text and answer["text"] not in text
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    assert not re.search(r"\bcheck\b|^import |^from ", code, re.MULTILINE)
    boxes = "Not attempted yet|You made no bet|of \\d+ solved"
    assert not re.search(
        r"\d+%\|", "\n".join(str(cell.get("outputs")) for cell in cells)
    )
    assert "*Keep*" not in text  # it works in the notebook alone
    assert not re.search(boxes, "\n".join(str(cell.get("outputs")) for cell in cells))


def kind_of(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type")


@each_source
def test_each_exercise_is_a_question_alone_on_its_slide(source):
    cells = pages_of(source).cells
    asked = [i for i, cell in enumerate(cells) if 'class="question"' in cell.source]
    text = "\n".join(cells[i].source for i in asked)
    for cell in build.read_cells(source):
        if cell.source.startswith("### Exercise"):
            assert cell.source.splitlines()[0] in text
    for i in asked:
        after = next((c for c in cells[i + 1 :] if kind_of(c) != "notes"), None)
        assert kind_of(cells[i]) in ("slide", "subslide")
        assert after is None or kind_of(after) in ("slide", "subslide")


def shown(source):
    return [cell for cell in pages_of(source).cells if kind_of(cell) != "notes"]


@each_source
def test_no_words_lead_to_what_the_room_does_not_see(source):
    for cell, after in zip(shown(source), [*shown(source)[1:], None], strict=True):
        if cell.source.endswith((":", ",")) and not sentences.WHOLE.match(cell.source):
            assert after is not None and after.cell_type == "code", cell.source


@each_source
def test_no_question_leaves_its_heading_behind(source):
    cells = shown(source)
    for cell, after in zip(cells, cells[1:], strict=False):
        alone = cell.source.startswith("#") and "\n" not in cell.source
        assert not (alone and 'class="question"' in after.source), cell.source


@each_source
def test_links_lead_to_slides_or_to_the_web(source):
    known = {f"{other.stem}.slides.html" for other in SOURCES}
    texts = [cell.source for cell in shown(source) if cell.cell_type == "markdown"]
    for link in re.findall(r"\]\(([^)\s]+)\)", "".join(texts)):
        assert link in known or link.startswith("http"), link


def test_a_question_takes_its_lead_along_and_its_answer_comes_next():
    text = "Give it a noisy bowl. Which ends nearest? No. All are alike. Run the cell."
    assert sentences.asked([text]) == (
        [],
        "Give it a noisy bowl. Which ends nearest?",
        "No. All are alike. Run the cell.",
    )
    assert sentences.at_questions(["One.", "Why?", "Two."]) == [
        ["One.", "Why?"],
        ["Two."],
    ]


@each_source
def test_the_speaker_has_all_that_the_text_says(source):
    """Nothing is lost: what the room does not see, the speaker can read."""
    told = " ".join(cell.source for cell in pages_of(source).cells)
    lesson = nbformat.read(build.editions(source)[1], 4)
    words = set(re.findall(r"[a-z]{9,}", told))
    for cell in lesson.cells:
        if cell.source.startswith("## "):
            said = cell.source.split("\nWhat books call it:")[0]
            text = slides.FORMULA.sub("", said)
            missing = set(re.findall(r"[a-z]{9,}", text)) - words
            assert not missing, (cell.source, missing)


def test_each_plan_names_sections_that_are_there():
    plans = tomllib.loads(talk.PLANS.read_text("utf-8"))
    lessons = {source.stem[:2]: source for source in SOURCES[1:]}
    assert plans.keys() == lessons.keys()
    for number, source in lessons.items():
        cells = build.read_cells(source)
        titles = {c.source.splitlines()[0] for c in cells if c.source.startswith("## ")}
        for minutes in ("15", "50"):
            assert {f"## {title}" for title in plans[number][minutes]} <= titles, number
        *_, last = (c for c in cells if "## What to remember\n" in c.source)
        points = last.source.split("## What to remember\n")[1].split("\n## ")[0]
        for name, text in (("remember", points), ("goals", cells[0].source)):
            found = re.findall("^- ", text, re.MULTILINE)
            assert len(found) == len(plans[number][name]), (number, name)
            assert min(plans[number][name]) == 15, (number, name)


def test_formulas_become_mathml_and_code_stays():
    said = slides.FORMULA.sub(slides.mathml, r"at $w = 1$ and `a $b$` $$x_1$$")
    assert said.count("<math") == 2 and "`a $b$`" in said
    assert 'display="block"' in said and "<msub>" in said and "$w" not in said
    assert "learning&#95;rate" in slides.FORMULA.sub(
        slides.mathml, r"$\text{learning\_rate}$"
    )


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    path = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        with contextlib.closing(opened):
            yield opened


# Shows every slide; returns those that one would have to scroll.
CUT_OFF = """() => Reveal.getSlides().filter((slide) => {
    const { h, v } = Reveal.getIndices(slide);
    Reveal.slide(h, v);
    return slide.scrollHeight > slide.clientHeight
        || slide.scrollWidth > slide.clientWidth;
}).map((slide) => slide.innerText)"""

EMPTY = """() => [...document.querySelectorAll(".slides section.page")]
    .filter((page) => [...page.children].every(
        (block) => block.matches("h1, h2, h3, aside") || !block.innerHTML.trim()))
    .map((page) => page.innerText)"""


@each_source
def test_in_a_browser_nothing_runs_off_a_page(source, browser, tmp_path):
    file = tmp_path / "slides.html"
    file.write_text(slides.slides(source), "utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_function("window.Reveal?.isReady()", timeout=60_000)
    number = page.evaluate("Reveal.getTotalSlides()")
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(EMPTY) == []
    assert page.locator(".reveal img, .downhill-lab").count() > 1
    if source != SOURCES[0]:
        page.goto(f"{file.as_uri()}?plan=15")
        page.wait_for_function("window.Reveal?.isReady()", timeout=60_000)
        short = page.evaluate("Reveal.getTotalSlides()")
        assert 5 < short <= 25 < number
        assert page.locator(".plans strong").inner_text() == "15 minutes"
        assert page.evaluate("Reveal.getConfig().totalTime") == 15 * 60
    assert not errors
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.close()


def test_a_lab_on_a_slide_follows_its_dial(browser, tmp_path):
    file = tmp_path / "slides.html"
    source = next(source for source in SOURCES if source.stem.startswith("03"))
    file.write_text(slides.slides(source), "utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(file.as_uri())
    page.wait_for_function("window.Reveal?.isReady()", timeout=60_000)
    page.evaluate(
        """() => {
            const lab = document.querySelector(".reveal .downhill-lab");
            const { h, v } = Reveal.getIndices(lab.closest("section.page"));
            Reveal.slide(h, v, 99);
        }"""
    )
    lab = page.locator(".reveal .downhill-lab").first
    assert lab.locator("svg").first.bounding_box()["width"] > 680
    before = lab.locator(".downhill-said").inner_text()
    lab.locator("input[type=range]").first.press("Home")
    page.wait_for_function(
        "([lab, before]) => lab.querySelector('.downhill-said').innerText !== before",
        arg=[lab.element_handle(), before],
    )
    page.close()


def test_a_plan_is_printed_with_a_margin_and_a_page_for_each_slide(browser, tmp_path):
    file = tmp_path / "slides.html"
    source = next(source for source in SOURCES if source.stem.startswith("03"))
    file.write_text(slides.slides(source), "utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(f"{file.as_uri()}?plan=15")
    page.wait_for_function("window.Reveal?.isReady()", timeout=60_000)
    number = page.evaluate("Reveal.getTotalSlides()")
    page.goto(f"{file.as_uri()}?plan=15&print-pdf")
    page.wait_for_function("document.querySelector('.pdf-page')", timeout=60_000)
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == number
    outside = """() => [...document.querySelectorAll(".pdf-page section.page > *")]
        .filter((block) => block.offsetWidth)
        .filter((block) => {
            const { left, right } = block.getBoundingClientRect();
            const sheet = block.closest(".pdf-page").getBoundingClientRect();
            return left < sheet.left + 60 || right > sheet.right - 60;
        }).map((block) => block.innerText)"""
    assert page.evaluate(outside) == []
    page.close()
