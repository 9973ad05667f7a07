"""What stopped a copy, or the run, in one French sentence."""

from __future__ import annotations

import errno

from rncp_utils.erreurs import ErreurRncp

REPRISE = "puis relancez la commande ; elle reprendra où elle en est."


class ArretError(Exception):
    """Nothing more can be graded: the message is the French sentence to show."""


def arret_de(erreur: BaseException) -> str:
    """Sentence for an error that would stop every copy; empty when it is the copy's own."""
    if type(erreur).__name__ == "ErreurIsolation":
        return str(erreur)
    if type(erreur).__name__ == "NoSuchKernel":
        return "Le noyau de correction est introuvable : installez de nouveau la bibliothèque (pip install -e .)."
    for cause in _causes(erreur):
        texte = str(cause).lower()
        if getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "disk is full" in texte:
            return f"Le disque est plein : libérez de la place, {REPRISE}"
        if "database is locked" in texte or "database table is locked" in texte:
            return (
                "Le carnet de notes est occupé par un autre programme depuis trop longtemps : fermez ce qui l'utilise, "
                + REPRISE
            )
        if type(cause).__name__ in ("OperationalError", "DatabaseError") and hasattr(cause, "orig"):
            return (
                f"Le carnet de notes ne répond pas ({_premiere_ligne(cause.orig)}) : vérifiez son adresse "
                "(c.CourseDirectory.db_url) et ses droits, puis relancez la commande."
            )
        if getattr(cause, "errno", None) == errno.EROFS:
            return "Le dossier du cours est protégé contre l'écriture : changez ses droits, puis relancez la commande."
    return ""


def echec_de(erreur: BaseException) -> str:
    """Sentence for a copy that could not be graded."""
    if isinstance(erreur, ErreurRncp):
        return str(erreur)
    return (
        f"La copie n'a pas pu être corrigée ({type(erreur).__name__} : {_premiere_ligne(erreur)}) : "
        "elle est à examiner, rien n'en est noté."
    )


def _causes(erreur: BaseException | None):
    while erreur is not None:
        yield erreur
        yield from filter(None, [getattr(erreur, "orig", None)])
        erreur = erreur.__cause__ or erreur.__context__


def _premiere_ligne(erreur: object) -> str:
    lignes = str(erreur).strip().splitlines()
    return lignes[0][:200] if lignes else type(erreur).__name__
