// Runs in JupyterLab with `element`, a node inside the dialogue, before it is attached to the page.
// Names the conversation for screen readers, keeps its end in sight, leads the focus from one step to the next, and
// sees to it that what is said is what is chosen.
(function () {
  // About half a minute: beyond, the kernel is not slow but stopped, and the form says so.
  const IMAGES_ATTENDUES = 1800;
  let numero = 0;

  function identifiant(noeud) {
    noeud.id = noeud.id || "rncp-entretien-" + Math.random().toString(36).slice(2) + "-" + numero++;
    return noeud.id;
  }

  function suivreLaConversation(entretien) {
    const conversation = entretien.querySelector(".rncp-conversation");
    conversation.setAttribute("role", "log");
    conversation.setAttribute("aria-labelledby", identifiant(entretien.querySelector(".rncp-titre-log")));
    // What scrolls must be reached with the keyboard.
    conversation.setAttribute("tabindex", "0");
    const descendre = () => {
      conversation.scrollTop = conversation.scrollHeight;
    };
    new MutationObserver(() => requestAnimationFrame(descendre)).observe(conversation, {
      childList: true,
      subtree: true,
    });
    requestAnimationFrame(descendre);
  }

  // The kernel answers a moment after the click: what follows waits for what it brings.
  function quand(trouver, faire, images = IMAGES_ATTENDUES) {
    const trouve = trouver();
    if (trouve || images === 0) faire(trouve);
    else requestAnimationFrame(() => quand(trouver, faire, images - 1));
  }

  function viser(trouver) {
    quand(trouver, (cible) => cible && cible.focus());
  }

  // ipywidgets holds back a choice while the kernel is busy with the one before, but never a click: without this, a
  // quick hand would say the reply that it had just left.
  function direCeQuiEstChoisi(entretien) {
    const recu = entretien.querySelector(".rncp-recu");
    const choisi = () => entretien.querySelector(".rncp-repliques input:checked");
    const compris = () => choisi() && choisi().parentElement.textContent.trim() === recu.textContent.trim();
    let retenu = false;
    entretien.addEventListener(
      "click",
      (clic) => {
        const bouton = clic.target.closest(".rncp-dire");
        if (!bouton || !choisi() || compris()) return;
        clic.stopImmediatePropagation();
        if (retenu) return;
        retenu = true;
        quand(compris, (pret) => {
          retenu = false;
          if (pret) bouton.click();
        });
      },
      { capture: true },
    );
  }

  function apresAvoirDit(entretien) {
    const avant = entretien.querySelector('.rncp-repliques input[type="radio"]');
    viser(() => {
      const premier = entretien.querySelector('.rncp-repliques input[type="radio"]');
      // No reply is left: the next step is the written reformulation.
      return premier === null ? entretien.querySelector(".rncp-reformulation textarea, .rncp-clore") : premier !== avant && premier;
    });
  }

  // Closed: to the debriefing, or to the transcript. Begun again: to the first replies.
  function apresAvoirConfirme(entretien) {
    const premier = (...selecteurs) => selecteurs.map((s) => entretien.querySelector(s)).find(Boolean);
    viser(() => {
      if (entretien.querySelector(".rncp-oui")) return null;
      const clos = entretien.querySelector(".rncp-clore[style*='none']");
      return clos ? premier(".rncp-bilan-entretien h3", ".rncp-lien") : premier(".rncp-repliques input");
    });
  }

  function conduireLeFocus(entretien) {
    entretien.addEventListener("click", (clic) => {
      const bouton = clic.target.closest("button");
      if (!bouton) return;
      const est = (classe) => bouton.classList.contains(classe);
      const attendre = (selecteur) => viser(() => entretien.querySelector(selecteur));
      if (est("rncp-dire")) {
        if (entretien.querySelector(".rncp-repliques input:checked")) apresAvoirDit(entretien);
      } else if (est("rncp-clore") || est("rncp-recommencer")) attendre(".rncp-confirmation .rncp-non");
      else if (est("rncp-non")) attendre(".rncp-clore:not([style*='none']), .rncp-recommencer");
      else if (est("rncp-oui")) apresAvoirConfirme(entretien);
    });
  }

  function preparer(entretien) {
    suivreLaConversation(entretien);
    direCeQuiEstChoisi(entretien);
    conduireLeFocus(entretien);
  }

  function attendre(essais) {
    const entretien = element.closest(".rncp-entretien");
    if (entretien && entretien.querySelector(".rncp-conversation")) preparer(entretien);
    else if (essais > 0) requestAnimationFrame(() => attendre(essais - 1));
  }
  attendre(600);
})();
