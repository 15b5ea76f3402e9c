// A section that is too tall for the page goes on below. Headings, paragraphs, code,
// outputs stay whole, and a line in italics stays with the figure that it speaks of.
const ROOM = 720;
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

function paginate(section) {
  const notes = [...section.querySelectorAll("aside.notes")];
  const heading = section.querySelector("h1, h2, h3");
  const pages = [[]];
  for (const unit of units(section)) {
    if (pages.at(-1).length && !fits([...pages.at(-1), ...unit])) {
      const again = heading?.cloneNode(true);
      again?.classList.add("again");
      pages.push(again ? [again] : []);
    }
    pages.at(-1).push(...unit);
  }
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
