// What a browser adds to the listings of a page: a button that copies each of them, and tabs of those that belong together.
// Its words stand on the script's own element, so that a template can say them in another language.
(() => {
  "use strict";

  const words = document.currentScript.dataset;
  const make = (name, attributes) => Object.assign(document.createElement(name), attributes);

  // ---- the button: where there is no clipboard (http), there is none

  const said = make("p", { className: "said", role: "status" });

  /** Return the code of a listing: no prompts, no output, nothing that is deleted, no marks of notes. */
  const codeOf = (listing) =>
    [...listing.querySelectorAll("pre > code")]
      .map((code) => {
        const copy = code.cloneNode(true);
        const left = code.closest(".session") ? ".gp, .output, del, .note" : "del, .note";
        for (const part of copy.querySelectorAll(left)) part.remove();
        return copy.textContent;
      })
      .join("")
      .replace(/\n$/, "");

  const addButton = (listing) => {
    const title = listing.querySelector(":scope > figcaption")?.textContent;
    const button = make("button", { type: "button", className: "copy", title: words.copy });
    button.setAttribute("aria-label", title ? `${words.copy}: ${title}` : words.copy);
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(codeOf(listing));
      } catch {
        getSelection().selectAllChildren(listing.querySelector("pre")); // for the keyboard's own copy
        return;
      }
      button.classList.add("done");
      said.textContent = words.copied;
      setTimeout(() => {
        button.classList.remove("done");
        said.textContent = "";
      }, 2000);
    });
    listing.append(button);
  };

  if (navigator.clipboard) (document.querySelector("main") ?? document.body).append(said);

  // ---- tabs: without a script they follow each other, each below its label

  const KEPT = "proofpress:tabs";
  const groups = [];

  /** Return the labels that the reader chose, the last one first. */
  const chosen = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT));
      return Array.isArray(kept) ? kept : [];
    } catch {
      return []; // no storage, or somebody else's words in it
    }
  };

  /** Show a label's tab wherever there is one, and keep what was pressed where it is. */
  const choose = (label, pressed) => {
    const top = pressed.getBoundingClientRect().top;
    for (const show of groups) show(label);
    scrollBy({ top: pressed.getBoundingClientRect().top - top, behavior: "instant" });
    try {
      localStorage.setItem(KEPT, JSON.stringify([label, ...chosen().filter((one) => one !== label)].slice(0, 20)));
    } catch {} // then nothing is remembered
  };

  const addTabs = (group, number) => {
    const panels = [...group.querySelectorAll(":scope > .tab")];
    group.querySelector(":scope > .tablist")?.remove();
    for (const panel of panels) panel.hidden = false;
    const labels = panels.map((panel) => panel.querySelector(":scope > .title")?.textContent.trim());
    if (panels.length < 2 || !labels.every(Boolean) || new Set(labels).size < labels.length) return; // a sequence loses nothing
    const list = make("div", { className: "tablist", role: "tablist" });
    const tabs = panels.map((panel, at) => {
      const tab = make("button", { type: "button", role: "tab", id: `tab-${number}-${at}`, textContent: labels[at] });
      panel.id ||= `panel-${number}-${at}`;
      panel.role = "tabpanel";
      panel.setAttribute("aria-labelledby", tab.id);
      tab.setAttribute("aria-controls", panel.id);
      tab.addEventListener("click", () => choose(labels[at], tab));
      return tab;
    });
    const show = (label) => {
      const now = labels.indexOf(label);
      if (now < 0) return;
      tabs.forEach((tab, at) => {
        tab.setAttribute("aria-selected", at === now);
        tab.tabIndex = at === now ? 0 : -1;
        panels[at].hidden = at !== now;
      });
    };
    list.addEventListener("keydown", (event) => {
      const last = tabs.length - 1;
      const forward = getComputedStyle(list).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
      const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
      const now = tabs.indexOf(event.target);
      const to = { [forward]: now === last ? 0 : now + 1, [backward]: now === 0 ? last : now - 1, Home: 0, End: last }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      tabs[to].focus();
      tabs[to].click();
    });
    list.append(...tabs);
    group.prepend(list);
    groups.push(show);
    show(chosen().find((label) => labels.includes(label)) ?? labels[0]);
  };

  /** Show the tab that holds what the address leads to. */
  const reveal = () => {
    let target;
    try {
      target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {} // no address of ours
    const hidden = "[role=tabpanel][hidden]";
    if (!target?.closest(hidden)) return;
    for (let panel = target; (panel = panel.closest(hidden)); ) {
      const label = panel.querySelector(":scope > .title").textContent.trim();
      for (const show of groups) show(label);
    }
    target.scrollIntoView();
  };

  const setUp = () => {
    if (navigator.clipboard) document.querySelectorAll(".listing:not(.listing + .output, .no-copy, :has(> .copy))").forEach(addButton);
    groups.length = 0;
    document.querySelectorAll(".tabs").forEach(addTabs);
    reveal();
  };
  setUp();
  addEventListener("hashchange", reveal);
  document.addEventListener("proofpress:patched", setUp); // in the preview, where a page changes while it is open
})();
