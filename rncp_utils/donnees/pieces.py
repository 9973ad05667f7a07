"""Documents comptables tels qu'une banque les reçoit : fichiers d'exercice, tous fictifs."""

from __future__ import annotations

from pathlib import Path

from rncp_utils.erreurs import ErreurDonnees

DOSSIER = Path(__file__).with_name("documents")
# Name in the course, file, what it is.
_DOCUMENTS = {
    "fec_clair": ("999319106FEC20241231.txt", "FEC d'un négoce, UTF-8, tabulations"),
    "fec_latin": ("999319114FEC20241231.txt", "FEC d'un négoce, ISO 8859-15, barres verticales"),
    "fec_a_controler": ("999319122FEC20241231.txt", "FEC d'un négoce, à contrôler avant usage"),
    "inpi_complet": ("bilans_complets.xml", "bilans saisis de l'INPI, type C : Garage Delmas, deux exercices"),
    "inpi_simplifie": ("bilan_simplifie.xml", "bilan saisi de l'INPI, type S : Le Fournil d'Élise"),
    "declaration_2035": ("declaration_2035.csv", "2035 de Sophie Nouri, tableau CSV"),
    "liasse_xlsx": ("liasse.xlsx", "liasse du régime normal d'Optique Vasseur, classeur avec sa colonne N-1"),
    "liasse_a_controler": ("liasse_a_controler.csv", "liasse d'Optique des Halles, à contrôler avec la précédente"),
    "liasse_recue_1": (
        "liasse_recue_1.csv",
        "liasse d'un client du portefeuille, telle qu'il l'a envoyée, à contrôler",
    ),
    "liasse_recue_2": ("liasse_recue_2.csv", "liasse d'un autre client, avec sa colonne N-1, à contrôler"),
    "liasse_precedente": ("liasse_precedente.csv", "liasse d'Optique des Halles, exercice précédent"),
}


def lister_documents() -> dict[str, str]:
    """Noms des documents livrés, et ce que chacun est.

    >>> lister_documents()["declaration_2035"]
    '2035 de Sophie Nouri, tableau CSV'
    """
    return {nom: description for nom, (_, description) in _DOCUMENTS.items()}


def document(nom: str) -> Path:
    """Chemin d'un document livré, à lire avec :func:`rncp_utils.entreprise.lire_document`.

    Parameters
    ----------
    nom : str
        Un des noms de :func:`lister_documents`.

    Raises
    ------
    ErreurDonnees
        Nom inconnu : le message cite les noms livrés.

    >>> document("fec_clair").name
    '999319106FEC20241231.txt'
    """
    if nom not in _DOCUMENTS:
        raise ErreurDonnees(f"Je ne connais pas le document « {nom} » ; choisissez {', '.join(_DOCUMENTS)}.")
    return DOSSIER / _DOCUMENTS[nom][0]
