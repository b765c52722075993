// The search: the button in the header, `/` or Ctrl-K opens it. Pagefind and its index are loaded then, and not before.
(() => {
  const address = document.currentScript.dataset.pagefind;
  const PART = /\u2060(<\/mark>)? /g;  // parts names in code for the index: search/records.py
  const STEP = 12;  // pages that are shown at once
  let dialog, field, status, list, finder, asked = "", further = [], growing = false;

  const make = (name, content = {}, ...inner) => {
    const element = Object.assign(document.createElement(name), content);
    element.append(...inner);
    return element;
  };
  const find = async (anew = "") => {
    const found = await import(address + anew);
    // What is asked for itself goes before what begins with it: 1.31 before the issues 131764, 131925 and 131941.
    await found.options({ baseUrl: "/", excerptLength: 24, ranking: { termSimilarity: 5 } });
    await found.init();
    return found;
  };
  /** What is written in a query, as words are parted in the index: names by what joins them, no number by its dot, no C++. */
  const words = (query) => query.replace(/(?<!\d)\.|\.(?!\d)|[+#](?=\p{L})|(?<![\p{L}\p{N}+#])(?:\+|#(?!\p{N}))|[:<>()[\]{}/\\=,;$&|!?*@~^%-]+/gu, " ").trim();

  const plain = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">");  // as Pagefind writes them
  /** Text in which only <mark> is more than text. */
  const marked = (text) => {
    let inside = false;
    return text.replace(PART, "$1").replace(/\u2060|<\/mark><mark>/g, "").split(/(<\/?mark>)/).flatMap((piece) => {
      if (/^<\/?mark>$/.test(piece)) inside = piece === "<mark>";
      else if (piece) return [inside ? make("mark", {}, plain(piece)) : plain(piece)];
      return [];
    });
  };
  const entry = ({ url, excerpt }, title) =>
    [make("a", { href: url }, ...marked(title)), make("p", {}, ...marked(excerpt), " …")];
  const shown = (page) => {
    const parts = page.sub_results.filter((part) => part.url.includes("#")).slice(0, 3);
    const whole = page.sub_results.find((part) => !part.url.includes("#"));
    const item = make("li", {}, make("a", { href: page.url }, ...marked(page.meta.title)));
    if (whole || !parts.length) item.append(make("p", {}, ...marked((whole ?? page).excerpt), " …"));
    if (parts.length) item.append(make("ul", {}, ...parts.map((part) => make("li", {}, ...entry(part, part.title)))));
    return item;
  };

  /** A word without its marks, in small letters. */
  const folded = (text) => text.normalize("NFD").replace(/[\p{M}\u200b\u2060]/gu, "").toLowerCase();
  /** Whether a page was found by what was asked: of a word that no word begins with, Pagefind takes ever shorter beginnings. */
  const meant = (page, query) => {
    const all = page.content.split(/\s+/);
    const marks = page.excerpt.match(/(?<=<mark>).*?(?=<\/mark>)/g) ?? [];
    const bare = (text) => text.replace(/[^\p{L}\p{N}_]+/gu, "");
    const hits = [...page.locations.map((at) => all[at] ?? ""), ...marks].map((hit) => bare(folded(hit)));
    const near = (word) => {
      const half = word.slice(0, Math.ceil(word.length / 2));
      return word.length < 3 || hits.some((hit) => hit.includes(half) || (hit.length > 1 && word.includes(hit)));
    };
    return folded(query).split(/\s+/).map(bare).every(near);
  };

  const search = async () => {
    const query = asked = words(field.value);
    if (!query) return show([], "");
    busy(true);
    try {
      finder ??= find();
      let found;
      try {
        found = await answer(await finder, query);
      } catch {  // the site was published since: its index has other files
        finder = find(`?${Date.now()}`);
        found = await answer(await finder, query);
      }
      if (!found || query !== asked) return undefined;
      if (found.pages.some((page) => meant(page, query))) show(found.pages, `${status.dataset.found}: ${found.count}`, found.further);
      else show([], status.dataset.none);
    } catch {
      finder = undefined;
      if (query === asked) show([], status.dataset.failed);
    }
    return undefined;
  };
  const answer = async (pagefind, query) => {
    const found = await pagefind.debouncedSearch(query, {}, 120);
    return found && { count: found.results.length, pages: await pagesOf(found.results.slice(0, STEP)), further: found.results.slice(STEP) };
  };
  const pagesOf = (results) => Promise.all(results.map((one) => one.data()));
  const busy = (is) => field.form.classList.toggle("busy", is);
  const show = (pages, said, others = []) => {
    further = others;
    list.replaceChildren(...pages.map(shown));
    list.scrollTop = 0;
    status.textContent = said;
    busy(false);
  };
  /** Show further pages once the reader comes to the end of those that are there. */
  const more = async () => {
    if (growing || !further.length || list.scrollHeight - list.scrollTop - list.clientHeight > 400) return;
    growing = true;
    const those = further;
    const pages = await pagesOf(those.splice(0, STEP)).catch(() => []);
    growing = false;
    if (those === further) list.append(...pages.map(shown));
  };

  /** The arrows lead from the field through the results and back; what is typed goes into the field. */
  const move = (event) => {
    const places = [field, ...list.querySelectorAll("a")];
    const at = places.indexOf(document.activeElement);
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      places[Math.max(0, Math.min(places.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))].focus();
      event.preventDefault();
    } else if (event.key === "Escape") {  // which would empty the field first
      event.preventDefault();
      dialog.close();
    } else if (at > 0 && plain && (event.key.length === 1 && event.key !== " " || event.key === "Backspace")) field.focus();
  };
  const build = () => {
    const copy = document.getElementById("_search")?.content.cloneNode(true);
    dialog = copy?.querySelector("dialog");
    if (!dialog) return;
    [field, status, list] = ["input", "[role=status]", "ol"].map((one) => dialog.querySelector(one));
    document.body.append(dialog);
    field.addEventListener("input", search);
    list.addEventListener("scroll", more, { passive: true });
    dialog.addEventListener("keydown", move);
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      list.querySelector("a")?.click();
    });
    dialog.addEventListener("click", ({ target }) => {
      if (target === dialog || target.closest("form button, a")) dialog.close();
    });
  };
  const open = () => {
    if (!dialog?.isConnected) build();
    if (!dialog || dialog.open) return;
    dialog.showModal();
    field.select();
    finder ??= find();
    finder.catch(() => { finder = undefined; });  // told when somebody searches
  };

  addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    const typing = target.closest?.("input, textarea, select, [contenteditable]:not([contenteditable=false])");
    const slash = key === "/" && !typing && !ctrlKey && !metaKey && !altKey;
    if (event.defaultPrevented || !(slash || (key.toLowerCase?.() === "k" && (ctrlKey || metaKey) && !altKey))) return;
    event.preventDefault();
    open();
  });
  addEventListener("click", ({ target }) => {
    if (target.closest?.(".find")) open();
  });
})();
