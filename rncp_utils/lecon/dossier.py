"""What an assignment gives to the owner of a copy: a case or a portfolio with figures of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rncp_utils.lecon.identite import apprenant
from rncp_utils.lecon.jeu import FICHIER_QUESTIONS, charger_questions

if TYPE_CHECKING:
    from rncp_utils.donnees.agence.extraits import Extrait
    from rncp_utils.donnees.fils_rouges.objets import Cas
    from rncp_utils.donnees.suivi import Suivi

# In ``source/``, an author sees the portfolio of nobody in particular.
AUTEUR, BROUILLON = "auteur", "brouillon"


def mon_cas(code: str, *, dossier: Path | str = ".") -> Cas:
    """Cas du devoir, avec les chiffres propres à l'apprenant : la variante que le correcteur retrouve.

    Le devoir et la session sont lus dans ``questions.json``, à côté du notebook. Dans ``source/``, où ce fichier
    n'existe pas encore, c'est le cas du cours, tel que les leçons le montrent.

    Parameters
    ----------
    code : str
        Code du cas, par exemple ``"CAS-04"``.

    Raises
    ------
    ErreurDonnees
        Cas inconnu, ou ``questions.json`` illisible.
    """
    from rncp_utils.donnees import cas, variante

    chemin = Path(dossier) / FICHIER_QUESTIONS
    if not chemin.exists():
        return cas(code)
    jeu = charger_questions(chemin)
    return variante(code, apprenant(), jeu.devoir, jeu.session)


def mon_portefeuille(*, dossier: Path | str = ".") -> Extrait:
    """Portefeuille du devoir, tiré pour l'apprenant parmi les clients de l'agence fictive.

    Comme :func:`mon_cas`, l'apprenant, le devoir et la session décident du tirage ; dans ``source/``, c'est un
    portefeuille d'essai.
    """
    from rncp_utils.donnees.agence.extraits import portefeuille_de

    chemin = Path(dossier) / FICHIER_QUESTIONS
    if not chemin.exists():
        return portefeuille_de(AUTEUR, AUTEUR, BROUILLON)
    jeu = charger_questions(chemin)
    return portefeuille_de(apprenant(), jeu.devoir, jeu.session)


def mon_suivi(*, dossier: Path | str = ".") -> Suivi:
    """Suivi de risque du devoir, tiré pour l'apprenant : garanties, pièces, ligne et clients de :func:`suivi_de`.

    Comme :func:`mon_cas`, l'apprenant, le devoir et la session décident du tirage ; dans ``source/``, c'est un suivi
    d'essai, sur le cas du cours.
    """
    from rncp_utils.donnees.suivi import suivi_de, suivi_du_cours

    chemin = Path(dossier) / FICHIER_QUESTIONS
    if not chemin.exists():
        return suivi_du_cours()
    jeu = charger_questions(chemin)
    return suivi_de(apprenant(), jeu.devoir, jeu.session)
