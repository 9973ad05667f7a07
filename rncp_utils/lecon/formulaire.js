// Runs in JupyterLab with `element`, a node inside the form, before it is attached to the page.
// Adds what ipywidgets cannot say from Python: names of groups, keys kept by the form, alarm when nothing is saved.
(function () {
  const DELAI_MS = 5000;
  const CALME_MS = 200;
  const NON_ENREGISTREE =
    "▲ Votre réponse n'est pas encore enregistrée. Si ce message reste affiché, ouvrez le menu Exécution et " +
    "choisissez «\u00a0Exécuter toutes les cellules\u00a0»\u00a0: vos réponses enregistrées reviendront, puis donnez celle-ci.";
  let numero = 0;

  function identifiant(noeud) {
    noeud.id = noeud.id || "rncp-" + Math.random().toString(36).slice(2) + "-" + numero++;
    return noeud.id;
  }

  function lire(noeud) {
    return noeud.textContent.trim();
  }

  function nommer(groupe, role, enonce) {
    groupe.setAttribute("role", role);
    groupe.setAttribute("aria-labelledby", identifiant(enonce));
  }

  function decrire(question) {
    const enonce = question.querySelector(".rncp-enonce");
    if (!enonce) return;
    const suivi = question.querySelector(".rncp-suivi");
    // A live region is announced when its content changes, not when it is itself replaced.
    suivi.setAttribute("role", "status");
    suivi.querySelectorAll('[role="status"]').forEach((ligne) => ligne.removeAttribute("role"));
    question.querySelectorAll(".rncp-cases").forEach((groupe) => nommer(groupe, "group", enonce));
    question.querySelectorAll(".widget-radio-box").forEach((groupe) => nommer(groupe, "radiogroup", enonce));
    // Radio buttons that share a name are one group: one stop for Tab, arrows inside.
    question.querySelectorAll('input[type="radio"]').forEach((bouton) => {
      bouton.name = identifiant(bouton.closest(".widget-radio-box"));
    });
    question.querySelectorAll('input[type="text"], textarea, select').forEach((champ) => {
      champ.setAttribute("aria-describedby", identifiant(enonce) + " " + identifiant(suivi));
      champ.setAttribute("autocomplete", "off");
    });
    question.querySelectorAll(".rncp-ligne").forEach((ligne) => {
      const champ = ligne.querySelector("select");
      if (champ) champ.setAttribute("aria-label", lire(ligne.querySelector(".rncp-libelle")));
    });
    question.querySelectorAll(".rncp-grille").forEach(nommerLesCases);
  }

  // A field of a table is named after its row and its column.
  function nommerLesCases(grille) {
    const colonnes = Number(Array.from(grille.classList).join(" ").match(/rncp-colonnes-(\d+)/)[1]);
    const cases = Array.from(grille.children);
    cases.forEach((boite, rang) => {
      const champ = boite.querySelector("input, select");
      if (!champ) return;
      const ligne = cases[rang - (rang % colonnes)];
      champ.setAttribute("aria-label", lire(ligne) + ", " + lire(cases[rang % colonnes]));
    });
  }

  // The notebook takes plain keys for itself: an arrow would leave the form, D twice would delete the cell.
  function garderLesTouches(formulaire) {
    formulaire.addEventListener("keydown", (touche) => {
      if (seule(touche)) touche.stopPropagation();
    });
    // Notebook 7 reads keys before the form does: the mark by which it leaves one alone is put first of all, once a page.
    if (window.rncpGardeLesTouches) return;
    window.rncpGardeLesTouches = true;
    const marquer = (touche) => {
      const champ = touche.target;
      if (champ.closest?.(".rncp-questionnaire")) champ.toggleAttribute("data-lm-suppress-shortcuts", seule(touche));
    };
    window.addEventListener("keydown", marquer, true);
  }

  function seule(touche) {
    return !touche.ctrlKey && !touche.metaKey && !touche.altKey;
  }

  // A stopped kernel saves nothing and says nothing: every change must be acknowledged.
  function surveillerLesEnregistrements(formulaire) {
    const accuse = formulaire.querySelector(".rncp-accuse");
    if (!accuse) return;
    let alarme = null;
    let dernierGeste = 0;
    let dernierAccuse = 0;
    // ipywidgets holds an answer back while the kernel is busy, but never a click: a quick hand would have the answer
    // before last checked. The click waits until what was typed has arrived.
    const arrive = () => alarme === null && Date.now() - Math.max(dernierGeste, dernierAccuse) > CALME_MS;
    formulaire.addEventListener(
      "click",
      (clic) => {
        const bouton = clic.target.closest(".rncp-bouton");
        if (!bouton || arrive()) return;
        clic.stopImmediatePropagation();
        const limite = Date.now() + DELAI_MS;
        const reprendre = () => {
          if (arrive()) bouton.click();
          else if (Date.now() < limite) setTimeout(reprendre, CALME_MS / 2);
        };
        setTimeout(reprendre, CALME_MS / 2);
      },
      { capture: true },
    );
    const alerte = document.createElement("p");
    alerte.className = "rncp-alerte";
    alerte.setAttribute("role", "alert");
    alerte.textContent = NON_ENREGISTREE;
    formulaire.addEventListener("input", (saisie) => {
      const question = saisie.target.closest(".rncp-question");
      if (!question) return;
      dernierGeste = Date.now();
      alarme = alarme || setTimeout(() => question.appendChild(alerte), DELAI_MS);
    });
    new MutationObserver(() => {
      clearTimeout(alarme);
      alarme = null;
      alerte.remove();
      dernierAccuse = Date.now();
    }).observe(accuse, { childList: true, subtree: true });
  }

  // A slider and the field beside it bear the name written above them.
  function nommerLeCurseur(reglage) {
    const nom = identifiant(reglage.querySelector(".rncp-libelle"));
    reglage.querySelectorAll("input, .noUi-handle").forEach((champ) => champ.setAttribute("aria-labelledby", nom));
  }

  // « Run all » leaves the page on its last cell. Once all is ready, whoever is not answering yet is taken back to the
  // start of the lesson, or of the page. The page bears the mark by which one knows that it is ready.
  function revenirAuDepart(formulaire) {
    const page = formulaire.closest(".jp-Notebook");
    const panneau = page && panneauDe(page);
    if (!panneau || page.dataset.rncp === "attente") return;
    const cahier = panneau.content;
    const derniere = () => cahier.activeCellIndex === cahier.widgets.length - 1;
    if (!derniere()) return;
    page.dataset.rncp = "attente";
    const enCours = () =>
      panneau.sessionContext.session?.kernel?.status !== "idle" ||
      cahier.widgets.some((cellule) => cellule.node.querySelector(".jp-InputArea-prompt")?.textContent.includes("*"));
    const arriver = (calme, essais) => {
      if (essais > 0 && calme < 3) {
        setTimeout(() => arriver(enCours() ? 0 : calme + 1, essais - 1), 100);
        return;
      }
      const repond = document.activeElement?.closest(".rncp-questionnaire");
      if (derniere() && !repond) {
        const depart = cahier.widgets.findIndex((cellule) => cellule.node.querySelector(".rncp-lecon"));
        cahier.activeCellIndex = Math.max(depart, 0);
        cahier.widgets[cahier.activeCellIndex].node.scrollIntoView({ block: "start" });
      }
      page.dataset.rncp = "prete";
    };
    arriver(0, 1200);
  }

  // JupyterLab and Notebook give their panels to the page only when they are configured to.
  function panneauDe(page) {
    const panneaux = window.jupyterapp ? Array.from(window.jupyterapp.shell.widgets("main")) : [];
    return panneaux.find((panneau) => panneau.content?.node === page);
  }

  // Authors type plain spaces: in French none may be the place where a line is cut before « : » or « ? ».
  function typographier(formulaire) {
    const page = formulaire.closest(".jp-Notebook");
    if (!page || page.dataset.rncpEspaces) return;
    page.dataset.rncpEspaces = "fait";
    page.querySelectorAll(".jp-RenderedMarkdown").forEach((texte) => {
      const noeuds = document.createTreeWalker(texte, NodeFilter.SHOW_TEXT);
      while (noeuds.nextNode()) {
        const noeud = noeuds.currentNode;
        if (noeud.parentElement.closest("code")) continue;
        const joli = noeud.data.replace(/ (?=[:;?!»%€])/g, "\u00a0").replace(/« /g, "«\u00a0");
        if (joli !== noeud.data) noeud.data = joli;
      }
    });
  }

  function preparer(formulaire) {
    typographier(formulaire);
    const decrireTout = () => {
      formulaire.querySelectorAll(".rncp-question").forEach(decrire);
      formulaire.querySelectorAll(".rncp-curseur").forEach(nommerLeCurseur);
    };
    decrireTout();
    new MutationObserver(decrireTout).observe(formulaire, { childList: true, subtree: true });
    garderLesTouches(formulaire);
    surveillerLesEnregistrements(formulaire);
    revenirAuDepart(formulaire);
  }

  function attendre(essais) {
    const formulaire = element.closest(".rncp-questionnaire");
    if (formulaire && formulaire.querySelector(".rncp-accuse, .rncp-corps")) preparer(formulaire);
    else if (essais > 0) requestAnimationFrame(() => attendre(essais - 1));
  }
  attendre(600);
})();
