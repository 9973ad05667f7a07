"""Sentences for files that cannot be read: what was read, what is wrong, what to do."""

from __future__ import annotations

from pathlib import Path

from rncp_utils.erreurs import ErreurDonnees, ErreurListe

TAILLE_MAX = 200 * 1024 * 1024
FAUTES_MAX = 20


def refuser(chemin: Path | str, probleme: str, conseil: str) -> ErreurDonnees:
    """One sentence about a whole file."""
    nom = chemin.name if isinstance(chemin, Path) else chemin
    return ErreurDonnees(f"Le fichier « {nom} » {probleme} ; {conseil}.")


def refuser_fautes(nom: str, fautes: list[str]) -> ErreurDonnees:
    """One sentence for one fault, all of them at once otherwise."""
    if len(fautes) == 1:
        return ErreurDonnees(f"Le fichier « {nom} » ne peut pas être lu : {fautes[0]}.")
    reste = len(fautes) - FAUTES_MAX
    montrees = fautes[:FAUTES_MAX] + ([f"et {reste} autres"] if reste > 0 else [])
    return ErreurListe(f"Le fichier « {nom} » ne peut pas être lu :", montrees)


def taille_acceptee(chemin: Path) -> int:
    """Size of the file in bytes; refuses a missing, empty or huge one before anything is loaded."""
    try:
        taille = chemin.stat().st_size
    except OSError:
        raise refuser(chemin, "est introuvable", "vérifiez son nom et son dossier") from None
    if not chemin.is_file():
        raise refuser(chemin, "n'est pas un fichier", "donnez le chemin d'un document")
    if taille == 0:
        raise refuser(chemin, "est vide", "demandez-en un nouvel export")
    return taille


def refuser_trop_gros(chemin: Path, taille: int) -> None:
    """Refuse what no liasse nor set of bilans can weigh."""
    if taille > TAILLE_MAX:
        raise refuser(
            chemin,
            f"pèse {taille // 1024**2} Mo, plus que les {TAILLE_MAX // 1024**2} Mo admis",
            "découpez-le ou vérifiez que c'est le bon document",
        )
