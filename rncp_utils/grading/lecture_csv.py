"""CSV files that people fill in a spreadsheet, read as they leave it: encoding, separator, dates, yes and no."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.tableurs import DEBUT_DE_FORMULE

TAILLE_MAX = 20_000_000
_OUI, _NON = {"oui", "o", "vrai", "true", "1", "x"}, {"non", "n", "faux", "false", "0", ""}
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y")


def lire_csv_fr(chemin: Path, colonnes: Sequence[str], facultatives: Sequence[str] = ()) -> pd.DataFrame:
    """Table de textes d'un fichier CSV ; colonnes demandées, dans l'ordre demandé, lignes vides ôtées.

    Le fichier peut être en UTF-8 ou en Windows-1252 (« CSV » d'Excel), séparé par « ; », « , » ou des tabulations.
    L'index est le numéro de la ligne dans le fichier, pour les messages.

    Raises
    ------
    ErreurDonnees
        Le fichier manque, est trop grand ou n'est pas du texte.
    ErreurSchema
        Une colonne demandée manque.
    """
    chemin = Path(chemin)
    texte = _texte(chemin)
    premiere = texte.partition("\n")[0]
    separateur = max(";,\t", key=premiere.count)
    lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=separateur)
    entetes = [_sans_accent(nom) for nom in next(lecteur, [])]
    manquantes = [nom for nom in colonnes if nom not in entetes]
    if manquantes:
        raise ErreurSchema(
            f"Le fichier « {chemin.name} » n'a pas les colonnes {', '.join(manquantes)} : "
            f"attendu {';'.join([*colonnes, *facultatives])} sur la première ligne."
        )
    lignes, numeros = [], []
    for ligne in lecteur:
        if any(case.strip() for case in ligne):
            lues = [_sans_apostrophe(case.strip()) for case in ligne[: len(entetes)]]
            lignes.append([*lues, *[""] * (len(entetes) - len(lues))])
            numeros.append(lecteur.line_num)
    table = pd.DataFrame(lignes, columns=entetes, index=numeros, dtype=object)
    return table.reindex(columns=[*colonnes, *facultatives], fill_value="")


def _texte(chemin: Path) -> str:
    try:
        if chemin.stat().st_size > TAILLE_MAX:
            raise ErreurDonnees(
                f"Le fichier « {chemin.name} » dépasse {TAILLE_MAX // 1_000_000} Mo : choisissez celui qui est attendu."
            )
        octets = chemin.read_bytes()
    except OSError as erreur:
        raise ErreurDonnees(
            f"Le fichier « {chemin} » est introuvable ou illisible : vérifiez son chemin et vos droits."
        ) from erreur
    for encodage in ("utf-8-sig", "cp1252"):
        try:
            texte = octets.decode(encodage)
        except UnicodeDecodeError:
            continue
        if "\0" not in texte:
            return unicodedata.normalize("NFC", texte)
    raise ErreurDonnees(
        f"Le fichier « {chemin.name} » n'est pas un CSV : dans le tableur, choisissez « Enregistrer sous », CSV UTF-8."
    )


def _sans_accent(nom: str) -> str:
    """« Prénom » and « Date d'entrée » are read as « prenom » and « date_d_entree »."""
    decompose = unicodedata.normalize("NFKD", nom.strip().lower())
    simple = "".join(lettre if lettre.isalnum() else "_" for lettre in decompose if not unicodedata.combining(lettre))
    return "_".join(filter(None, simple.split("_")))


def _sans_apostrophe(texte: str) -> str:
    """What our own files protect from being read as a formula is given back as it was."""
    return texte[1:] if texte.startswith("'") and DEBUT_DE_FORMULE.match(texte[1:]) else texte


def lire_date(texte: str) -> dt.date | None:
    """« 2026-11-23 » ou « 23/11/2026 » ; None si le texte n'est pas une date."""
    for forme in _DATES:
        try:
            return dt.datetime.strptime(texte.strip(), forme).date()
        except ValueError:
            continue
    return None


def lire_oui_non(texte: str) -> bool | None:
    """« oui », « x », « vrai »… ; None si le texte n'est ni oui ni non. Vide : non."""
    simple = texte.strip().lower()
    return True if simple in _OUI else False if simple in _NON else None
