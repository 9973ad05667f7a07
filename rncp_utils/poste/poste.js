// Runs in JupyterLab with `element`, a node inside the workstation, before it is attached to the page.
// Leads the focus to the screen that was opened, says which one it is, brings what a form answers under the eyes, and lets
// the keyboard scroll what scrolls.
(function () {
  // About half a minute: beyond, the kernel is not slow but stopped, and the form says so.
  const IMAGES_ATTENDUES = 1800;

  // The kernel answers a moment after the click: what follows waits for what it brings.
  function quand(trouver, faire, images = IMAGES_ATTENDUES) {
    const trouve = trouver();
    if (trouve) faire(trouve);
    else if (images > 0) requestAnimationFrame(() => quand(trouver, faire, images - 1));
  }

  function codeDe(onglet) {
    return onglet.className.match(/rncp-onglet-(P\d)/)[1];
  }

  function conduireLeFocus(poste) {
    poste.addEventListener("click", (clic) => {
      const bouton = clic.target.closest("button");
      if (!bouton) return;
      const viser = (selecteur) => quand(() => poste.querySelector(selecteur), (cible) => cible.focus());
      if (bouton.classList.contains("rncp-onglet")) viser(`.rncp-titre-ecran h3[data-ecran="${codeDe(bouton)}"]`);
      else if (bouton.classList.contains("rncp-recommencer")) viser(".rncp-confirmation .rncp-non");
      else if (bouton.classList.contains("rncp-non")) viser(".rncp-recommencer");
      else if (bouton.classList.contains("rncp-oui")) viser(".rncp-titre-ecran h3");
    });
  }

  function dire(poste) {
    poste.querySelectorAll(".rncp-onglet").forEach((onglet) => {
      if (onglet.classList.contains("rncp-onglet-actif")) onglet.setAttribute("aria-current", "page");
      else onglet.removeAttribute("aria-current");
    });
    poste.querySelectorAll(".rncp-avis").forEach((avis) => avis.setAttribute("role", "status"));
    // What scrolls must be reached with the keyboard, and have a name.
    poste.querySelectorAll(".rncp-document > .widget-html-content, .rncp-lignes > .widget-html-content").forEach((bloc) => {
      const legende = bloc.querySelector("caption");
      if (legende && bloc.scrollHeight > bloc.clientHeight) {
        bloc.tabIndex = 0;
        bloc.setAttribute("role", "region");
        bloc.setAttribute("aria-label", legende.textContent);
      } else {
        ["tabindex", "role", "aria-label"].forEach((nom) => bloc.removeAttribute(nom));
      }
    });
  }

  // Below a button that is at the bottom of the window, a refusal would be read by nobody. A button that can no longer be
  // pressed loses the focus: the answer takes it, and Tab goes on from there.
  function montrerLaReponse(poste) {
    let bouton = null;
    poste.addEventListener("click", (clic) => {
      bouton = clic.target.closest(".rncp-question > button") || bouton;
    });
    new MutationObserver((changements) => {
      const suivi = bouton && bouton.parentElement.querySelector(".rncp-suivi");
      if (!suivi || !changements.some((changement) => suivi.contains(changement.target))) return;
      requestAnimationFrame(() => {
        if (bouton.disabled && [bouton, document.body].includes(document.activeElement)) {
          suivi.tabIndex = -1;
          suivi.focus({ preventScroll: true });
        }
        suivi.scrollIntoView({ block: "nearest" });
      });
    }).observe(poste, { childList: true, subtree: true });
  }

  function preparer(poste) {
    conduireLeFocus(poste);
    montrerLaReponse(poste);
    dire(poste);
    let prevu = false;
    new MutationObserver(() => {
      if (prevu) return;
      prevu = true;
      requestAnimationFrame(() => {
        prevu = false;
        dire(poste);
      });
    }).observe(poste, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });
  }

  function attendre(essais) {
    const poste = element.closest(".rncp-poste");
    if (poste && poste.querySelector(".rncp-onglet")) preparer(poste);
    else if (essais > 0) requestAnimationFrame(() => attendre(essais - 1));
  }
  attendre(600);
})();
