"""Lecture d'un fichier des écritures comptables (FEC), article A47 A-1 du livre des procédures fiscales."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from rncp_utils.entreprise.documents.refus import refuser
from rncp_utils.entreprise.fec.format import DATES, MONTANT, SENS, FormatFec, reconnaitre
from rncp_utils.entreprise.fec.valeurs import (
    FAUTES_MONTREES,
    ILLISIBLE,
    Constats,
    dates,
    lire_centimes,
    lire_sens,
    reunir_illisibles,
    textes,
)
from rncp_utils.erreurs import AvertissementDonnees, ErreurListe

LIGNE = "ligne"
# A block holds several times the longest line that is read.
_TAILLE_BLOC = 8 << 20
# Nearly each line has its own: dictionaries would cost more than they save.
_VARIES = {"EcritureNum", "PieceRef", "EcritureLib", "EcritureLet", "Debit", "Credit", MONTANT}
_CENTIMES_MAX = 2.0**63


def lire_fec(chemin: str | Path, encodage: str | None = None, separateur: str | None = None) -> pd.DataFrame:
    """Lire un fichier des écritures comptables (FEC).

    Le séparateur (tabulation ou « | ») se lit sur l'en-tête, l'encodage (UTF-8, ISO 8859-15, Windows-1252) sur les
    octets. Les guillemets sont du texte. Un point décimal est admis, avec un avertissement.

    Parameters
    ----------
    chemin
        Fichier à lire.
    encodage, separateur
        Pour imposer l'un ou l'autre.

    Returns
    -------
    DataFrame
        Une ligne par ligne d'écriture, dans l'ordre du fichier ; l'index ``ligne`` est le numéro de ligne dans le
        fichier (l'en-tête est la ligne 1). Colonnes : les champs du fichier, sous leur nom officiel.

        - textes : ``str`` ou catégories, zéros de tête gardés, vide = ``""`` ;
        - dates (``EcritureDate``, ``PieceDate``, ``DateLet``, ``ValidDate``, ``DateRglt``) : ``datetime64[s]``, ``NaT``
          si vide ou illisible ;
        - ``Debit``, ``Credit`` : euros en ``float64``, exacts au centime (:func:`centimes` rend les entiers) ;
          ``Montant`` et ``Sens`` (D/C ou +1/-1, +1 au débit) sont ramenés à ces deux colonnes ;
        - ``illisible``, seulement s'il y a lieu : dates qui n'ont pas pu être lues, telles qu'elles sont écrites.

    Raises
    ------
    ErreurSchema
        Séparateur ou en-tête qui n'est pas celui d'un FEC.
    ErreurDonnees
        Fichier absent, vide, classeur, EBCDIC, UTF-16, octets nuls, ligne de plus de 1 Mo.
    ErreurListe
        Lignes sans le bon nombre de champs, montants illisibles : les premiers sont tous dits.

    Source : article A47 A-1 du LPF, III, VII, VIII et XII.
    """
    chemin = Path(chemin)
    forme = reconnaitre(chemin, encodage, separateur)
    table = _lire_textes(chemin, forme)
    lignes = _numeros_de_ligne(table)
    if not len(lignes):
        raise refuser(chemin, "n'a que des lignes vides après son en-tête", "demandez un export avec ses écritures")
    if len(lignes) < table.num_rows:
        table = table.take(pa.array(lignes - 2))
    constats = Constats()
    montants = _montants(table, lignes, chemin.name, constats)
    if constats.remarques:
        warnings.warn(f"« {chemin.name} », {' '.join(constats.remarques)}", AvertissementDonnees, stacklevel=2)
    champs: dict[str, object] = {}
    illisibles: dict[str, pd.Series] = {}
    for champ in forme.champs:
        if champ in montants:
            nom, euros = montants[champ]
            champs[nom] = euros
        elif champ in DATES:
            champs[champ], illisibles[champ] = dates(table[champ])
        else:
            champs[champ] = textes(table[champ])
    phrases = reunir_illisibles(illisibles, lignes)
    if phrases is not None:
        champs[ILLISIBLE] = phrases
    fec = pd.DataFrame(champs, index=lignes, copy=False)
    fec.attrs["fichier"] = chemin.name
    return fec


def _lire_textes(chemin: Path, forme: FormatFec) -> pa.Table:
    """Every field as text, in the order of the file; lines without the right number of fields are refused."""
    fautives: list[pa_csv.InvalidRow] = []

    def noter(ligne: pa_csv.InvalidRow) -> str:
        # Some systems end a file with the character 26.
        if ligne.text.strip("\x1a \t\r\n"):
            fautives.append(ligne)
        return "skip" if len(fautives) < FAUTES_MONTREES else "error"

    with contextlib.suppress(pa.ArrowInvalid):
        table = _lire_csv(chemin, forme, noter, threads=True)
        if not fautives:
            return table
    # Several threads do not know line numbers: one alone reads again, only when there is a fault to show.
    fautives.clear()
    with contextlib.suppress(pa.ArrowInvalid):
        _lire_csv(chemin, forme, noter, threads=False)
    raise ErreurListe(
        f"« {chemin.name} » n'est pas lisible : un séparateur manque, ou se trouve dans un libellé.",
        [f"ligne {f.number} : {f.actual_columns} champs lus, {f.expected_columns} attendus" for f in fautives],
    )


def _lire_csv(chemin: Path, forme: FormatFec, noter: Callable, *, threads: bool) -> pa.Table:
    varie, repete = pa.string(), pa.dictionary(pa.int32(), pa.string())
    return pa_csv.read_csv(
        chemin,
        read_options=pa_csv.ReadOptions(
            column_names=forme.champs,
            skip_rows=1,
            block_size=_TAILLE_BLOC,
            encoding="utf8" if forme.encodage == "utf-8-sig" else forme.encodage,
            use_threads=threads,
        ),
        # Empty lines are kept, so that the number of a row says its line.
        parse_options=pa_csv.ParseOptions(
            delimiter=forme.separateur,
            quote_char=False,
            escape_char=False,
            ignore_empty_lines=False,
            invalid_row_handler=noter,
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types={champ: varie if champ in _VARIES else repete for champ in forme.champs},
            strings_can_be_null=False,
        ),
    )


def _numeros_de_ligne(table: pa.Table) -> pd.Index:
    """Lines of the file that hold something; the header is line 1."""
    lignes = pd.RangeIndex(2, table.num_rows + 2, name=LIGNE)
    vides = np.ones(len(lignes), dtype=bool)
    for colonne in table.itercolumns():
        # The first field usually settles it: no line is empty.
        if not vides.any():
            return lignes
        texte = colonne.cast(pa.string()) if pa.types.is_dictionary(colonne.type) else colonne
        vides &= pc.equal(pc.utf8_trim_whitespace(texte), "").to_numpy()
    return lignes[~vides]


def _montants(table: pa.Table, lignes: pd.Index, nom: str, constats: Constats) -> dict[str, tuple[str, np.ndarray]]:
    """By field of the file: the column that it becomes, and euros."""
    if {"Debit", "Credit"} <= set(table.column_names):
        origine = {"Debit": "Debit", "Credit": "Credit"}
        lus = {champ: lire_centimes(table[champ], champ, lignes, constats) for champ in origine}
    else:
        origine = {MONTANT: "Debit", SENS: "Credit"}
        montant = lire_centimes(table[MONTANT], MONTANT, lignes, constats)
        sens = lire_sens(table[SENS], lignes, constats)
        lus = {MONTANT: np.where(sens > 0, montant, 0), SENS: np.where(sens < 0, montant, 0)}
    if constats.fautes:
        raise ErreurListe(
            f"Des montants de « {nom} » sont illisibles : attendu 1234,56, sans séparateur de milliers.",
            constats.fautes,
        )
    if max(float(np.abs(montant).max()) for montant in lus.values()) * len(lignes) >= _CENTIMES_MAX:
        raise refuser(nom, "a des montants trop grands pour des euros", "vérifiez leur virgule décimale")
    return {champ: (origine[champ], montant / 100) for champ, montant in lus.items()}
