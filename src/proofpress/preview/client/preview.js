// What a page of the preview does in the browser: it listens for revisions, and makes the page what the new revision says
// without loading it anew, so that scroll, focus, selection, open details and playing media stay.
//
// The difference is taken between the page as it was served before and as it is served now: `model` is the former,
// parsed, and `twins` leads from each of its nodes to the node that the reader sees. So what the site's own scripts did to
// the page stays, because the two served pages agree about it. Where a change falls on something that a script has
// remade, and wherever else a patch would be a guess, the page is loaded anew, at the same scroll position.
(() => {
  "use strict";

  const PREFIX = "/_proofpress/";
  const script = document.currentScript;
  const onReport = location.pathname === PREFIX;
  const KEPT_SCROLL = "proofpress:scroll";
  const CLOSED = "proofpress:closed";

  // ---------------------------------------------------------------- trees: which node of one is which of another

  const twins = new WeakMap();
  const served = new WeakSet(); // the live nodes that are somebody's twin: not made by a script

  const join = (node, live) => {
    twins.set(node, live);
    served.add(live);
  };

  class Lost extends Error {}

  /** Return the node that the reader sees for a node of the model, or throw Lost where a script took it away. */
  const twin = (node) => {
    const live = twins.get(node);
    if (!live || !live.isConnected) throw new Lost();
    return live;
  };

  const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;
  const isBlank = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim() === "";

  const same = (one, other) =>
    one.isEqualNode(other) &&
    // isEqualNode looks past what is inside a <template>
    (!isElement(one) || !(one.localName === "template" || one.querySelector("template")) || one.outerHTML === other.outerHTML);

  /** Return which file an element shows, without what changes with the file's content. */
  const stem = (node) => (node.getAttribute("href") ?? node.getAttribute("src") ?? "").replace(/\.[0-9a-f]{10}(?=\.\w+$)/, "");

  /** Say how well two nodes go together: 0 not at all, 40 equal. */
  const likeness = (one, other, beginnings) => {
    if (one.nodeType !== other.nodeType || one.nodeName !== other.nodeName) return 0;
    if (!isElement(one)) {
      if (isBlank(one) !== isBlank(other)) return 0;
      return isBlank(one) ? 1 : one.data === other.data ? 8 : 2;
    }
    if (same(one, other)) return 40;
    for (const name of ["rel", "name", "property", "type"]) {
      if (one.getAttribute(name) !== other.getAttribute(name)) return 0; // another kind of <link>, <meta>, <input>
    }
    if (one.id && one.id === other.id) return 20;
    const begun = beginnings(one);
    return (
      3 +
      (one.id || other.id ? 0 : 1) +
      (one.getAttribute("class") === other.getAttribute("class") ? 2 : 0) +
      (begun && begun === beginnings(other) ? 6 : 0) +
      (stem(one) && stem(one) === stem(other) ? 6 : 0)
    );
  };

  /** Pair the nodes of two lists, in order, such that the likeness of the pairs is greatest (a weighted LCS). */
  const align = (ones, others) => {
    const pairs = [];
    let head = 0;
    let end = ones.length;
    let otherEnd = others.length;
    while (head < end && head < otherEnd && same(ones[head], others[head])) {
      pairs.push([ones[head], others[head]]);
      head += 1;
    }
    while (end > head && otherEnd > head && same(ones[end - 1], others[otherEnd - 1])) {
      end -= 1;
      otherEnd -= 1;
      pairs.push([ones[end], others[otherEnd]]);
    }
    const known = new Map();
    const beginnings = (node) => {
      if (!known.has(node)) known.set(node, node.textContent.trim().slice(0, 24));
      return known.get(node);
    };
    const n = end - head;
    const m = otherEnd - head;
    if (n * m > 100_000) {
      // Long lists that differ in the middle: each node with the first one a little further on that is quite like it.
      let from = head;
      for (let i = head; i < end; i += 1) {
        let best = -1;
        let most = 4;
        for (let j = from; j < Math.min(otherEnd, from + 40); j += 1) {
          const score = likeness(ones[i], others[j], beginnings);
          if (score > most) [best, most] = [j, score];
          if (score >= 20) break;
        }
        if (best >= 0) {
          pairs.push([ones[i], others[best]]);
          from = best + 1;
        }
      }
      return pairs;
    }
    const scores = new Float64Array(n * m);
    const best = new Float64Array((n + 1) * (m + 1));
    for (let i = n - 1; i >= 0; i -= 1) {
      for (let j = m - 1; j >= 0; j -= 1) {
        const score = likeness(ones[head + i], others[head + j], beginnings);
        scores[i * m + j] = score;
        best[i * (m + 1) + j] = Math.max(
          best[(i + 1) * (m + 1) + j],
          best[i * (m + 1) + j + 1],
          score ? score + best[(i + 1) * (m + 1) + j + 1] : 0,
        );
      }
    }
    for (let i = 0, j = 0; i < n && j < m; ) {
      const here = best[i * (m + 1) + j];
      const score = scores[i * m + j];
      if (score && here === score + best[(i + 1) * (m + 1) + j + 1]) {
        pairs.push([ones[head + i], others[head + j]]);
        i += 1;
        j += 1;
      } else if (here === best[(i + 1) * (m + 1) + j]) i += 1;
      else j += 1;
    }
    return pairs;
  };

  /** Make two equal trees twins, node by node. */
  const twinAll = (node, live) => {
    join(node, live);
    for (let one = node.firstChild, other = live.firstChild; one && other; one = one.nextSibling, other = other.nextSibling) {
      twinAll(one, other);
    }
  };

  /** Find, for a page as it was served, the nodes that the reader sees, whatever scripts added between them. */
  const pair = (node, live) => {
    if (same(node, live)) return twinAll(node, live);
    join(node, live);
    if (node.localName === "template") return undefined;
    const left = new Set(live.childNodes);
    const alone = new Set(node.childNodes);
    for (const [one, other] of align([...node.childNodes], [...live.childNodes])) {
      left.delete(other);
      alone.delete(one);
      pair(one, other);
    }
    // A script may have put a table or a listing into a box of its own.
    for (const one of alone) {
      if (!isElement(one)) continue;
      for (const box of left) {
        const inside = isElement(box) && [...box.querySelectorAll(one.localName)].find((found) => same(one, found));
        if (inside) {
          left.delete(box);
          twinAll(one, inside);
          break;
        }
      }
    }
    return undefined;
  };

  // ---------------------------------------------------------------- patching

  let touched = new Set(); // live nodes that are new or changed, for the highlight
  const loading = new Set(); // style sheets that have not come yet, as promises
  const replaced = new WeakMap(); // a style sheet, with those that go when it has come

  const isSheet = (node) => isElement(node) && node.localName === "link" && node.relList.contains("stylesheet");

  const arrival = (link) => {
    if (link.disabled || !link.href) return Promise.resolve();
    const came = new Promise((done) => {
      link.addEventListener("load", done, { once: true });
      link.addEventListener("error", done, { once: true });
    });
    loading.add(came);
    came.then(() => loading.delete(came));
    return came;
  };

  /** Put a style sheet beside the one it follows, which goes when the new one has come: there is no moment without. */
  const swapSheet = (live, next) => {
    const olds = [live, ...(replaced.get(live) ?? [])];
    replaced.set(next, olds);
    const came = arrival(next);
    live.after(next);
    came.then(() => olds.forEach((old) => old.remove()));
  };

  const attributes = (old, fresh) => {
    const gone = [...old.attributes].filter((one) => !fresh.hasAttributeNS(one.namespaceURI, one.localName));
    const set = [...fresh.attributes].filter((one) => old.getAttributeNS(one.namespaceURI, one.localName) !== one.value);
    if (!gone.length && !set.length) return;
    const live = twin(old);
    const apply = (node) => {
      for (const one of gone) node.removeAttributeNS(one.namespaceURI, one.localName);
      for (const one of set) node.setAttributeNS(one.namespaceURI, one.name, one.value);
    };
    if (isSheet(old)) {
      apply(old);
      const next = document.importNode(old, false);
      join(old, next);
      swapSheet(live, next);
      return;
    }
    const before = old.getAttribute("class") ?? "";
    const seen = live.getAttribute("class") ?? "";
    apply(old);
    apply(live);
    const now = old.getAttribute("class") ?? "";
    if (before !== now && seen !== before) {
      // Classes that a script put on stay on, and those that it took off stay off.
      const names = (value) => value.split(/\s+/).filter(Boolean);
      live.setAttribute("class", now);
      for (const name of names(seen)) if (!names(before).includes(name)) live.classList.add(name);
      for (const name of names(before)) if (!names(seen).includes(name)) live.classList.remove(name);
    }
    if (set.some((one) => ["src", "srcset"].includes(one.name))) touched.add(live);
  };

  const text = (old, fresh) => {
    if (old.data === fresh.data) return;
    const live = twin(old);
    if (live.data !== old.data) throw new Lost();
    // Only the part that differs is replaced, so that a selection around it stays.
    const [was, is] = [old.data, fresh.data];
    let head = 0;
    while (head < was.length && head < is.length && was[head] === is[head]) head += 1;
    let tail = 0;
    while (tail < was.length - head && tail < is.length - head && was.at(-1 - tail) === is.at(-1 - tail)) tail += 1;
    live.replaceData(head, was.length - head - tail, is.slice(head, is.length - tail));
    old.data = is;
    if (!isBlank(fresh)) touched.add(live);
  };

  /** Return the child of `parent` that is, or holds, the live node of a model's node. */
  const childFor = (node, parent) => {
    let live = twins.get(node);
    while (live && live.parentNode !== parent) live = live.parentNode;
    return live ?? null;
  };

  const insert = (old, node, next) => {
    const parent = twin(old);
    const fresh = old.ownerDocument.importNode(node, true);
    old.insertBefore(fresh, next);
    const live = document.importNode(fresh, true);
    twinAll(fresh, live);
    let before = null;
    for (let one = next; one && !before; one = one.nextSibling) before = childFor(one, parent);
    if (!before) {
      for (let one = fresh.previousSibling; one && !before; one = one.previousSibling) {
        const previous = childFor(one, parent);
        if (previous) {
          parent.insertBefore(live, previous.nextSibling);
          before = live;
        }
      }
      if (!before) parent.append(live);
    } else parent.insertBefore(live, before);
    if (isSheet(live)) arrival(live);
    if (!isBlank(live)) touched.add(live);
    return fresh;
  };

  const remove = (node, parent) => {
    const held = twins.get(node);
    node.remove();
    if (!held) return;
    // A box that a script made around it goes with it, unless something else that was served is in there too.
    const box = childFor(node, parent) ?? held;
    const others = box === held ? [] : [...box.querySelectorAll("*")].filter((one) => served.has(one) && !held.contains(one));
    const going = others.length ? held : box;
    if (isSheet(held)) Promise.all(loading).then(() => going.remove());
    else going.remove();
  };

  const children = (old, fresh) => {
    const kept = new Map();
    const stay = new Set();
    for (const [one, other] of align([...old.childNodes], [...fresh.childNodes])) {
      kept.set(other, one);
      stay.add(one);
    }
    const gone = [...old.childNodes].filter((one) => !stay.has(one));
    let next = null;
    for (const node of [...fresh.childNodes].reverse()) {
      const own = kept.get(node);
      if (own) patch(own, node);
      next = own ?? insert(old, node, next);
    }
    for (const one of gone) remove(one, twins.get(old)); // after the new ones: a style sheet is never the last to go
  };

  /** Make `old`, a node of the model, equal to `fresh`, and do the same to what the reader sees. */
  const patch = (old, fresh) => {
    if (!isElement(old)) return text(old, fresh);
    if (same(old, fresh)) return undefined;
    attributes(old, fresh);
    if (old.localName === "template") {
      twin(old).innerHTML = fresh.innerHTML;
      old.innerHTML = fresh.innerHTML;
      return undefined;
    }
    return children(old, fresh);
  };

  // ---------------------------------------------------------------- pages as they are served

  const OURS = `script[src^="${PREFIX}"], noscript`; // a parser without scripts reads <noscript> otherwise than a page does

  const parse = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const own = page.querySelector(`script[src="${PREFIX}preview.js"]`);
    const numbered = own ? Number(own.dataset.revision) : NaN;
    for (const node of page.querySelectorAll(OURS)) node.remove();
    return { page, revision: numbered };
  };

  const INERT = /^(?!$|module$|importmap$|speculationrules$|(text|application)\/(javascript|ecmascript|babel|jsx)$)/i;

  /** Return what the page's scripts are: a page with others has to be loaded anew. */
  const scripts = (page) =>
    JSON.stringify(
      [...page.querySelectorAll("script")]
        .filter((one) => !INERT.test(one.type))
        .map((one) => [one.type, one.getAttribute("src"), one.src ? "" : one.text]),
    );

  const pathOf = (href) => {
    const path = new URL(href, location.href).pathname.replace(/\/index\.html$/, "/");
    try {
      return decodeURIComponent(path);
    } catch {
      return path;
    }
  };

  const here = () => pathOf(location.href);

  const reload = () => {
    try {
      sessionStorage.setItem(KEPT_SCROLL, JSON.stringify([location.href, scrollX, scrollY]));
    } catch {
      // Without storage the browser's own memory of the scroll position has to do.
    }
    location.reload();
  };

  const restoreScroll = () => {
    try {
      const [href, x, y] = JSON.parse(sessionStorage.getItem(KEPT_SCROLL) ?? "[]");
      sessionStorage.removeItem(KEPT_SCROLL);
      if (href === location.href) scrollTo({ left: x, top: y, behavior: "instant" });
    } catch {
      // The same.
    }
  };

  // ---------------------------------------------------------------- keeping the place, showing the change

  /** Note where some blocks in view stand; the returned function scrolls so that the first still there stands there again. */
  const keepPlace = () => {
    if (scrollY === 0) return () => {};
    const marks = [];
    const seen = new Set([null, host]);
    const isPinned = (element) => ["fixed", "sticky"].includes(getComputedStyle(element).position);
    for (let y = 1; y < innerHeight && marks.length < 30; y += 12) {
      for (const x of [0.5, 0.3, 0.7]) {
        const element = document.elementFromPoint(innerWidth * x, y);
        if (seen.has(element)) continue;
        seen.add(element);
        const top = element.getBoundingClientRect().top;
        // What begins above the window may grow above it, unless it is one run of text.
        if (top < 0 && element.childElementCount > 0) continue;
        let above = element;
        while (above && !isPinned(above)) above = above.parentElement;
        if (!above) marks.push([element, top]);
      }
    }
    // The browser anchors too; twice would be once too much.
    const root = document.documentElement;
    const anchored = root.style.overflowAnchor;
    root.style.overflowAnchor = "none";
    return () => {
      const mark = marks.find(([element]) => element.isConnected && element.getBoundingClientRect().height > 0);
      if (mark) {
        const moved = mark[0].getBoundingClientRect().top - mark[1];
        if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
      }
      root.style.overflowAnchor = anchored;
      if (!root.getAttribute("style")) root.removeAttribute("style");
    };
  };

  const highlight = () => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const blocks = new Set();
    for (const node of touched) {
      let element = isElement(node) ? node : node.parentElement;
      while (element && (!(element instanceof HTMLElement) || getComputedStyle(element).display === "inline")) {
        element = element.parentElement;
      }
      if (element && element.isConnected && document.body.contains(element) && element !== document.body) blocks.add(element);
    }
    if (blocks.size > 40) return; // another template: then the change is everywhere
    for (const block of blocks) {
      block.animate(
        [{ boxShadow: "0 0 0 .35rem rgb(255 190 60 / 55%)", backgroundColor: "rgb(255 190 60 / 35%)", offset: 0 }],
        { duration: 1400, easing: "ease-out", id: "proofpress" },
      );
    }
  };

  // ---------------------------------------------------------------- bringing the page up to date

  let revision = script ? Number(script.dataset.revision) : 0;
  let model = null; // the page as it was served last
  let isMissing = false; // whether the server has no page here: then 404.html is what is shown

  const setRevision = (number) => {
    revision = number;
    if (script) script.dataset.revision = String(number);
  };

  const fetchPage = async () => {
    const response = await fetch(location.href.split("#")[0], { cache: "no-store", headers: { accept: "text/html" } });
    const answer = { url: response.url, moved: response.redirected && pathOf(response.url) !== here() };
    if (response.status >= 500 || !/^text\/html/.test(response.headers.get("content-type") ?? "")) {
      return { ...answer, page: null };
    }
    isMissing = response.status === 404;
    return { ...answer, ...parse(await response.text()) };
  };

  /** Learn how the page was served: as it is served now, if that is still the same. */
  const begin = async () => {
    const { page, revision: now } = await fetchPage();
    if (!page) return;
    if (now !== revision) {
      // There was another build since. Did it change this page?
      const seen = document.documentElement.cloneNode(true);
      for (const node of seen.querySelectorAll(`${OURS}, proofpress-preview`)) node.remove();
      if (!seen.isEqualNode(page.documentElement)) return void reload();
    }
    model = page;
    pair(model.documentElement, document.documentElement);
  };

  const begun = begin().catch(() => {});

  // A file of the theme: another content has another name, but for style sheets, which keep theirs in the preview.
  const FINGERPRINT = /\.[0-9a-f]{10}\.(?!css$)\w+$/;

  /** Load again what has kept its name and not its content: style sheets and images; of scripts, return whether one has. */
  const refreshFiles = (any, changed) => {
    const stale = (url) => {
      if (!url) return false;
      const found = new URL(url, location.href);
      if (found.origin !== location.origin || FINGERPRINT.test(found.pathname)) return false;
      return any ? !found.pathname.startsWith(PREFIX) : changed.has(pathOf(found));
    };
    const anew = (url) => {
      const found = new URL(url, location.href);
      found.searchParams.set("_proofpress", revision);
      return found.href;
    };
    if ([...document.scripts].some((one) => one !== script && !INERT.test(one.type) && stale(one.src))) return true;
    const imports = (sheet) => {
      try {
        return [...(sheet?.cssRules ?? [])].some((rule) => rule.styleSheet && (stale(rule.styleSheet.href) || imports(rule.styleSheet)));
      } catch {
        return false; // of another origin
      }
    };
    if (!any && [...document.styleSheets].some(imports)) return true;
    const nodes = new Map();
    const owners = model ? [...model.querySelectorAll("link")] : [];
    for (const link of owners) nodes.set(twins.get(link), link);
    for (const link of document.querySelectorAll("link[rel~=stylesheet]")) {
      if (!stale(link.href) || !nodes.has(link)) continue;
      const next = link.cloneNode(false);
      next.href = anew(link.href);
      join(nodes.get(link), next);
      swapSheet(link, next);
    }
    for (const image of document.images) {
      if (stale(image.currentSrc || image.src)) {
        for (const source of image.closest("picture")?.querySelectorAll("source") ?? []) source.remove();
        image.removeAttribute("srcset");
        image.src = anew(image.currentSrc || image.src);
        touched.add(image);
      }
    }
    return false;
  };

  const bringUpToDate = async ({ any, changed, number }) => {
    await begun;
    touched = new Set();
    const pages = any || changed.has(here()) || (isMissing && [...changed].some((path) => path.endsWith("/404.html")));
    if (!pages && !onReport && changed.size === 0) return setRevision(number);
    let finish = null;
    try {
      if (pages || onReport) {
        const { page, revision: now, moved, url } = await fetchPage();
        if (moved) return void location.replace(url);
        if (!page || !model || page.compatMode !== model.compatMode || scripts(page) !== scripts(model)) return void reload();
        finish = keepPlace();
        patch(model.documentElement, page.documentElement);
        setRevision(Number.isNaN(now) ? number : Math.max(now, number));
      } else setRevision(number);
      if (refreshFiles(any, changed)) return void reload();
    } catch (error) {
      if (error instanceof TypeError && finish === null) throw error; // the server did not answer
      return void reload();
    } finally {
      finish?.();
    }
    if (!onReport) highlight();
    document.dispatchEvent(new CustomEvent("proofpress:patched", { detail: { revision } }));
    return undefined;
  };

  let wanted = null;
  let busy = false;

  /** Have the page brought up to date, once for all that was heard while it was being done. */
  const want = async (any, changed, number) => {
    wanted = { any: any || Boolean(wanted?.any), changed: new Set([...(wanted?.changed ?? []), ...changed]), number };
    if (busy) return;
    busy = true;
    try {
      while (wanted) {
        const now = wanted;
        wanted = null;
        await bringUpToDate(now);
      }
    } catch {
      isLost = true; // the stream will break as well, and all is asked again when it is back
    } finally {
      busy = false;
    }
  };

  // ---------------------------------------------------------------- the panel, its badge, and the sign that the server is away

  const host = document.createElement("proofpress-preview");
  const shadow = host.attachShadow({ mode: "open" });
  shadow.innerHTML = `<link rel="stylesheet" href="${PREFIX}preview.css">
    <div class="corner" hidden>
      <p class="away" hidden>The preview server is away. This page comes up to date when it is back.</p>
      <button class="badge" type="button" aria-expanded="false" aria-controls="place" hidden></button>
    </div>
    <div id="place" hidden></div>
    <p class="said" role="status" aria-live="polite"></p>`;
  const corner = shadow.querySelector(".corner");
  const away = shadow.querySelector(".away");
  const badge = shadow.querySelector(".badge");
  const place = shadow.querySelector("#place");
  const said = shadow.querySelector(".said");
  host.hidden = true; // until its style sheet is there
  const styled = new Promise((done) => {
    shadow.querySelector("link").addEventListener("load", () => {
      host.hidden = false;
      done();
    });
  });

  let panel = null; // the panel's HTML as it was served last
  let panelRevision = NaN;
  let isOpened = false; // by the reader
  let closedAt = NaN; // the revision at which the reader closed it
  try {
    closedAt = Number(sessionStorage.getItem(CLOSED) ?? NaN);
  } catch {
    // Then it opens again on the next page.
  }

  const say = (words) => {
    if (said.textContent !== words) said.textContent = words;
  };

  const section = () => place.querySelector("section");
  const isOpen = () => !place.hidden;

  /** Show what there is to show: the panel, else its badge; and make room below the page, so that nothing is covered. */
  const lay = () => {
    const shown = section();
    const failed = Boolean(shown?.hasAttribute("data-failed"));
    place.hidden = !(shown && (isOpened || (failed && closedAt !== panelRevision)));
    badge.hidden = !shown || isOpen();
    badge.textContent = shown?.dataset.summary ?? "";
    badge.classList.toggle("failed", failed);
    badge.setAttribute("aria-expanded", String(isOpen()));
    corner.hidden = badge.hidden && away.hidden;
    corner.classList.toggle("above", isOpen());
    host.style.height = isOpen() ? `${shown.offsetHeight}px` : "0";
  };

  const close = () => {
    const focused = shadow.activeElement;
    isOpened = false;
    closedAt = panelRevision;
    try {
      sessionStorage.setItem(CLOSED, String(closedAt));
    } catch {
      // The same.
    }
    lay();
    if (focused && !badge.hidden) badge.focus();
  };

  badge.addEventListener("click", () => {
    isOpened = true;
    lay();
    section()?.querySelector("button.close")?.focus();
  });
  place.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("button.close")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && isOpen()) close();
  });
  new ResizeObserver(lay).observe(place);

  const showProblems = async (news) => {
    if (onReport || panelRevision === news.revision) return;
    panelRevision = news.revision;
    await styled;
    const html = news.failed || news.problems ? await (await fetch(`${PREFIX}panel`, { cache: "no-store" })).text() : "";
    const was = section()?.dataset.summary ?? "";
    const failed = Boolean(section()?.hasAttribute("data-failed"));
    if (!panel) {
      panel = new DOMParser().parseFromString("", "text/html");
      join(panel.body, place);
    }
    if (panelRevision !== news.revision) return; // a later one is on its way
    children(panel.body, new DOMParser().parseFromString(html, "text/html").body);
    if (!section()) isOpened = false;
    lay();
    const now = section();
    if (now && now.dataset.summary !== was) say(now.hasAttribute("data-failed") ? now.dataset.said : "");
    if (failed && !now?.hasAttribute("data-failed")) say("The errors are mended.");
  };

  document.documentElement.append(host);

  // ---------------------------------------------------------------- the stream of revisions

  let source = null;
  let isLost = false; // whether the connection broke: another server may answer, which counts from the beginning
  let pause = 500;
  let again = 0;
  let sign = 0;

  const hear = (news) => {
    pause = 500;
    clearTimeout(sign);
    sign = 0;
    if (!away.hidden) {
      away.hidden = true;
      say("The preview server is back.");
      lay();
    }
    const wasLost = isLost;
    isLost = false;
    if (wasLost) panelRevision = NaN;
    showProblems(news).catch(() => {
      panelRevision = NaN;
    });
    if (news.revision === revision && !wasLost) return;
    if (news.follow && !onReport && !wasLost && news.revision > revision && pathOf(news.follow) !== here()) {
      location.assign(news.follow);
      return;
    }
    const any = wasLost || news.changed === null || news.revision !== (wanted?.number ?? revision) + 1;
    want(any, (news.changed ?? []).map(pathOf), news.revision);
  };

  const disconnect = () => {
    clearTimeout(again);
    again = 0;
    source?.close();
    source = null;
  };

  const connect = () => {
    if (source) return;
    clearTimeout(again);
    source = new EventSource(`${PREFIX}events?page=${encodeURIComponent(location.pathname)}`);
    source.addEventListener("shown", (event) => hear(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      // Browsers differ in what they try again and when; so it is done here.
      disconnect();
      isLost = true;
      sign ||= setTimeout(() => {
        away.hidden = false;
        say(away.textContent);
        lay();
      }, 1500);
      again = setTimeout(connect, pause);
      pause = Math.min(pause * 1.5, 5000);
    });
  };

  let asleep = 0;
  addEventListener("pagehide", () => {
    clearTimeout(sign);
    disconnect();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) connect();
  });
  document.addEventListener("visibilitychange", () => {
    // A browser opens six connections to a server; tabs that nobody looks at shall not hold them for ever. Not at once: a
    // window behind that of the editor counts as hidden too.
    clearTimeout(asleep);
    if (document.hidden) asleep = setTimeout(disconnect, 600_000);
    else connect();
  });

  restoreScroll();
  connect();

  // ---------------------------------------------------------------- the report's filter

  if (onReport) {
    const MOST = 200;
    const filter = () => {
      const field = document.getElementById("filter");
      const found = document.getElementById("found");
      const lists = document.getElementById("pages");
      if (!field || !found || !lists) return;
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      found.hidden = words.length === 0;
      lists.hidden = words.length > 0;
      const list = found.querySelector("ul");
      const count = found.querySelector("p");
      list.replaceChildren();
      if (!words.length) return;
      let hits = 0;
      for (const row of lists.querySelectorAll("li")) {
        const said = row.textContent.toLowerCase();
        if (!words.every((word) => said.includes(word))) continue;
        hits += 1;
        if (hits <= MOST) list.append(row.cloneNode(true));
      }
      const counted = hits === 1 ? "1 page" : `${hits.toLocaleString("en")} pages`;
      count.textContent = hits > MOST ? `${counted}, of which the first ${MOST}` : counted;
    };
    document.getElementById("filter")?.addEventListener("input", filter);
    document.addEventListener("proofpress:patched", filter);
    filter();
  }
})();
