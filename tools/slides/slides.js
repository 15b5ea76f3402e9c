// A section that is too tall for the page goes on below. Headings, paragraphs, code,
// outputs stay whole, a line in italics stays with the figure that it speaks of, a colon with
// what it announces. What
// a cell gives, and all that is said of it, appears at the next click: first ask.
const ROOM = 710, PLANS = [15, 50, 90];
const ruler = document.getElementById("ruler");
const BLOCKS = ".jp-RenderedMarkdown > *, .jp-InputArea-editor .highlight, .jp-OutputArea-child";

function isCaption(block) {
  return block.matches("p") && block.childElementCount === 1 &&
    block.firstElementChild.matches("em") && block.textContent === block.firstElementChild.textContent;
}

function isHeading(block, kind = "") {
  return !block || ["h1", "h2", "h3"].some((name) => block.matches(name + kind));
}

function units(section) {
  const found = [];
  for (const block of section.querySelectorAll(BLOCKS)) {
    if (block.closest("aside.notes")) continue;
    if (!block.textContent.trim() && !block.querySelector("img")) continue;
    const last = found.at(-1);
    const result = block.matches(".jp-OutputArea-child") && last?.at(-1).matches(".highlight");
    const leads = last?.at(-1).matches("p") && last.at(-1).textContent.trim().endsWith(":") && fits([...last, block]);
    const joins = leads || isCaption(block) || last?.at(-1).matches("h1, h2, h3") || (result && fits([...last, block]));
    if (joins && last) last.push(block);
    else found.push([block]);
  }
  return found;
}

function height(blocks) {
  ruler.replaceChildren(...blocks.map((block) => block.cloneNode(true)));
  return ruler.scrollHeight;
}

function fits(blocks) {
  return height(blocks) <= ROOM;
}

// Words are as large as their page allows, a question most of all.
function wordSize(blocks, sizes) {
  const room = blocks.some((block) => block.matches("h1")) ? ROOM - 70 : ROOM; // the plans
  ruler.classList.add("question");
  const size = sizes.find((size) => {
    ruler.style.fontSize = `${size}px`;
    return height(blocks) <= room;
  });
  ruler.classList.remove("question");
  ruler.style.fontSize = "";
  return `${size ?? sizes.at(-1)}px`;
}

// A lab's picture is as wide as its page allows; its words may take a line more.
function enlargeLab(lab, blocks) {
  const width = [1000, 950, 900, 850, 800, 750, 700].find((width) => {
    lab.style.setProperty("--picture", `${width}px`);
    return height(blocks) <= ROOM - 30;
  });
  if (!width) lab.style.removeProperty("--picture");
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
    const page = pages.at(-1), last = page.at(-1), begun = !isHeading(last);
    const full = begun && !fits([...page, ...unit]);
    // Code that has to go to the next page takes along the words that lead to it.
    const led = full && page.length > 2 && unit[0].matches(".highlight") && last.matches("p");
    if (led && height([last, ...unit]) <= ROOM - 50) unit.unshift(page.pop());
    if (full || (begun && unit[0].querySelector(".downhill-lab"))) startPage();
    // What needs the whole page goes without the heading that is there again.
    if (isHeading(pages.at(-1)[0], ".again") && !fits([...pages.at(-1), ...unit])) pages.at(-1).shift();
    pages.at(-1).push(...unit);
  }
  pages.forEach(hideResults);
  section.replaceWith(...pages.map((blocks, number) => {
    const page = document.createElement("section");
    page.className = "page";
    page.append(...blocks, ...(number ? [] : notes));
    const content = blocks.filter((block) => !block.matches("h1, h2, h3"));
    const images = content.filter((block) => block.querySelector("img"));
    const words = blocks.filter((block) => !images.includes(block));
    if (images.length === 1 && words.every((block) => block.matches("p, h1, h2, h3"))) {
      page.classList.add("figure");
      page.style.setProperty("--height", `${Math.min(600, ROOM - 20 - height(words))}px`);
      blocks.forEach((block) => block.classList.remove("fragment"));
    }
    if (section.querySelector("span.question")) {
      page.classList.add("question");
      page.style.fontSize = wordSize(blocks, [38, 34, 30, 26, 22]);
    } else if (content.every((block) => block.matches("p, ul, ol") && !block.querySelector("math[display=block]"))) {
      page.classList.add("words");
      page.style.fontSize = wordSize(blocks, [32, 30, 28, 26, 24, 22]);
    }
    const lab = page.querySelector(".downhill-lab");
    if (lab) enlargeLab(lab, blocks);
    return page;
  }));
}

