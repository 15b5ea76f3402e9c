// A section that is too tall for the page goes on below. Headings, paragraphs, code,
// outputs stay whole, and a line in italics stays with the figure that it speaks of. What
// a cell gives, and all that is said of it, appears at the next click: first ask.
const ROOM = 710;
const ruler = document.getElementById("ruler");
const BLOCKS = ".jp-RenderedMarkdown > *, .jp-InputArea-editor .highlight, .jp-OutputArea-child";

function isCaption(block) {
  return block.matches("p") && block.childElementCount === 1 &&
    block.firstElementChild.matches("em") && block.textContent === block.firstElementChild.textContent;
}

function units(section) {
  const found = [];
  for (const block of section.querySelectorAll(BLOCKS)) {
    if (block.closest("aside.notes")) continue;
    if (!block.textContent.trim() && !block.querySelector("img")) continue;
    const last = found.at(-1);
    const joins = isCaption(block) || last?.at(-1).matches("h1, h2, h3");
    if (joins && last) last.push(block);
    else found.push([block]);
  }
  return found;
}

function fits(blocks) {
  ruler.replaceChildren(...blocks.map((block) => block.cloneNode(true)));
  return ruler.scrollHeight <= ROOM;
}

function hideResults(blocks) {
  let step = -1, content = false, before = false;
  for (const block of blocks) {
    const result = block.matches(".jp-OutputArea-child");
    if (result && content && !before) step += 1;
    before = result;
    if (step >= 0) {
      block.classList.add("fragment");
      block.dataset.fragmentIndex = step;
    }
    content ||= !block.matches("h1, h2, h3");
  }
}

function paginate(section) {
  const notes = [...section.querySelectorAll("aside.notes")];
  const own = section.querySelector("h1, h2, h3");
  const heading = own ?? section.parentElement.querySelector("h1, h2");
  const pages = [];
  const startPage = () => {
    const again = heading?.cloneNode(true);
    again?.classList.add("again");
    pages.push(again ? [again] : []);
  };
  own ? pages.push([]) : startPage();
  for (const unit of units(section)) {
    if (pages.at(-1).length && !fits([...pages.at(-1), ...unit])) startPage();
    pages.at(-1).push(...unit);
  }
  pages.forEach(hideResults);
  section.replaceWith(...pages.map((blocks, number) => {
    const page = document.createElement("section");
    page.className = "page";
    page.append(...blocks, ...(number ? [] : notes));
    return page;
  }));
}

window.addEventListener("load", async () => {
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  document.querySelectorAll(".slides > section > section").forEach(paginate);
  ruler.remove();
  await Reveal.initialize({
    width: 1280, height: 720, margin: 0.02, center: false, hash: true,
    slideNumber: "c/t", transition: "none", plugins: [RevealNotes],
  });
});
