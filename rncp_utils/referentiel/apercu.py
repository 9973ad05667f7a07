"""Ce qu'une proposition non confirmée dit déjà : de quoi estimer ce que le cours en couvre, rien d'autre."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pydantic import ConfigDict

from rncp_utils.erreurs import ErreurListe
from rncp_utils.modeles import lire_modele
from rncp_utils.referentiel.controles import fautes_de_structure
from rncp_utils.referentiel.marques import A_CONFIRMER, PROPOSITION, est_marque
from rncp_utils.referentiel.modele import (
    EXEMPLES,
    Bloc,
    Certification,
    CodeFiche,
    Competence,
    Evaluation,
    ListeRemplie,
    Modele,
    Referentiel,
    Texte,
    Validite,
)
from rncp_utils.yaml_strict import lire_yaml


class _Identite(Modele):
    model_config = ConfigDict(extra="ignore")

    code: CodeFiche
    intitule: Texte


class _Structure(Modele):
    """The part of a sheet that a coverage needs."""

    model_config = ConfigDict(extra="ignore")

    certification: _Identite
    blocs: ListeRemplie[Bloc]
    competences: ListeRemplie[Competence]
    evaluations: ListeRemplie[Evaluation]


def est_une_proposition(chemin: Path) -> bool:
    """Vrai pour un fichier écrit par ``rncp referentiel charger`` et pas encore confirmé."""
    contenu = lire_yaml(chemin).contenu
    return isinstance(contenu, dict) and PROPOSITION in contenu


def apercu(chemin: Path) -> Referentiel:
    """Fiche partielle d'une proposition : identité, blocs, compétences, épreuves et fin d'enregistrement.

    Ce qui est deviné est pris tel quel ; les autres champs n'existent pas. À ne montrer que comme une estimation.

    Raises
    ------
    ErreurListe
        Il manque des blocs, des compétences ou des épreuves, ou leurs codes ne s'accordent pas.
    """
    lu = lire_yaml(chemin)
    contenu = _sans_marque(lu.contenu)
    structure, fautes = lire_modele(_Structure, contenu, exemples=EXEMPLES)
    fautes = [*lu.fautes, *fautes, *fautes_de_structure(contenu)]
    if fautes or structure is None:
        raise ErreurListe(f"La proposition {chemin.name} ne permet pas encore d'estimer une couverture :", fautes)
    validite = contenu.get("validite")
    fin = validite.get("fin") if isinstance(validite, dict) else None
    return Referentiel.model_construct(
        certification=Certification.model_construct(**structure.certification.model_dump()),
        blocs=structure.blocs,
        competences=structure.competences,
        evaluations=structure.evaluations,
        validite=Validite.model_construct(debut=None, fin=fin if type(fin) is dt.date else None),
    )


def _sans_marque(valeur: Any) -> Any:
    """The guesses without their marks; a guessed number or truth value becomes one."""
    if isinstance(valeur, dict):
        return {cle: _sans_marque(champ) for cle, champ in valeur.items()}
    if isinstance(valeur, list):
        return [_sans_marque(element) for element in valeur]
    if not est_marque(valeur) or not valeur.strip().lower().startswith(A_CONFIRMER):
        return valeur
    texte = valeur.partition(":")[2].strip()
    return True if texte == "true" else int(texte) if texte.isdecimal() else texte
