"""Une proposition de fiche : ce qui a été lu, ce qui a été deviné (« à confirmer »), ce qui manque (« à compléter »).

A proposal is our YAML with marks in it; it loads nowhere until a person has confirmed it (see ``confirmation``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.fautes import fautes_en_francais
from rncp_utils.fichiers import ecrire_texte
from rncp_utils.referentiel.controles import fautes_croisees
from rncp_utils.referentiel.france_competences import lire_fiche, numero_de_fiche
from rncp_utils.referentiel.marques import A_COMPLETER, A_CONFIRMER, PROPOSITION, marques
from rncp_utils.referentiel.modele import EXEMPLES, Referentiel
from rncp_utils.referentiel.traduction import traduire
from rncp_utils.typographie import compter
from rncp_utils.yaml_strict import lire_yaml

_EN_TETE = f"""\
# PROPOSITION : rien n'est installé, aucune fiche n'est changée.
#
# « {A_CONFIRMER} : … » a été deviné : relisez la fiche publiée, corrigez, puis ôtez « {A_CONFIRMER} : »
# (pour un nombre, une date ou true, ôtez aussi les guillemets).
# « {A_COMPLETER} » n'a pas pu être lu : écrivez la valeur d'après la fiche publiée. N'inventez rien.
# Les codes B1, C1, A1, B1-QST sont internes au parcours ; celui d'une épreuve est aussi le dossier de son devoir.
# Quand plus rien n'est marqué : rncp referentiel confirmer <ce fichier>
"""


@dataclass(frozen=True)
class Proposition:
    """Contenu d'une proposition et ce qu'il faut en dire.

    Attributes
    ----------
    contenu
        Champs de la fiche, plus le bloc « proposition » (source, état de l'enregistrement, découpes, textes lus).
    fautes
        Ce que le contrôle refuse déjà, hors marques : une phrase chacune.
    """

    code: str
    contenu: dict[str, Any]
    fautes: tuple[str, ...] = ()

    @property
    def a_confirmer(self) -> int:
        """Nombre de valeurs devinées."""
        return sum(texte.lower().startswith(A_CONFIRMER) for _, texte in marques(self._fiche()))

    @property
    def a_completer(self) -> int:
        """Nombre de valeurs manquantes."""
        return sum(texte.lower().startswith(A_COMPLETER) for _, texte in marques(self._fiche()))

    def _fiche(self) -> dict[str, Any]:
        return sans_provenance(self.contenu)


def sans_provenance(contenu: dict[str, Any]) -> dict[str, Any]:
    """La fiche seule, sans le bloc « proposition »."""
    return {cle: valeur for cle, valeur in contenu.items() if cle != PROPOSITION}


def etat_de_l_enregistrement(fin: dt.date | None, jour: dt.date) -> str:
    """Une phrase : en cours ou terminé, d'après la date de fin."""
    if fin is None:
        return "Date de fin d'enregistrement non lue : l'état de la fiche est à vérifier."
    if fin < jour:
        return (
            f"Enregistrement terminé le {fin:%d/%m/%Y} : cette fiche ne mène plus à une certification pour une entrée "
            "nouvelle."
        )
    return f"Enregistrement en cours jusqu'au {fin:%d/%m/%Y}."


def proposer(chemin: Path | str, *, demandee: str = "", jour: dt.date | None = None) -> Proposition:
    """Lit une fiche et en fait une proposition ; rien n'est écrit.

    Parameters
    ----------
    chemin : Path or str
        Fiche de France compétences (``.xml``, ou l'archive ``.zip``), ou fiche de la bibliothèque (``.yaml``).
    demandee : str
        Numéro de la fiche voulue, si le fichier en contient plusieurs.
    jour : date, optional
        Jour de la lecture ; par défaut, aujourd'hui.

    Raises
    ------
    ErreurDonnees, ErreurListe
        Fichier d'une autre nature, illisible, sans bloc, ou dont des codes sont en double.
    """
    chemin, jour = Path(chemin), jour or dt.date.today()
    nature = chemin.suffix.lower()
    if nature in (".xml", ".zip"):
        lue = lire_fiche(chemin, demandee)
        return Proposition(lue.numero, traduire(lue, jour, etat_de_l_enregistrement))
    if nature in (".yaml", ".yml"):
        return _depuis_yaml(chemin, numero_de_fiche(demandee), jour)
    raise ErreurDonnees(
        f"Le fichier « {chemin.name} » n'est ni une fiche .yaml, ni un fichier .xml ou .zip de France compétences ; "
        "donnez l'un d'eux."
    )


def ecrire_proposition(proposition: Proposition, sortie: Path, *, remplacer: bool = False) -> None:
    """Écrit une proposition ; ErreurDonnees si le fichier existe : quelqu'un y a peut-être déjà travaillé."""
    if sortie.exists() and not remplacer:
        raise ErreurDonnees(
            f"« {sortie} » existe déjà, peut-être avec des relectures ; donnez un autre nom avec --sortie, ou "
            "--remplacer pour l'écraser."
        )
    ecrire_texte(sortie, f"{_EN_TETE}\n{en_yaml(proposition.contenu)}")


def en_yaml(contenu: dict[str, Any]) -> str:
    """Texte YAML d'une fiche, champs dans l'ordre donné."""
    return yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False, width=110)


