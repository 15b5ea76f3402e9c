// What a fold hides is printed all the same, and opens where a link leads into it.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not([open])")) {
    fold.open = true;
    fold.dataset.printed = "";
  }
});
addEventListener("afterprint", () => {
  for (const fold of document.querySelectorAll("details[data-printed]")) fold.open = false;
});
function follow() {
  const place = document.getElementById(location.hash.slice(1));
  for (let fold = place?.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    fold.open = true;
  }
  place?.scrollIntoView();
}
addEventListener("hashchange", follow);
if (location.hash) follow();

// The theme listens to the first button of each list, which is hidden here.
for (const list of ["primary", "secondary"]) {
  const [first, ...others] = document.querySelectorAll(`.${list}-toggle`);
  for (const button of others) {
    button.addEventListener("click", (event) => {
      if (event.detail) button.blur(); // a finger leaves no hint standing there
      first.click();
    });
  }
}

// Of pages opened as files a browser shows a notebook's text, and does not save it.
if (location.protocol === "file:") {
  for (const link of document.querySelectorAll("a[download]")) {
    link.textContent = "File (save it with a right click)";
  }
}

// A guess is held against what came when the fold opens. It is kept nowhere.
function number(text) {
  const plain = text.replace("\u2212", "-").replace(/\s*%$/, "");
  const whole = /^-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(plain);
  return plain ? Number(whole ? plain.replaceAll(",", "") : plain.replace(",", ".")) : NaN;
}
for (const input of document.querySelectorAll("input[data-bet]")) {
  const { bet, range, low, high } = input.dataset;
  const came = document.getElementById(`came-${bet}`);
  const fold = came.closest("details");
  const output = input.closest(".bet").querySelector("output");
  const say = () => {
    const text = input.value.trim();
    const guess = number(text);
    const fits = guess >= Number(low) && guess <= Number(high);
    output.value = !text ? "" : fits ? `You said ${text}, it is ${came.dataset.came}.`
      : Number.isFinite(guess) ? `A guess lies ${range}: ${text} does not.`
      : `\u201c${text}\u201d is no number: write one ${range}.`;
    return fits;
  };
  fold.addEventListener("toggle", () => fold.open && say());
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && say()) fold.open = true;
  });
}
