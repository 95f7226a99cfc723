// Small helpers of every page. Pages work without them; with them fewer clicks are needed.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Dialogs: <button data-open="#id">, closed by data-close, by Escape (the browser's own) or by a click beside them.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.querySelector(opener.dataset.open)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
});

// Menus made of <details class="chip">: one open at a time, closed by a click elsewhere and by Escape.
const closeMenus = (except) => {
  for (const menu of all("details.chip[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("click", (event) => {
  const menu = event.target.closest("details.chip");
  // On a phone the shade around the sheet belongs to the <details> itself.
  closeMenus(menu && event.target !== menu ? menu : null);
});
document.addEventListener("toggle", (event) => {
  if (!event.target.matches?.("details.chip") || !event.target.open) return;
  closeMenus(event.target);
  event.target.querySelector("[autofocus]")?.focus();
}, true);

// Toasts leave after a while unless they say that something went wrong.
const dismiss = (toast) => toast?.remove();
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-toast]")) dismiss(event.target.closest(".toast"));
});
for (const toast of all(".toast:not(.toast-bad)")) setTimeout(() => dismiss(toast), 7000);

// A pressed button shows it at once, and a form is not sent twice.
document.addEventListener("submit", (event) => {
  if (event.target.method === "dialog") return;
  const button = event.submitter;
  if (button?.getAttribute("aria-busy")) event.preventDefault();
  else button?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const button of all("[aria-busy]")) button.removeAttribute("aria-busy");
});

// What is typed into a masked field may be looked at.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
});

// A file over the limit is refused before it is sent: <input type="file" data-limit="bytes">.
document.addEventListener("change", (event) => {
  const input = event.target.closest("input[data-limit]");
  if (!input) return;
  const large = Number(input.dataset.limit) < (input.files[0]?.size ?? 0);
  const size = Math.ceil((input.files[0]?.size ?? 0) / 1048576);
  input.setCustomValidity(large ? input.dataset.tooLarge.replace("{size}", size) : "");
  if (large) input.reportValidity();
});

// <button data-copy="#id"> copies the text of an element.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  const words = button.querySelector("span") ?? button;
  const before = words.textContent;
  words.textContent = "Copied";
  setTimeout(() => (words.textContent = before), 1600);
});

// A form with data-word enables its last button only when the word is typed.
const guard = (form) => {
  const input = form.querySelector("[data-word]");
  const button = form.querySelector("[data-guarded]");
  if (!input || !button) return;
  const needed = () => {
    const choice = form.querySelector("[data-needs-word]");
    return !choice || choice.checked;
  };
  const check = () => {
    const typed = input.value.trim().toLowerCase() === input.dataset.word;
    input.closest(".field").hidden = !needed();
    button.disabled = needed() && !typed;
  };
  form.addEventListener("input", check);
  check();
};
all("form").forEach(guard);

// A moment as the pages write it: 29 Nov 2026, 29.11.2026.
const language = document.documentElement.lang.startsWith("en") ? "en-GB" : document.documentElement.lang;
const moment = (time, timeStyle) => time.toLocaleString(language, { dateStyle: "medium", timeStyle }).replace("Sept ", "Sep ");

// Times are shown by the clock of the exchange; hovering tells the viewer's own.
document.addEventListener("mouseover", (event) => {
  const link = event.target.closest?.("tr .row-link"); // it lies over its row, and over the row's time
  const time = event.target.closest?.("time[datetime*='T']") ?? link?.closest("tr").querySelector("time[datetime*='T']");
  if (!time || (link ?? time).title) return;
  const local = new Date(time.dateTime);
  const shown = "hour" in time.dataset
    ? local.toLocaleTimeString(language, { timeStyle: "short" })
    : moment(local, "medium");
  (link ?? time).title = `${document.body.dataset.yourTime} ${shown}`;
});

// The head of a long table can stay in sight only where nothing scrolls sideways: <div class="table-wrap" data-fits>.
const fits = new ResizeObserver((changes) => {
  for (const { target } of changes) target.classList.toggle("fits", target.firstElementChild.offsetWidth <= target.clientWidth);
});
for (const wrap of all("[data-fits]")) fits.observe(wrap);

// A table that scrolls inside its page can be reached with the tab key, for the arrows to move it.
const scrolls = new ResizeObserver((changes) => {
  for (const { target } of changes) {
    if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
for (const wrap of all(".table-wrap")) scrolls.observe(wrap);

// Keys: g then a letter goes to a page, / finds a symbol, j and k walk through rows, ? lists them.
let waiting = false;
const rows = () => all("main .row-link").filter((row) => row.offsetParent !== null);
const walk = (step) => {
  const links = rows();
  const next = links.indexOf(document.activeElement) + step;
  links[Math.max(0, Math.min(next, links.length - 1))]?.focus();
};
const keys = {
  j: () => walk(1),
  k: () => walk(-1),
  "?": () => document.querySelector("#keys")?.showModal(),
  "/": () => {
    const menu = document.querySelector("[data-search]");
    if (menu) menu.open = true;
    menu?.querySelector("input")?.focus();
  },
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.chip[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  const writing = event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]");
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (waiting) {
    waiting = false;
    const link = /^[a-z]$/.test(event.key) && document.querySelector(`[data-go="${event.key}"]`);
    if (link) link.click();
    return;
  }
  if (event.key === "g") {
    waiting = true;
    setTimeout(() => (waiting = false), 3000);
  } else if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  } else {
    const button = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
    if (button) button.click();
  }
});

// The worker keeps our files for a quick start, and the last dashboard if its reader wants that (static/js/worker.js).
if ("serviceWorker" in navigator && document.querySelector("link[rel=manifest]")) navigator.serviceWorker.register("/worker.js").catch(() => {});

// A page that the worker took from this device says since when.
const since = document.documentElement.dataset.offlineSince;
if (since) {
  const note = document.querySelector("[data-offline]");
  const time = note.querySelector("time");
  time.dateTime = since;
  time.textContent = moment(new Date(since), "short");
  note.hidden = false;
}
