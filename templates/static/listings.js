// What a browser adds to the listings of a page: a button that copies each of them.
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
        for (const part of copy.querySelectorAll(".gp, .line.output, del, .note")) part.remove();
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

  if (navigator.clipboard) {
    (document.querySelector("main") ?? document.body).append(said);
    document.querySelectorAll(".listing:not(.output, .no-copy)").forEach(addButton);
  }
})();
