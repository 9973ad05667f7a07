"""Écriture d'un fichier des écritures comptables (FEC)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rncp_utils.entreprise.fec.format import CHAMPS, CHAMPS_TRESORERIE, DATES, ENCODAGES, SEPARATEURS
from rncp_utils.entreprise.fec.valeurs import ILLISIBLE, centimes, en_arrow
from rncp_utils.entreprise.liasse import siren_valide
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.fichiers import ecriture_atomique

_PAQUET = 200_000


def nom_fec(siren: str, date_cloture: date) -> str:
    """Nom légal du fichier : SIREN, « FEC », date de clôture.

    >>> from datetime import date
    >>> nom_fec("732829320", date(2024, 12, 31))
    '732829320FEC20241231.txt'
    """
    if not siren_valide(siren):
        raise ErreurDonnees(f"Le SIREN « {siren} » n'est pas valide : neuf chiffres dont une clé de contrôle.")
    return f"{siren}FEC{date_cloture:%Y%m%d}.txt"


def ecrire_fec(fec: pd.DataFrame, chemin: str | Path, *, separateur: str = "\t", encodage: str = "iso-8859-15") -> Path:
    """Écrire un FEC : les 18 champs, puis ceux de trésorerie s'ils y sont, en une fois ou pas du tout.

    Parameters
    ----------
    fec
        Table comme celle de :func:`lire_fec`.
    chemin
        Fichier à écrire (voir :func:`nom_fec`), remplacé s'il existe.
    separateur
        Tabulation ou « | ».
    encodage
        ISO 8859-15, que la loi nomme ; ``utf-8-sig`` ou ``cp1252`` si le destinataire les accepte.

    Returns
    -------
    Path
        Le fichier écrit.

    Raises
    ------
    ErreurSchema
        Champ absent, séparateur qui n'est pas admis.
    ErreurDonnees
        Texte qui contient le séparateur ou une fin de ligne, caractère absent de l'encodage, dates illisibles.
    """
    chemin = Path(chemin)
    if separateur not in SEPARATEURS or encodage not in ENCODAGES:
        raise ErreurSchema(f"Un FEC s'écrit avec une tabulation ou « | », en {', '.join(ENCODAGES)}.")
    if absents := [champ for champ in CHAMPS if champ not in fec]:
        raise ErreurSchema(f"Le FEC n'a pas de champ {', '.join(absents)} : ajoutez-le, vide au besoin.")
    if ILLISIBLE in fec and fec[ILLISIBLE].notna().any():
        raise ErreurDonnees("Le FEC a des dates illisibles : corrigez-les avant de l'écrire.")
    champs = [*CHAMPS, *(champ for champ in CHAMPS_TRESORERIE if champ in fec)]
    with ecriture_atomique(chemin) as temporaire, temporaire.open("wb") as fichier:
        fichier.write((separateur.join(champs) + "\n").encode(encodage))
        # The mark of utf-8-sig opens the file, not each batch.
        suite = encodage.removesuffix("-sig")
        for debut in range(0, len(fec), _PAQUET):
            paquet = fec.iloc[debut : debut + _PAQUET]
            fichier.write(_coder(paquet, champs, separateur, suite))
    return chemin


def _coder(paquet: pd.DataFrame, champs: list[str], separateur: str, encodage: str) -> bytes:
    colonnes = [_en_texte(paquet[champ], separateur).cast(pa.large_string()) for champ in champs]
    entre, fin, rien = (pa.scalar(signe, pa.large_string()) for signe in (separateur, "\n", ""))
    lignes = pc.binary_join_element_wise(pc.binary_join_element_wise(*colonnes, entre), fin, rien)
    # The texts of an Arrow array follow each other in one buffer: it is the file.
    _, fins, octets = lignes.buffers()
    texte = octets.to_pybytes()[: np.frombuffer(fins, dtype="int64")[len(lignes)]]
    if encodage == "utf-8":
        return texte
    try:
        return texte.decode("utf-8").encode(encodage)
    except UnicodeEncodeError as erreur:
        raise ErreurDonnees(
            f"Le caractère « {erreur.object[erreur.start]} » n'existe pas en {encodage} : remplacez-le ou écrivez en "
            "utf-8-sig."
        ) from None


def _en_texte(colonne: pd.Series, separateur: str) -> pa.Array:
    if colonne.name in DATES:
        codes, jours = pd.factorize(colonne)
        ecrits = pd.Series(pd.DatetimeIndex(jours).strftime("%Y%m%d"), dtype="str").reindex(codes)
        return en_arrow(ecrits)
    if colonne.name in ("Debit", "Credit"):
        return _montants(centimes(colonne))
    textes = en_arrow(colonne)
    interdits = f"[\\n\\r\\x00{'|' if separateur == '|' else separateur}]"
    if (ou := pc.index(pc.match_substring_regex(textes, interdits), True).as_py()) >= 0:
        raise ErreurDonnees(
            f"Ligne {colonne.index[ou]}, {colonne.name} : « {textes[ou].as_py()[:40]} » contient le séparateur ou une "
            "fin de ligne, retirez-les."
        )
    return textes


def _montants(entiers: np.ndarray) -> pa.Array:
    """Cents as French amounts: 123456 becomes ``1234,56``."""
    signes = pa.array(np.where(entiers < 0, "-", ""))
    unites, decimales = (pa.array(partie).cast(pa.string()) for partie in np.divmod(np.abs(entiers), 100))
    return pc.binary_join_element_wise(signes, unites, ",", pc.utf8_lpad(decimales, 2, "0"), "")
