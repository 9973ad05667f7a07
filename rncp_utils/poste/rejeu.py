"""Plays the journal of a file again on a new database: what the file says of its own state is never believed.

The file comes from another machine. Its bytes are read through no link, up to a size; they are opened in memory, where
nothing is written, no lock is taken and no file beside them is followed; its schema must be ours, word for word, so
that no trigger, view or computed column of a stranger is run.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rncp_utils.lecon.anomalies import Anomalie, decrire, montrer
from rncp_utils.lecon.reponses import LONGUEUR_D_IDENTIFIANT, FichierRefuseError, lire_octets
from rncp_utils.poste import base, journal
from rncp_utils.poste.poste import Poste, identifier
from rncp_utils.poste.situation import Situation
from rncp_utils.poste.tables import COMPAREES, METADATA

RIEN = "rien n'en est repris ; une personne doit l'examiner"
ABSENT = "absent"
_TEXTES = ("devoir", "cellule", "apprenant", "session", "situation", "debut")
_ATTENDUS = {
    "devoir": "l'épreuve",
    "cellule": "la partie",
    "apprenant": "l'apprenant",
    "situation": "la situation",
}
# Far above what the workstation writes.
LIGNES_D_UNE_TABLE = 5_000
LONGUEUR_JSON = 100_000
# Steps of SQLite's machine before a file is given up.
_PAS, _PAS_MAX = 100_000, 1_000
DITES_MAX = 5


@dataclass(frozen=True)
class Journal:
    """A file as it was found.

    Attributes
    ----------
    identite : dict or None
        Whose it says it is; None when nothing could be read.
    lignes : tuple of dict
        Rows of its journal.
    tables : Mapping[str, list of tuple]
        Rows of the tables that a replay is compared with.
    anomalies : tuple of Anomalie
        What was odd.
    """

    identite: dict[str, Any] | None = None
    lignes: tuple[dict[str, Any], ...] = ()
    tables: Mapping[str, list[tuple]] = field(default_factory=dict, repr=False)
    anomalies: tuple[Anomalie, ...] = ()


@dataclass(frozen=True)
class Rejeu:
    """A journal played again.

    Attributes
    ----------
    poste : Poste
        Workstation in memory, in the state that its actions give: the only one that may be graded.
    refusees : tuple of dict
        Rows that the file says accepted, and that are refused.
    anomalies : tuple of Anomalie
        What could not be taken, or must be looked at.
    ecart : bool
        Whether the tables of the file are not those that its actions give.
    """

    poste: Poste
    refusees: tuple[dict[str, Any], ...] = ()
    anomalies: tuple[Anomalie, ...] = ()
    ecart: bool = False


def lire_journal_de(chemin: Path | str) -> Journal:
    """Read a file of a workstation, whoever made it. Never raises for what the folder or the file contains."""
    chemin = Path(chemin)
    try:
        return lire_base(lire_octets(chemin, base.TAILLE_MAX))
    except FichierRefuseError as refus:
        return non_lu(chemin, refus)


def non_lu(chemin: Path, refus: FichierRefuseError) -> Journal:
    """What is known of a file that cannot be taken."""
    suite = "rien n'a été fait au poste de travail" if refus.code == ABSENT else RIEN
    return Journal(anomalies=(Anomalie(refus.code, f"fichier « {chemin.name} »", refus.probleme, suite),))


def lire_base(octets: bytes) -> Journal:
    """Read a database from its bytes.

    Raises
    ------
    FichierRefuseError
        It is not one of ours.
    """
    if not octets.startswith(b"SQLite format 3\0"):
        raise FichierRefuseError("illisible", "ce n'est pas un fichier du poste de travail")
    # A viewer may have left it in write-ahead mode (two bytes of the header), which a database in memory cannot have.
    octets = octets[:18] + b"\x01\x01" + octets[20:]
    connexion = sqlite3.connect(":memory:", isolation_level=None)
    try:
        _prudence(connexion)
        connexion.deserialize(octets)
        _exiger_notre_schema(connexion)
        return _lire(connexion)
    except (sqlite3.Error, UnicodeDecodeError, MemoryError, OverflowError):
        raise FichierRefuseError("illisible", "il est abîmé") from None
    finally:
        connexion.close()


def _prudence(connexion: sqlite3.Connection) -> None:
    pas = iter(range(_PAS_MAX))
    # True stops what is running.
    connexion.set_progress_handler(lambda: next(pas, None) is None, _PAS)
    connexion.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, base.TAILLE_MAX)
    connexion.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connexion.text_factory = lambda octets: octets.decode("utf-8", "replace")
    for reglage in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
        connexion.execute(f"PRAGMA {reglage}")


def _exiger_notre_schema(connexion: sqlite3.Connection) -> None:
    """Before anything else is read: what the schema holds could be run by reading a table."""
    lu = _schema(connexion.execute(f"SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT {LIGNES_D_UNE_TABLE}"))
    if lu != _notre_schema():
        raise FichierRefuseError("schema", "ses tables ne sont pas celles du poste de travail")
    if connexion.execute("PRAGMA integrity_check(1)").fetchall() != [("ok",)]:
        raise FichierRefuseError("integrite", "il est abîmé")


def _schema(lignes: Iterable[tuple]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(" ".join(str(valeur).split()) for valeur in ligne) for ligne in lignes)


@cache
def _notre_schema() -> frozenset[tuple[str, ...]]:
    with base.moteur_en_memoire().connect() as connexion:
        METADATA.create_all(connexion)
        return _schema(connexion.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master"))


def _lire(connexion: sqlite3.Connection) -> Journal:
    identites = _lignes(connexion, "identite", 2)
    if len(identites) != 1:
        raise FichierRefuseError("identite", "il ne dit pas à qui il appartient")
    identite = dict(zip(_colonnes("identite"), identites[0], strict=True))
    anomalies: list[Anomalie] = []
    lignes = list(_lignes_du_journal(connexion, anomalies))
    tables = {t.name: _lignes(connexion, t.name, LIGNES_D_UNE_TABLE) for t in COMPAREES}
    return Journal(identite, tuple(lignes), tables, tuple(_abreger(anomalies)))


def _lignes(connexion: Any, table: str, maximum: int) -> list[tuple]:
    return [tuple(ligne) for ligne in connexion.execute(_demande(table, maximum))]


def _colonnes(table: str) -> list[str]:
    return [colonne.name for colonne in METADATA.tables[table].columns]


def _demande(table: str, maximum: int) -> str:
    colonnes = ", ".join(f'"{nom}"' for nom in _colonnes(table))
    return f'SELECT {colonnes} FROM "{table}" ORDER BY id LIMIT {maximum}'


def _lignes_du_journal(connexion: sqlite3.Connection, anomalies: list[Anomalie]) -> Iterator[dict[str, Any]]:
    noms = _colonnes("journal")
    brutes = _lignes(connexion, "journal", journal.LIGNES_MAX + 1)
    if len(brutes) > journal.LIGNES_MAX:
        probleme = f"il compte plus de {journal.LIGNES_MAX} actions"
        anomalies.append(_anomalie("trop_d_actions", probleme, "les suivantes sont écartées"))
    for brute in brutes[: journal.LIGNES_MAX]:
        ligne = dict(zip(noms, brute, strict=True))
        try:
            yield ligne | {nom: _json(ligne[nom]) for nom in ("donnees", "avant", "apres")}
        except (ValueError, TypeError, RecursionError):
            lu = f"action n° {montrer(ligne['id'])} du journal"
            anomalies.append(Anomalie("action_illisible", lu, "elle ne peut pas être lue", "elle est écartée"))


def _json(valeur: Any) -> Any:
    """Content of a JSON column.

    Raises
    ------
    ValueError, TypeError, RecursionError
        It is not a text, too long, not JSON, or holds a number that does not exist.
    """
    if valeur is None:
        return None
    if len(valeur) > LONGUEUR_JSON:
        raise ValueError("too long")
    return json.loads(valeur, parse_constant=_refuser_constante)


def _refuser_constante(nom: str) -> None:
    raise ValueError(nom)


def rejouer(lu: Journal, situation: Situation, *, devoir: str, cellule: str, apprenant: str) -> Rejeu:
    """Play the actions of a journal again, in order, in memory. Never raises for what the journal contains.

    An action that is impossible is left out and told; the following ones are tried from the same state. Another
    assignment, learner or situation, and nothing is taken.
    """
    qui = {"devoir": devoir, "cellule": cellule, "apprenant": apprenant}
    refus = _refus(lu, {**qui, "situation": situation.code})
    if lu.identite is None or refus:
        vide = Poste.en_memoire(situation, identifier(situation, **qui, session=""))
        return Rejeu(vide, anomalies=(*lu.anomalies, *refus))
    dits = {nom: _texte(lu.identite[nom]) for nom in ("session", "debut")}
    poste = Poste.en_memoire(situation, identifier(situation, **qui, **dits))
    refusees, impossibles = _jouer(lu.lignes, poste)
    differentes = _differentes(lu, poste)
    constats = (*lu.anomalies, *_retouches(lu, situation), *_abreger(impossibles), *_ecarts(differentes))
    return Rejeu(poste, tuple(refusees), constats, ecart=bool(differentes))


def _anomalie(code: str, probleme: str, suite: str) -> Anomalie:
    return Anomalie(code, "fichier du poste de travail", probleme, suite)


def _texte(valeur: object) -> str:
    if not isinstance(valeur, str) or len(valeur) > LONGUEUR_D_IDENTIFIANT:
        return ""
    return valeur.replace("\0", "")


def _refus(lu: Journal, attendu: Mapping[str, str]) -> tuple[Anomalie, ...]:
    """Why nothing of the file can be taken; empty when it can be, or was not read."""
    for nom, valeur in attendu.items() if lu.identite is not None else ():
        if lu.identite[nom] != valeur:
            probleme = (
                f"{_ATTENDUS[nom]} qu'il indique est {decrire(lu.identite[nom])} au lieu de « {montrer(valeur)} »"
            )
            return (_anomalie(f"autre_{nom}", probleme, RIEN),)
    return ()


def _jouer(lignes: Iterable[Mapping[str, Any]], poste: Poste) -> tuple[list[dict[str, Any]], list[Anomalie]]:
    refusees, impossibles = [], []
    for ligne in lignes:
        nom, donnees = ligne["action"], ligne["donnees"]
        if isinstance(nom, str) and isinstance(donnees, dict):
            resultat = poste.jouer(nom, donnees, _texte(ligne["ts"]))
            accepte, dit = resultat.accepte, resultat.phrase
        else:
            accepte, dit = False, "elle est mal formée"
        attendu = ligne["resultat"] == journal.ACCEPTE
        if attendu == accepte:
            continue
        if attendu:
            refusees.append(dict(ligne))
        lu = f"action n° {montrer(ligne['id'])} ({montrer(nom)})"
        probleme = f"le fichier la dit faite, et elle est refusée ({dit.rstrip('.')})"
        if accepte:
            probleme = "le fichier la dit refusée, et elle est possible"
        suite = "elle est écartée" if attendu else "elle compte, à examiner"
        impossibles.append(Anomalie("action_impossible" if attendu else "action_possible", lu, probleme, suite))
    return refusees, impossibles


def _differentes(lu: Journal, poste: Poste) -> list[str]:
    """Tables of the file that are not those that its actions give."""
    with poste.moteur.connect() as connexion:
        return [
            nom
            for nom, lignes in lu.tables.items()
            if lignes
            != [tuple(ligne) for ligne in connexion.exec_driver_sql(_demande(nom, LIGNES_D_UNE_TABLE)).fetchall()]
        ]


def _ecarts(differentes: list[str]) -> Iterator[Anomalie]:
    if differentes:
        tables = ", ".join(f"« {nom} »" for nom in differentes[:DITES_MAX])
        probleme = f"son état n'est pas celui que donnent ses actions (tables {tables})"
        yield _anomalie("ecart", probleme, "seul l'état rejoué compte, à examiner")


def _retouches(lu: Journal, situation: Situation) -> Iterator[Anomalie]:
    """Signs that the file was changed outside the workstation, or that the situation changed since."""
    identite = lu.identite or {}
    if identite["version"] != situation.version:
        probleme = f"il porte la version {decrire(identite['version'])} de la situation, rejouée en {situation.version}"
        yield _anomalie("version", probleme, "les actions encore possibles sont reprises, à examiner")
    try:
        chaine = journal.enchainer(journal.graine(identite), lu.lignes)
        intact = chaine == [ligne["empreinte"] for ligne in lu.lignes]
    except (TypeError, ValueError, RecursionError):  # bytes where a text is expected, data too deep
        intact = False
    if not intact:
        yield _anomalie("retouche", "son journal a été modifié hors du poste", "ses actions sont rejouées, à examiner")


def _abreger(anomalies: list[Anomalie]) -> list[Anomalie]:
    reste = len(anomalies) - DITES_MAX
    if reste <= 0:
        return anomalies
    probleme = f"d'autres actions, au nombre de {reste}, ne peuvent pas être reprises telles quelles"
    return [*anomalies[:DITES_MAX], _anomalie(anomalies[DITES_MAX].code, probleme, "à examiner")]
