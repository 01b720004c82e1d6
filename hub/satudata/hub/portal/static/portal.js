// Small helps for pages that work without it: copy buttons, a page that renews itself while a job runs,
// a form that says it is uploading, and cells that light up with what was found in them.
const words = document.documentElement.lang === "en"
  ? { copy: "Copy", copied: "Copied" }
  : { copy: "Salin", copied: "Tersalin" };

for (const block of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = words.copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("code").textContent);
    button.textContent = words.copied;
    setTimeout(() => (button.textContent = words.copy), 2000);
  });
  block.prepend(button);
}

// Who reads one example in a language wants the others in it too, now and on the next visit.
const forms = document.querySelectorAll(".forms > input");
const showForm = (form) => forms.forEach((input) => (input.checked = input.checked || input.value === form));
forms.forEach((input) =>
  input.addEventListener("change", () => {
    showForm(input.value);
    localStorage.setItem("form", input.value);
  }),
);
if (forms.length && localStorage.getItem("form")) showForm(localStorage.getItem("form"));

// The state panel is replaced in place while a job runs, and the whole page is loaded again when it is done.
async function renew() {
  const panel = document.querySelector("[data-refresh]");
  if (!panel) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(panel.id);
      if (!fresh || !fresh.dataset.refresh) return location.reload();
      if (fresh.innerHTML !== panel.innerHTML) panel.innerHTML = fresh.innerHTML;
    }
  } catch {
    // The server may be restarting; the next round asks again.
  }
  setTimeout(renew, Number(panel.dataset.refresh));
}
const waiting = document.querySelector("[data-refresh]");
if (waiting) setTimeout(renew, Number(waiting.dataset.refresh));

// A marked cell and what is said of it light up together; the pane of the other one follows.
for (const link of document.querySelectorAll(".beside a[href^='#']")) {
  const other = document.getElementById(link.hash.slice(1));
  if (!other) continue;
  const light = (on) => {
    other.classList.toggle("lit", on);
    const pane = other.closest(".pane");
    if (on && pane.scrollHeight > pane.clientHeight) {
      const down = other.getBoundingClientRect().top - pane.getBoundingClientRect().top;
      if (down < 0 || down > pane.clientHeight - 40) pane.scrollTop += down - pane.clientHeight / 3;
    }
  };
  for (const [event, on] of [["mouseenter", true], ["focus", true], ["mouseleave", false], ["blur", false]]) {
    link.addEventListener(event, () => light(on));
  }
}

for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button:not([type])");
    button.textContent = form.dataset.busy;
    button.setAttribute("aria-disabled", "true");
  });
}
