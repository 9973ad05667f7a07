"""The learner's answers file: written at once, read whatever it contains.

One file a graded cell, ``reponses/<assignment>__<cell>.json`` beside the notebook. The grader reads files that come
from other machines: nothing in their content may stop it. What can be read is kept; the rest is dropped, and each thing
dropped is told by an :class:`Anomalie`.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurDonnees, ErreurRncp
from rncp_utils.fichiers import ecrire_texte, ecriture_atomique
from rncp_utils.lecon.anomalies import Anomalie, decrire, montrer, reponse_ecartee
from rncp_utils.lecon.questions import LONGUEUR

VERSION = 1
DOSSIER = "reponses"
TAILLE_MAX = 256 * 1024
LONGUEUR_MAX = max(LONGUEUR.values())
# Names and options are short; only a written answer is long.
LONGUEUR_D_IDENTIFIANT = 200
# Far above what a cell asks: a file with more entries is not the work of the form.
REPONSES_MAX = 200
COPIES_DITES = 10
MIS_DE_COTE = ".mis-de-cote"

_IDENTIFIANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ENTETE = ("devoir", "cellule", "apprenant", "session", "variante", "enregistre_le")
_SUFFIXE_DE_COPIE = re.compile(
    r"[ _.-]*(\(\d+\)|copy|copie|v\d|version|final|bak|old|ancien|sauvegarde|mis-de-cote|json).*|~|[ .-]+\d+",
    re.IGNORECASE,
)

Reponse = str | list[str] | dict[str, str]


@dataclass(frozen=True)
class Lecture:
    """What was read of an answers file.

    Attributes
    ----------
    reponses : dict
        Answers by question: text, list of texts, texts by element, or finite number. Not yet checked against the
        questions.
    entete : dict
        Texts among ``devoir``, ``cellule``, ``apprenant``, ``session``, ``variante``, ``enregistre_le``.
    anomalies : list of Anomalie
        What was not taken.
    """

    reponses: dict[str, Any] = field(default_factory=dict)
    entete: dict[str, str] = field(default_factory=dict)
    anomalies: list[Anomalie] = field(default_factory=list)


class FichierRefuseError(Exception):
    """The file as a whole cannot be taken."""

    def __init__(self, code: str, probleme: str, suite: str = "aucune réponse n'en est reprise") -> None:
        super().__init__(probleme)
        self.code, self.probleme, self.suite = code, probleme, suite


def chemin_reponses(dossier: Path, devoir: str, cellule: str) -> Path:
    """Path of the answers file of a cell, below the notebook's folder."""
    for nom in (devoir, cellule):
        if not _IDENTIFIANT.fullmatch(nom):
            raise ErreurDonnees(
                f"« {montrer(nom)} » ne peut pas nommer un fichier de réponses : prévenez votre formateur."
            )
    return Path(dossier) / DOSSIER / f"{devoir}__{cellule}.json"


def ecrire_reponses(
    dossier: Path,
    devoir: str,
    cellule: str,
    apprenant: str,
    session: str,
    reponses: Mapping[str, Reponse],
    *,
    variante: str = "",
    instant: datetime | None = None,
) -> Path:
    """Write all the answers of a cell, atomically; return the path of the file.

    Parameters
    ----------
    reponses
        Answers by question: option, list of options, text as it was typed, or texts by element.
    variante
        Variant of the case that was answered; empty when everybody has the same.
    instant
        Time of the record, with its zone; now by default.

    Raises
    ------
    ErreurRncp
        The file could not be written; the French sentence says why and what to do.
    """
    chemin = chemin_reponses(dossier, devoir, cellule)
    instant = instant or datetime.now().astimezone()
    # A lone half of a character, which a keyboard may send, has no UTF-8 form.
    reponses = json.loads(json.dumps(dict(reponses), ensure_ascii=False).encode("utf-8", "replace"))
    contenu = {
        "version": VERSION,
        "devoir": devoir,
        "cellule": cellule,
        "apprenant": apprenant,
        "session": session,
        **({"variante": variante} if variante else {}),
        "enregistre_le": instant.isoformat(timespec="seconds"),
        "reponses": reponses,
    }
    contenu["empreinte"] = empreinte(contenu)
    enregistrer(chemin, json.dumps(contenu, ensure_ascii=False, indent=1) + "\n")
    return chemin


