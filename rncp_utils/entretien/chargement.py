"""Reads a scenario and its hidden truth, and refuses them with all their faults said at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from rncp_utils.entretien.coherence import fautes_de_la_verite
from rncp_utils.entretien.comite import fautes_du_comite
from rncp_utils.entretien.graphe import fautes_du_graphe
from rncp_utils.entretien.modele import SOMMATIF, Scenario
from rncp_utils.entretien.verite import EXEMPLES, Modele, Verite
from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.modeles import lire_modele
from rncp_utils.yaml_strict import lire_yaml

LIVRES = Path(__file__).with_name("scenarios")
FICHIER_SCENARIO = "scenario.yaml"

_M = TypeVar("_M", bound=Modele)


def scenarios_livres() -> list[str]:
    """Names of the scenarios that come with the library: training ones, never graded ones."""
    return sorted(chemin.stem.upper() for chemin in LIVRES.glob("*.yaml"))


def charger_scenario(scenario: str | Path, *, verite: Path | str | None = None) -> Scenario:
    """A scenario, checked from end to end.

    Parameters
    ----------
    scenario
        Name of a scenario of the library (``"S1"``), or path of a YAML file.
    verite
        Path of the hidden truth, for a scenario that does not hold it.

    Raises
    ------
    ErreurDonnees
        No such scenario.
    ErreurListe
        Faults of form, of the graph, or between the scenario and its truth: each in one French sentence.

    Examples
    --------
    >>> charger_scenario("S1").personnage.nom
    'Élise Marchand'
    """
    chemin = _chemin(scenario)
    lu, fautes = _lire(chemin, Scenario)
    if lu is not None and lu.verite is not None and (lu.usage == SOMMATIF or verite is not None):
        fautes.append("la vérité d'un scénario noté ne voyage pas avec lui ; gardez-la dans le seul « verite.yaml ».")
    if verite is not None:
        cachee, de_verite = _lire(Path(verite), Verite)
        fautes += de_verite
        if lu is not None and cachee is not None:
            lu = lu.model_copy(update={"verite": cachee})
    if lu is not None and lu.comite is not None and lu.usage == SOMMATIF:
        fautes.append("un comité dit ses règles et ses réponses : il ne sert qu'à l'entraînement.")
    if lu is not None:
        fautes += verifier(lu)
    if fautes or lu is None:
        raise ErreurListe(f"Le scénario {chemin.name} est refusé :", fautes)
    return lu


def verifier(scenario: Scenario) -> list[str]:
    """Faults of a scenario whose form is right."""
    fautes = fautes_du_graphe(scenario)
    # A path can be replayed only in a graph that holds.
    if scenario.verite is not None and not fautes:
        fautes += fautes_de_la_verite(scenario, scenario.verite)
    if scenario.comite is not None and not fautes:
        fautes += fautes_du_comite(scenario)
    return fautes


def _chemin(scenario: str | Path) -> Path:
    livre = LIVRES / f"{str(scenario).lower()}.yaml"
    if isinstance(scenario, str) and livre.parent == LIVRES and livre.exists():
        return livre
    chemin = Path(scenario)
    if chemin.suffix in (".yaml", ".yml") and chemin.exists():
        return chemin
    raise ErreurDonnees(
        f"Je ne trouve pas le scénario « {scenario} » ; choisissez {', '.join(scenarios_livres())}, "
        f"ou placez « {FICHIER_SCENARIO} » à côté du notebook."
    )


def _lire(chemin: Path, modele: type[_M]) -> tuple[_M | None, list[str]]:
    """A YAML file as a model, or None and why not."""
    fichier = lire_yaml(chemin, decimaux=False)
    fautes: list[str] = [f"{chemin.name}, {faute}" for faute in fichier.fautes]
    contenu: Any = fichier.contenu
    if not isinstance(contenu, dict):
        return None, [*fautes, f"{chemin.name} : il doit contenir des champs, un par ligne, « nom: valeur »."]
    lu, siennes = lire_modele(modele, contenu, exemples=EXEMPLES)
    return lu, [*fautes, *siennes]
