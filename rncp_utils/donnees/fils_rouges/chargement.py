"""Reading of the thread cases."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from rncp_utils.donnees.fils_rouges.coherence import fautes_de_la_fiche
from rncp_utils.donnees.fils_rouges.modele import EXEMPLES, Fiche
from rncp_utils.donnees.fils_rouges.objets import Cas
from rncp_utils.erreurs import ErreurDonnees, ErreurListe
from rncp_utils.modeles import lire_modele
from rncp_utils.yaml_strict import lire_yaml

DOSSIER = Path(__file__).parents[1] / "cas"


def lister_cas() -> tuple[str, ...]:
    """Codes des cas fils rouges livrés, dans l'ordre.

    >>> lister_cas()[:2]
    ('CAS-01', 'CAS-02')
    """
    return tuple(sorted(chemin.stem.upper().replace("CAS", "CAS-") for chemin in DOSSIER.glob("cas*.yaml")))


@cache
def cas(code: str) -> Cas:
    """Cas fil rouge du cours : identité, liasses de trois exercices, foyer, projets, comptes, crédits, risque.

    Parameters
    ----------
    code : str
        Un des codes de :func:`lister_cas`.

    Returns
    -------
    Cas
        Objet figé ; ``exercices`` va de « N-2 » à « N ». Tout client est fictif.

    Raises
    ------
    ErreurDonnees
        Code inconnu : le message cite les codes livrés.
    ErreurListe
        Fichier mal formé ou comptes qui ne tiennent pas : toutes les fautes, en une fois.

    >>> delmas = cas("CAS-04")
    >>> delmas.denomination, delmas.exercices["N"]["FL"]
    ('Garage Delmas Automobiles', 1747000)
    """
    return Cas.depuis(valider(contenu(code), f"Le cas {code} est refusé :"))


def contenu(code: str) -> dict[str, Any]:
    """Raw content of the file of a case."""
    if code not in lister_cas():
        raise ErreurDonnees(f"Je ne connais pas le cas « {code} » ; choisissez {', '.join(lister_cas())}.")
    return lire_fiche(DOSSIER / f"{code.replace('-', '').lower()}.yaml")


def lire_fiche(chemin: Path) -> dict[str, Any]:
    """Content of a file, refused if it repeats a field or holds no fields at all."""
    lu = lire_yaml(chemin, decimaux=False)
    fautes = list(lu.fautes)
    if not isinstance(lu.contenu, dict):
        fautes.append("le fichier doit contenir des champs, un par ligne, « nom: valeur ».")
    if fautes:
        raise ErreurListe(f"Le fichier {chemin.name} est refusé :", fautes)
    return lu.contenu


def valider(contenu: dict[str, Any], titre: str) -> Fiche:
    """A raw content as a checked :class:`Fiche`; every fault of form, then every fault of the accounts."""
    fiche, fautes = lire_modele(Fiche, contenu, exemples=EXEMPLES)
    if fiche is None:
        raise ErreurListe(titre, fautes)
    if fautes := fautes_de_la_fiche(fiche):
        raise ErreurListe(titre, fautes)
    return fiche
