"""Lecture des documents qu'une entreprise remet à sa banque, reconnus à leur contenu."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from rncp_utils.entreprise.documents.grille import lire_texte, rangees_csv, rangees_xlsx
from rncp_utils.entreprise.documents.inpi import lire_bilan_inpi
from rncp_utils.entreprise.documents.refus import refuser, refuser_trop_gros, taille_acceptee
from rncp_utils.entreprise.documents.tableur import liasse_de_rangees, tous_les_codes
from rncp_utils.entreprise.liasse import Liasse

DEBUT = 64 * 1024
_TEXTES = (".csv", ".txt", ".tsv", ".tab")
# What a file of another kind begins with, what it is, and what to ask for.
_SIGNATURES = (
    (b"%PDF", "est un PDF, qui ne se lit pas case par case", "demandez un export CSV, XLSX ou XML, ou saisissez-le"),
    (
        b"\xd0\xcf\x11\xe0",
        "est un ancien classeur .xls, ou un classeur protégé par un mot de passe",
        "enregistrez-le au format .xlsx, sans mot de passe",
    ),
    (b"\x1f\x8b", "est une archive compressée", "sortez le document de l'archive"),
    (b"Rar!", "est une archive compressée", "sortez le document de l'archive"),
    (b"7z\xbc\xaf", "est une archive compressée", "sortez le document de l'archive"),
    (b"{\\rtf", "est un document de traitement de texte", "demandez un export CSV, XLSX ou XML"),
    (b"\x89PNG", "est une image", "demandez un export CSV, XLSX ou XML"),
    (b"\xff\xd8\xff", "est une image", "demandez un export CSV, XLSX ou XML"),
)


def lire_document(chemin: Path | str, *, ignorer_inconnus: bool = False) -> Liasse | list[Liasse] | pd.DataFrame:
    """Lire un document comptable : liasse (CSV, XLSX), bilans saisis de l'INPI (XML), 2035, ou FEC.

    Le contenu décide, et non l'extension : archive de tableur, XML, en-tête de FEC, sinon tableau de texte.

    Parameters
    ----------
    chemin : Path ou str
        Le fichier. Un tableau a une colonne de codes (cases des 2050 à 2053 et 2033, ou de la 2035) et une colonne de
        montants, dans tout ordre et avec tout intitulé usuel ; l'actif peut être en colonnes brut, amortissements et
        net. Séparateurs « ; », « , », tabulation ou « | » ; UTF-8, Windows-1252 ou ISO-8859-15 ; « 1 234,56 »,
        « (1 200) », « 1200- », « 000123 ». Les lignes « SIREN », « Date de clôture », « Durée », « Régime » au-dessus
        du tableau sont lues. Montants en euros, ou en milliers si le document le dit.
    ignorer_inconnus : bool
        Vrai : laisser de côté les codes inconnus d'un tableau, avec un avertissement, au lieu de refuser le fichier.

    Returns
    -------
    Liasse
        D'un tableau ; ``avertissements`` dit ce qui n'a pas été lu ou a été supposé.
    list of Liasse
        D'un fichier de bilans saisis.
    DataFrame
        D'un FEC (:func:`lire_fec`).

    Raises
    ------
    ErreurDonnees
        Fichier d'une autre nature, endommagé, vide ou démesuré, encodage inconnu, aucun code reconnu, code inconnu ou
        donné deux fois, montant illisible : une phrase dit ce qui a été lu, ce qui ne va pas et que faire.

    >>> import tempfile
    >>> from rncp_utils.entreprise import ecrire_liasse_csv
    >>> from rncp_utils.entreprise.exemples import fournil
    >>> with tempfile.TemporaryDirectory() as dossier:
    ...     ecrire_liasse_csv(fournil(), Path(dossier) / "fournil.csv")
    ...     lue = lire_document(Path(dossier) / "fournil.csv")
    >>> lue.denomination, lue.regime, lue["232"]
    ('Le Fournil', 'RS', 352000)
    """
    chemin = Path(chemin)
    taille = taille_acceptee(chemin)
    with chemin.open("rb") as flux:
        debut = flux.read(DEBUT)
    for signature, nature, conseil in _SIGNATURES:
        if debut.startswith(signature):
            raise refuser(chemin, nature, conseil)
    if _est_un_fec(debut):
        # Imported here: the reader of ledgers is heavier than all the rest of this module.
        from rncp_utils.entreprise import lire_fec

        return lire_fec(chemin)
    refuser_trop_gros(chemin, taille)
    if debut.startswith(b"PK"):
        return _lire_classeur(chemin, ignorer_inconnus)
    contenu = debut.removeprefix(b"\xef\xbb\xbf").lstrip()
    if contenu.startswith(b"<"):
        return _lire_balises(chemin, contenu)
    if not contenu and taille <= DEBUT:
        raise refuser(chemin, "ne contient que des blancs", "demandez-en un nouvel export")
    texte = lire_texte(chemin)
    rangees = rangees_csv(texte, chemin, tous_les_codes())
    return liasse_de_rangees(rangees, chemin.name, ignorer_inconnus=ignorer_inconnus)


def _est_un_fec(debut: bytes) -> bool:
    premiere = re.split(rb"[\r\n]", debut.removeprefix(b"\xef\xbb\xbf"), maxsplit=1)[0].lower()
    return premiere.lstrip(b'" ').startswith(b"journalcode") and b"comptenum" in premiere


def _lire_classeur(chemin: Path, ignorer_inconnus: bool) -> Liasse:
    if chemin.suffix.lower() in _TEXTES:
        raise refuser(
            chemin,
            f"est un classeur ou une archive enregistré sous l'extension {chemin.suffix}",
            "renommez-le en .xlsx, ou réenregistrez-le au format CSV",
        )
    return liasse_de_rangees(rangees_xlsx(chemin), chemin.name, ignorer_inconnus=ignorer_inconnus)


def _lire_balises(chemin: Path, contenu: bytes) -> list[Liasse]:
    if re.match(rb"<(!doctype\s+html|html|head|body|table)\b", contenu, re.IGNORECASE):
        raise refuser(
            chemin, "est une page web, parfois enregistrée sous .xls", "ouvrez-la dans un tableur, enregistrez en .xlsx"
        )
    return lire_bilan_inpi(chemin)
