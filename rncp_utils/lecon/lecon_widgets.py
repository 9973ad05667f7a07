"""Widgets around the exercises of a lesson. Imported only when they are to be shown."""

from __future__ import annotations

import ipywidgets as widgets

from rncp_utils.lecon.champs_widgets import avec_classe

# JupyterLab and Notebook give their commands to the page when they are configured to (see the administrator's guide);
# otherwise a sentence names the menu.
# The script may run before its node is in the page (always in Notebook 7): it waits for it.
SCRIPT_DE_DEPART = """(function preparer(essais) {
  const lecon = element.closest('.rncp-lecon');
  if (!lecon || !lecon.querySelector('.rncp-demarrer') || !lecon.querySelector('.rncp-etat')) {
    if (essais > 0) setTimeout(() => preparer(essais - 1), 50);
    return;
  }
  const bouton = lecon.querySelector('.rncp-demarrer');
  const etat = lecon.querySelector('.rncp-etat');
  bouton.addEventListener('click', () => {
    const app = window.jupyterapp;
    if (!app) {
      etat.textContent = '▲ Ouvrez le menu Exécution et choisissez «\\u00a0Exécuter toutes les cellules\\u00a0».';
      return;
    }
    // All cells, this one too: a kernel that was restarted knows nothing of the lesson.
    app.commands.execute('notebook:run-all-cells');
    etat.textContent = 'La leçon se prépare…';
  });
})(100);"""


def depart(contenu: str) -> widgets.Widget:
    """Start of a lesson: what it says, and the button that runs the page."""
    bouton = avec_classe(
        widgets.Button(description="▶ Démarrer la leçon", tooltip="Exécute toutes les parties de la leçon"),
        "rncp-demarrer",
    )
    avec_classe(bouton, "rncp-bouton")
    etat = avec_classe(widgets.HTML('<p class="rncp-etat" role="status"></p>'), "rncp-suivi")
    sortie = {"output_type": "display_data", "data": {"application/javascript": SCRIPT_DE_DEPART}, "metadata": {}}
    script = widgets.Output(outputs=(sortie,), layout={"display": "none"})
    boite = widgets.VBox([widgets.HTML(contenu), widgets.HBox([bouton, etat]), script])
    return avec_classe(avec_classe(boite, "rncp-lecon"), "rncp-questionnaire")
