"""The slides: no answers, no network, and nothing runs off a page."""

import contextlib
import re

import pytest

from tests.few_states import few_states
from tests.jupyterlab import ARGUMENTS, chromium
from tools import build, lab_page, slides

SOURCES = sorted((build.ROOT / "source").glob("*.py"))
each_source = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


@pytest.fixture(autouse=True)
def labs_of_few_states(monkeypatch):
    monkeypatch.setattr(lab_page, "piece", few_states)


@each_source
def test_exercises_are_there_and_their_answers_are_not(source):
    cells = slides.pages(source).cells
    text = "\n".join(cell.source for cell in cells)
    for name, answer in build.collect_answers(build.read_cells(source)).items():
        cell = next(c for c in cells if build.exercise_name(c) == name)
        assert answer["code"] not in text and not cell.outputs
        assert answer["text"] not in text
        assert f"check.{name}.solution" not in text


@each_source
def test_headings_start_slides_and_what_follows_an_exercise_is_on_another(source):
    after_exercise = None
    for cell in slides.pages(source).cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        text = cell.source if cell.cell_type == "markdown" else ""
        if mark := re.match("#{1,3} ", text):
            assert kind == ("subslide" if mark[0] == "### " else "slide")
        elif after_exercise:
            assert kind in ("subslide", "notes")
        after_exercise = build.exercise_name(cell)


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


# Shows every slide; returns those that are cut off, with no bar to scroll.
CUT_OFF = """() => Reveal.getSlides().filter((slide) => {
    const { h, v } = Reveal.getIndices(slide);
    Reveal.slide(h, v);
    const cut = getComputedStyle(slide).overflowY !== "auto";
    return (cut && slide.scrollHeight > slide.clientHeight)
        || slide.scrollWidth > slide.clientWidth;
}).map((slide) => slide.innerText)"""


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
    assert page.evaluate("Reveal.getTotalSlides()") > 10
    assert page.evaluate(CUT_OFF) == []
    assert page.locator(".reveal img").count() > 1
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
    before = lab.locator(".downhill-said").inner_text()
    lab.locator("input[type=range]").first.press("Home")
    page.wait_for_function(
        "([lab, before]) => lab.querySelector('.downhill-said').innerText !== before",
        arg=[lab.element_handle(), before],
    )
    page.close()
