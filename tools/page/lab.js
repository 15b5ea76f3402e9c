// The labs of a page, without a kernel. Each holds its states: what the picture shows for
// each setting of its dials, every path once. Nothing is fetched. The states are unpacked
// when a lab comes near the screen, or when somebody takes hold of a dial.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const PLAY_SECONDS = 6;

  async function unpack(lab) {
    const packed = lab.querySelector(".downhill-states").textContent.trim();
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    const data = JSON.parse(await new Response(stream).text());
    // A shape is what it has in common with the one before, and the rest.
    const shapes = [];
    for (let i = 0, shape = ""; i < data.shapes.length; i += 2) {
      shape = shape.slice(0, data.shapes[i]) + data.shapes[i + 1];
      shapes.push(shape);
    }
    data.shapes = shapes;
    return data;
  }

  // Show these parts in a layer of the picture; what is there already stays.
  function draw(layer, parts, data) {
    let node = layer.firstElementChild;
    for (const part of parts) {
      const style = data.parts[2 * part];
      if (node?.part !== part) {
        if (node?.styled !== style) {
          const fresh = document.createElementNS(SVG, "path");
          for (const [name, value] of Object.entries(data.styles[style])) {
            fresh.setAttribute(name, value);
          }
          fresh.styled = style;
          if (node) node.replaceWith(fresh);
          else layer.append(fresh);
          node = fresh;
        }
        node.setAttribute("d", data.shapes[data.parts[2 * part + 1]]);
        node.part = part;
      }
      node = node.nextElementSibling;
    }
    while (node) {
      const next = node.nextElementSibling;
      node.remove();
      node = next;
    }
  }

  function wake(lab) {
    const form = lab.querySelector("form");
    const dials = [...form.querySelectorAll("input, select")];
    const [ground, moving] = lab.querySelectorAll(".downhill-picture > svg > g");
    const said = lab.querySelector(".downhill-said");
    const place = (dial) => (dial.type === "range" ? Number(dial.value) : dial.selectedIndex);
    let data, loading, shownGround;

    function load() {
      loading ??= unpack(lab).then((unpacked) => { data = unpacked; });
      return loading;
    }

    function show() {
      for (const dial of dials) {
        if (dial.type !== "range") continue;
        const words = JSON.parse(dial.dataset.words)[dial.value];
        dial.setAttribute("aria-valuetext", words);
        dial.nextElementSibling.value = words;
      }
      if (!data) return load().then(show);
      const number = dials.reduce((sum, dial) => sum + place(dial) * dial.dataset.stride, 0);
      const [background, words, ...parts] = data.states[number];
      if (background !== shownGround) draw(ground, data.backgrounds[background], data);
      shownGround = background;
      draw(moving, parts, data);
      said.innerHTML = data.said[words];
    }

    const button = form.querySelector("[data-play]");
    let timer = 0;
    function stop() {
      clearInterval(timer);
      timer = 0;
      said.setAttribute("aria-live", "polite");
      if (button) button.textContent = "Play";
    }
    function play() {
      const dial = form.elements[button.dataset.play];
      const last = Number(dial.max);
      if (Number(dial.value) === last) dial.value = 0;
      said.setAttribute("aria-live", "off"); // nobody wants to hear every step
      button.textContent = "Pause";
      timer = setInterval(() => {
        dial.value = Number(dial.value) + 1;
        if (Number(dial.value) === last) stop();
        show();
      }, Math.min(400, Math.max(60, (1000 * PLAY_SECONDS) / last)));
      show();
    }

    button?.addEventListener("click", () => (timer ? stop() : play()));
    form.addEventListener("input", () => { stop(); show(); });
    form.addEventListener("reset", () => { stop(); setTimeout(show); });
    form.addEventListener("submit", (event) => event.preventDefault());
    // In slides the arrow keys also turn the page.
    form.addEventListener("keydown", (event) => event.stopPropagation());
    form.hidden = false;
    new IntersectionObserver((seen, observer) => {
      if (!seen.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      load();
    }, { rootMargin: "800px" }).observe(lab);
  }

  for (const lab of document.querySelectorAll(".downhill-lab:not([data-awake])")) {
    lab.dataset.awake = "";
    wake(lab);
  }
})();