// ?plan=15 leaves out what waits for 50 or 90 minutes: whole sections, by the mark at their
// heading, and exercises that need a computer, by their own.
function choose(plan) {
  for (const mark of document.querySelectorAll(".slides span[data-plan]")) {
    const part = mark.closest(".slides > section > section");
    const whole = mark.matches(".plan") ? part?.parentElement : mark.closest("li") ?? part;
    if (+mark.dataset.plan > plan) whole?.remove();
  }
  document.querySelectorAll(".slides > section:empty").forEach((section) => section.remove());
}

function menu(plan) {
  const list = document.createElement("p");
  list.className = "plans";
  for (const minutes of PLANS) {
    const link = document.createElement(minutes === plan ? "strong" : "a");
    link.textContent = `${minutes} minutes`;
    if (minutes !== plan) link.href = `?plan=${minutes}`;
    list.append(link, " ");
  }
  document.querySelector(".slides section.page")?.append(list);
}

// By the plan, so much time is left when a slide begins: the speaker reads it. A question
// takes a room about three times as long as another page, a lab four times.
function tellTime(plan) {
  const pages = [...document.querySelectorAll(".slides section.page")];
  const weights = pages.map((page) => (page.querySelector(".downhill-lab") ? 4 : page.matches(".question") ? 3 : 1));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  let gone = 0;
  pages.forEach((page, number) => {
    let notes = page.querySelector("aside.notes");
    if (!notes) page.append(notes = document.createElement("aside"));
    notes.className = "notes";
    const left = Math.round(plan * (1 - gone / all));
    gone += weights[number];
    notes.insertAdjacentHTML("afterbegin", `<p><strong>Minutes left by the plan: ${left}</strong></p>`);
  });
}

// Before the talk: which bets the room will be asked for, by their places in a line.
function tellBets(places) {
  const asked = [...document.querySelectorAll(".slides span.bet")];
  if (!asked.length) return;
  const list = asked.map((mark) => `<li value="${mark.dataset.place}">${mark.parentElement.innerHTML}</li>`);
  const told = `<p>The bets of this plan, by their places among the lesson's ${places}:</p><ol>${list.join("")}</ol>`;
  document.querySelector(".slides aside.notes").insertAdjacentHTML("beforeend", told);
}

// The keys belong to the slides again as soon as the mouse lets go of a lab.
for (const name of ["pointerup", "change"]) {
  document.addEventListener(name, ({ target }) => {
    const menu = target.matches?.("select");
    if (target.closest?.(".downhill-lab") && menu === (name === "change")) {
      setTimeout(() => document.activeElement.blur());
    }
  });
}

// Code and what it prints are as large as their longest line allows; sentences go on below.
function enlarge(block) {
  let longest = Math.max(...block.textContent.split("\n").map((line) => line.length));
  if (longest > 100) longest = 75;
  block.style.fontSize = `${Math.max(17, Math.min(30, 1750 / longest))}px`;
}

// A table of many columns is as large as its rows allow, each on one line.
function enlargeTable(table) {
  if (table.querySelectorAll("tr:first-child > *").length < 6) return;
  ruler.replaceChildren(table.cloneNode(true));
  const measured = ruler.firstElementChild;
  measured.style.whiteSpace = "nowrap";
  const size = [21, 19, 17, 16].find((size) => {
    measured.style.fontSize = `${size}px`;
    return measured.offsetWidth <= 1140 && measured.offsetHeight < ROOM / 2;
  });
  if (size) table.style.fontSize = `${size}px`;
}

window.addEventListener("load", async () => {
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  const asked = +new URLSearchParams(location.search).get("plan");
  const plan = PLANS.includes(asked) ? asked : PLANS.at(-1);
  const planned = document.querySelector(".slides span.plan:not([data-plan='0'])");
  const bets = [...document.querySelectorAll(".slides span.bet")];
  bets.forEach((mark, i) => (mark.dataset.place = i + 1));
  choose(plan);
  document.querySelectorAll(".slides pre").forEach(enlarge);
  document.querySelectorAll(".slides table").forEach(enlargeTable);
  document.querySelectorAll(".slides > section > section").forEach(paginate);
  if (planned) menu(plan);
  tellTime(plan);
  tellBets(bets.length);
  ruler.remove();
  await Reveal.initialize({
    width: 1280, height: 720, margin: 0.02, center: false, hash: true,
    slideNumber: "c/t", transition: "none", plugins: [RevealNotes], totalTime: 60 * plan,
    pdfSeparateFragments: false,
  });
});