def _depuis_yaml(chemin: Path, demandee: str, jour: dt.date) -> Proposition:
    lu = lire_yaml(chemin)
    if not isinstance(lu.contenu, dict):
        raise ErreurDonnees(f"Le fichier {chemin.name} ne contient pas de champs : ce n'est pas une fiche.")
    if PROPOSITION in lu.contenu:
        raise ErreurDonnees(
            f"Le fichier {chemin.name} est déjà une proposition ; relisez-la, puis lancez "
            f"« rncp referentiel confirmer {chemin.name} »."
        )
    contenu, fautes = lu.contenu, list(lu.fautes)
    code = str(_champ(contenu, "certification", "code") or "")
    if demandee and code != demandee:
        raise ErreurDonnees(f"Le fichier {chemin.name} donne la fiche {code or 'sans code'}, et non la {demandee}.")
    fautes += _completer(contenu)
    fautes += _sans_marque(fautes_croisees(contenu))
    fin = _champ(contenu, "validite", "fin")
    provenance = {
        "source": f"{chemin.name}, SHA-256 {lu.empreinte}",
        "lue_le": jour,
        "etat": etat_de_l_enregistrement(fin if type(fin) is dt.date else None, jour),
    }
    return Proposition(code, {PROPOSITION: provenance} | contenu, tuple(fautes))


def _champ(contenu: dict[str, Any], groupe: str, cle: str) -> Any:
    champs = contenu.get(groupe)
    return champs.get(cle) if isinstance(champs, dict) else None


def _completer(contenu: dict[str, Any]) -> list[str]:
    """Mark each missing value in place; give a sentence for each value that is there and wrong."""
    avant = _fautes(contenu)
    for faute in avant.errors(include_url=False) if avant else ():
        vide = faute["type"] == "too_short" and not faute["input"]
        if vide or faute["type"] == "missing" or faute["input"] is None:
            *chemin, cle = faute["loc"]
            reduce(getitem, chemin, contenu)[cle] = [A_COMPLETER] if vide else A_COMPLETER
    erreur = _fautes(contenu)
    return _sans_marque(fautes_en_francais(erreur, contenu, exemples=EXEMPLES)) if erreur else []


def _fautes(contenu: dict[str, Any]) -> ValidationError | None:
    try:
        Referentiel.model_validate(contenu)
    except ValidationError as erreur:
        return erreur
    return None


def _sans_marque(phrases: list[str]) -> list[str]:
    return [phrase for phrase in phrases if A_CONFIRMER not in phrase and A_COMPLETER not in phrase]


def refuser_les_marques(contenu: dict[str, Any], nom: str) -> None:
    """Lève ErreurListe, avec chaque valeur encore marquée, si une personne n'a pas fini de relire."""
    restent = list(marques(sans_provenance(contenu)))
    if restent:
        raise ErreurListe(
            f"La proposition {nom} n'est pas confirmée ; il reste à relire {compter(len(restent), 'valeur')} :",
            [f"{lieu} : {texte}" for lieu, texte in restent],
        )