def empreinte(contenu: Mapping[str, Any]) -> str:
    """Digest of an answers file without its own ``empreinte``: a file edited by hand, or renamed, no longer has it.

    Anybody who reads this code can compute it: it is a sign for whoever grades, never a proof.
    """
    reste = {cle: valeur for cle, valeur in contenu.items() if cle != "empreinte"}
    texte = json.dumps(reste, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(texte.encode("ascii")).hexdigest()


def enregistrer(chemin: Path, texte: str) -> None:
    try:
        if chemin.parent.is_symlink():
            raise OSError("the answers folder is a link")
        ecrire_texte(chemin, texte)
    except OSError as erreur:
        raise ErreurRncp(
            f"Votre réponse n'a pas pu être enregistrée dans le dossier « {DOSSIER} » ({_cause(erreur)}) : "
            "gardez cette page ouverte et prévenez la personne qui surveille."
        ) from erreur


def _cause(erreur: OSError) -> str:
    causes = {
        errno.ENOSPC: "le disque est plein",
        errno.EDQUOT: "votre espace de fichiers est plein",
        errno.EACCES: "il est protégé contre l'écriture",
        errno.EPERM: "il est protégé contre l'écriture",
        errno.EROFS: "il est protégé contre l'écriture",
        errno.ENOTDIR: "un fichier porte ce nom",
        errno.EEXIST: "un fichier porte ce nom",
    }
    return causes.get(erreur.errno, "l'écriture a échoué")


def mettre_de_cote(
    dossier: Path, devoir: str, cellule: str, *, instant: datetime | None = None, copie: bool = False
) -> Path:
    """Give the answers file another name, free until now, so that it is kept; return its new path.

    With ``copie``, the file stays in place too.

    Raises
    ------
    OSError
        The file could not be renamed, or copied.
    """
    chemin = chemin_reponses(dossier, devoir, cellule)
    moment = (instant or datetime.now().astimezone()).strftime("%Y%m%d-%H%M%S")
    rang = 1
    while os.path.lexists(cible := chemin.with_name(f"{chemin.stem}{MIS_DE_COTE}-{moment}-{rang}.json")):
        rang += 1
    if not copie:
        return chemin.rename(cible)
    with ecriture_atomique(cible) as temporaire:
        temporaire.write_bytes(chemin.read_bytes())
    return cible


def lire_reponses(dossier: Path, devoir: str, cellule: str) -> Lecture:
    """Read the answers file of a cell. Never raises for what the folder or the file contains."""
    chemin = chemin_reponses(dossier, devoir, cellule)
    autres = list(autres_fichiers(chemin))
    try:
        brut = lire_objet(lire_octets(chemin))
        _verifier_entete(brut, devoir, cellule)
    except FichierRefuseError as refus:
        anomalie = Anomalie(refus.code, f"fichier « {chemin.name} »", refus.probleme, refus.suite)
        return Lecture(anomalies=[anomalie, *autres])
    entete = {
        cle: brut[cle]
        for cle in _ENTETE
        if isinstance(brut.get(cle), str) and _faute_de_texte(brut[cle], LONGUEUR_D_IDENTIFIANT) is None
    }
    reponses, anomalies = _trier(brut.get("reponses"))
    return Lecture(reponses, entete, [*_anomalie_d_empreinte(brut, chemin), *anomalies, *autres])


def _anomalie_d_empreinte(brut: Mapping[str, Any], chemin: Path) -> list[Anomalie]:
    try:
        intacte = brut.get("empreinte") == empreinte(brut)
    except (ValueError, RecursionError):  # an integer too long to be written, data too deep
        intacte = False
    if intacte:
        return []
    probleme = "il a été modifié hors du formulaire"
    return [Anomalie("empreinte", f"fichier « {chemin.name} »", probleme, "ce qui s'y lit est repris, à examiner")]


def lire_octets(chemin: Path, maximum: int = TAILLE_MAX) -> bytes:
    """Bytes of a regular file of at most ``maximum`` bytes, through no symbolic link.

    Raises
    ------
    FichierRefuseError
        As :func:`exiger_un_fichier`, or the file cannot be opened.
    """
    exiger_un_fichier(chemin, maximum)
    try:
        descripteur = os.open(chemin, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descripteur, "rb") as flux:
            return flux.read(maximum)
    except OSError as erreur:
        raise _ferme(erreur) from None


def exiger_un_fichier(chemin: Path, maximum: int = TAILLE_MAX) -> None:
    """Refuse what is not a regular file of at most ``maximum`` bytes, reached through no symbolic link.

    Raises
    ------
    FichierRefuseError
        Before anything is opened: a pipe would never answer.
    """
    try:
        if chemin.parent.is_symlink():
            raise FichierRefuseError("lien", "son dossier est un lien vers un autre endroit")
        etat = chemin.lstat()
    except OSError as erreur:
        raise _ferme(erreur) from None
    if stat.S_ISLNK(etat.st_mode):
        raise FichierRefuseError("lien", "c'est un lien vers un autre fichier")
    if not stat.S_ISREG(etat.st_mode):
        raise FichierRefuseError("pas_un_fichier", "ce n'est pas un fichier ordinaire")
    if etat.st_size > maximum:
        limite = f"{maximum // 1024**2} Mio" if maximum >= 1024**2 else f"{maximum // 1024} Kio"
        raise FichierRefuseError("trop_gros", f"il dépasse {limite}")


def _ferme(erreur: OSError) -> FichierRefuseError:
    if isinstance(erreur, FileNotFoundError | NotADirectoryError):
        suite = "aucune réponse n'a été enregistrée pour cette partie"
        return FichierRefuseError("absent", "il n'existe pas", suite)
    return FichierRefuseError("illisible", f"il ne peut pas être ouvert ({type(erreur).__name__})")


def lire_objet(octets: bytes) -> dict[str, Any]:
    try:
        # Some editors put a byte order mark in front of what they save.
        brut = json.loads(octets.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FichierRefuseError("encodage", "son texte n'est pas en UTF-8") from None
    except RecursionError:
        raise FichierRefuseError("imbrication", "ses données sont imbriquées trop profondément") from None
    except ValueError:  # JSON syntax, or an integer of thousands of digits
        raise FichierRefuseError("json", "son contenu n'est pas du JSON") from None
    if not isinstance(brut, dict):
        raise FichierRefuseError("json", "son contenu n'est pas un objet JSON")
    return brut


def _verifier_entete(brut: Mapping[str, Any], devoir: str, cellule: str) -> None:
    version = brut.get("version")
    if type(version) is not int or version != VERSION:
        lue = "sa version de format manque" if version is None else f"il est au format {decrire(version)}"
        raise FichierRefuseError("version", f"{lue}, et je lis le format {VERSION}")
    for cle, attendu in (("devoir", devoir), ("cellule", cellule)):
        if brut.get(cle) != attendu:
            raise FichierRefuseError(
                cle, f"son en-tête indique {cle} = {decrire(brut.get(cle))} au lieu de « {attendu} »"
            )


def _trier(brut: object) -> tuple[dict[str, Any], list[Anomalie]]:
    """Answers that have a form an answer may have, and what is said of the others."""
    if not isinstance(brut, dict):
        return {}, [
            Anomalie("reponses", "partie « reponses » du fichier", "elle manque", "aucune réponse n'est reprise")
        ]
    anomalies = []
    if len(brut) > REPONSES_MAX:
        probleme = f"il y en a plus de {REPONSES_MAX}"
        anomalies.append(Anomalie("trop_de_reponses", "liste des réponses", probleme, "les suivantes sont écartées"))
    gardees = {}
    for identifiant, valeur in list(brut.items())[:REPONSES_MAX]:
        if faute := _faute_de_texte(identifiant, LONGUEUR_D_IDENTIFIANT) or _faute_de_valeur(valeur):
            anomalies.append(reponse_ecartee(identifiant, *faute))
        else:
            gardees[identifiant] = valeur
    return gardees, anomalies


def _faute_de_valeur(valeur: object) -> tuple[str, str] | None:
    """Code and explanation of what forbids a value to be an answer."""
    if isinstance(valeur, str):
        return _faute_de_texte(valeur)
    if isinstance(valeur, list):
        if not all(isinstance(element, str) for element in valeur):
            return "type", "sa liste contient autre chose que des textes"
        if len(valeur) > REPONSES_MAX:
            return "trop_long", f"sa liste dépasse {REPONSES_MAX} éléments"
        return _premiere_faute(valeur)
    if isinstance(valeur, dict):
        if not all(isinstance(element, str) for element in valeur.values()):
            return "type", "ses cases contiennent autre chose que des textes"
        if len(valeur) > REPONSES_MAX:
            return "trop_long", f"elle dépasse {REPONSES_MAX} cases"
        return _premiere_faute([*valeur, *valeur.values()])
    if isinstance(valeur, bool) or not isinstance(valeur, int | float):
        return "type", "ce n'est ni un texte, ni une liste de textes, ni un tableau, ni un nombre"
    if isinstance(valeur, float) and not math.isfinite(valeur):
        return "non_fini", "ce nombre n'est pas fini"
    return _premiere_faute([str(valeur)])


def _premiere_faute(textes: Iterable[str]) -> tuple[str, str] | None:
    """Of options, cells and numbers, which are all short."""
    return next((faute for texte in textes if (faute := _faute_de_texte(texte, LONGUEUR_D_IDENTIFIANT))), None)


def _faute_de_texte(texte: str, longueur: int = LONGUEUR_MAX) -> tuple[str, str] | None:
    if len(texte) > longueur:
        return "trop_long", f"son texte dépasse {longueur} caractères"
    try:
        texte.encode("utf-8")
    except UnicodeEncodeError:
        return "encodage", "son texte contient un caractère qui n'existe pas"
    return None


def autres_fichiers(chemin: Path) -> Iterator[Anomalie]:
    """Files beside the answers that somebody, or a browser, made out of them."""
    try:
        noms = [] if chemin.parent.is_symlink() else sorted(entree.name for entree in os.scandir(chemin.parent))
    except OSError:
        return
    for nom in [nom for nom in noms if _ressemble(nom, chemin)][:COPIES_DITES]:
        lu = f"fichier « {montrer(nom, 120)} »"
        if nom.startswith(chemin.stem + MIS_DE_COTE):
            yield Anomalie("mis_de_cote", lu, "c'est un ancien fichier de réponses", "il est gardé sans être lu")
        else:
            yield Anomalie("copie", lu, "il ressemble à une copie des réponses", f"seul « {chemin.name} » est lu")


def fichiers_etrangers(dossier: Path, attendus: Iterable[Path]) -> Iterator[Anomalie]:
    """Answers of a copy that belong to none of the files expected: of another assignment, or renamed by hand."""
    attendus = list(attendus)
    connus = {chemin.name for chemin in attendus}
    try:
        noms = (
            [] if (dossier / DOSSIER).is_symlink() else sorted(entree.name for entree in os.scandir(dossier / DOSSIER))
        )
    except OSError:
        return
    noms = [nom for nom in noms if nom.endswith(".json") and not nom.startswith(".") and nom not in connus]
    # A copy of an expected file is told with the part that it copies.
    for nom in [nom for nom in noms if not any(_ressemble(nom, chemin) for chemin in attendus)][:COPIES_DITES]:
        probleme = "il ne correspond à aucune partie de ce devoir"
        yield Anomalie("fichier_etranger", f"fichier « {montrer(nom, 120)} »", probleme, "il est gardé sans être lu")


def _ressemble(nom: str, chemin: Path) -> bool:
    avant, trouve, apres = nom.partition(chemin.stem)
    if not trouve or nom == chemin.name or nom.startswith("."):
        return False
    if avant:
        return re.fullmatch(r"(copie|copy)\b.*", avant, re.IGNORECASE) is not None
    return _SUFFIXE_DE_COPIE.fullmatch(apres.removesuffix(".json")) is not None
