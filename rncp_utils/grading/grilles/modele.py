"""Une grille d'observation : cellules du devoir, compétences, critères observables et niveaux."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from rncp_utils.erreurs import ErreurListe, ErreurSchema
from rncp_utils.modeles import Modele, lire_modele
from rncp_utils.referentiel import Referentiel, charger_referentiel
from rncp_utils.yaml_strict import lire_yaml

DOSSIER = Path(__file__).parent
# Shared by every criterion of every grid: an expert reads them once.
NIVEAUX = {0: "absent", 1: "partiel, avec aide", 2: "conforme", 3: "conforme et adapté à l'imprévu"}
NIVEAU_MAX = max(NIVEAUX)

_Texte = Annotated[str, Field(pattern=r"\S")]
_Identifiant = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Critere(Modele):
    """Ce qui se voit ou s'entend ; ``repere`` dit ce qui vaut « conforme »."""

    id: _Identifiant
    texte: _Texte
    repere: _Texte


class CelluleObservee(Modele):
    """Cellule du devoir que l'observation note, la compétence qu'elle prouve et ses critères."""

    cellule: _Identifiant
    competence: _Texte
    titre: _Texte
    criteres: Annotated[tuple[Critere, ...], Field(strict=False, min_length=1)]


class Grille(Modele):
    """Grille d'un devoir. S'obtient par :func:`charger_grille`.

    Examples
    --------
    >>> grille = charger_grille("B4-MES")
    >>> grille.grille, [(c.cellule, c.competence, len(c.criteres)) for c in grille.cellules]
    ('O-B4', [('m4_obs_crise', 'C21', 4), ('m4_obs_recl', 'C22', 2)])
    """

    grille: _Texte
    devoir: _Texte
    titre: _Texte
    cellules: Annotated[tuple[CelluleObservee, ...], Field(strict=False, min_length=1)]

    @property
    def criteres(self) -> dict[str, Critere]:
        """Critères par identifiant, dans l'ordre de la grille."""
        return {critere.id: critere for cellule in self.cellules for critere in cellule.criteres}

    def cellule_de(self, critere: str) -> CelluleObservee:
        """Cellule à laquelle un critère appartient."""
        return next(cellule for cellule in self.cellules if critere in {c.id for c in cellule.criteres})


def devoirs_observes() -> tuple[str, ...]:
    """Devoirs qui ont une grille, dans l'ordre."""
    return tuple(sorted(chemin.stem for chemin in DOSSIER.glob("*.yaml")))


@cache
def charger_grille(devoir: str) -> Grille:
    """Grille d'un devoir.

    Raises
    ------
    ErreurSchema
        Le devoir n'a pas de grille.
    ErreurListe
        Le fichier est mal formé ou ne convient pas à la fiche : toutes les fautes, en une fois.
    """
    if devoir not in devoirs_observes():
        connus = ", ".join(devoirs_observes())
        raise ErreurSchema(f"Le devoir « {devoir} » n'a pas de grille d'observation : choisissez parmi {connus}.")
    return lire_grille(DOSSIER / f"{devoir}.yaml", charger_referentiel())


def lire_grille(chemin: Path, referentiel: Referentiel) -> Grille:
    """Grille d'un fichier, confrontée à la fiche ; voir :func:`charger_grille`."""
    lu = lire_yaml(chemin)
    titre = f"La grille {chemin.name} est refusée, corrigez chacune de ces fautes :"
    grille, fautes = lire_modele(Grille, lu.contenu)
    fautes = [*lu.fautes, *fautes, *(_fautes_croisees(grille, referentiel) if grille else ())]
    if grille is None or fautes:
        raise ErreurListe(titre, fautes)
    return grille


def _fautes_croisees(grille: Grille, referentiel: Referentiel) -> Iterator[str]:
    noms: list[Any] = [critere.id for cellule in grille.cellules for critere in cellule.criteres]
    noms += [cellule.cellule for cellule in grille.cellules]
    for nom, nombre in Counter(noms).items():
        if nombre > 1:
            yield f"« {nom} » est écrit {nombre} fois ; donnez un nom propre à chaque critère et à chaque cellule."
    if grille.devoir not in referentiel.codes_evaluations:
        yield f"devoir : « {grille.devoir} » n'est pas une épreuve de la fiche ; corrigez son code."
        return
    epreuve = referentiel.evaluation(grille.devoir)
    if not epreuve.expert_metier:
        yield f"devoir : la fiche ne prévoit pas d'expert métier pour {epreuve.code} ; ôtez cette grille."
    du_bloc = referentiel.bloc(epreuve.bloc).competences
    for cellule in grille.cellules:
        if cellule.competence not in du_bloc:
            yield (
                f"{cellule.cellule} : « {cellule.competence} » n'est pas une compétence du bloc {epreuve.bloc} "
                f"({', '.join(du_bloc)}) ; corrigez-la."
            )
