"""Writes again the documents of ``rncp_utils/donnees/documents``: ``.venv/bin/python outils/generer_documents.py``.

It stands outside the package, with the list of what it plants (``tests/donnees/verite_documents.yaml``): a learner who
looks for the faults must not find them there.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from rncp_utils.donnees import cas, charger, variante
from rncp_utils.donnees.agence.generateur import generer_socle
from rncp_utils.donnees.agence.plan import lire_plan
from rncp_utils.donnees.agence.socle import Demande
from rncp_utils.entreprise import ecrire_fec, ecrire_inpi, ecrire_liasse_csv, ecrire_liasse_xlsx, fec_exemple, nom_fec
from rncp_utils.entreprise.codes import SIMPLIFIE, codes_connus, passage
from rncp_utils.entreprise.liasse import Liasse

# A script finds its neighbour; so does a test, which loads this file by its path.
sys.path.insert(0, str(Path(__file__).parent))
from liasses_recues import ecrire_liasses_recues

DEPOT = Path(__file__).parents[1]
DOSSIER = DEPOT / "rncp_utils" / "donnees" / "documents"
PLAN = DEPOT / "corriges" / "portefeuille" / "plan.yaml"
VERITE = DEPOT / "tests" / "donnees" / "verite_documents.yaml"
CLOTURE = dt.date(2024, 12, 31)
# Invented companies, one a ledger, since the legal name of the file tells the company.
SIREN_CLAIR, SIREN_LATIN, SIREN_FAUTIF = "999319106", "999319114", "999319122"
ARCHIVES = ("CAS-07", "archives", "documents", "cours")
# Simplified boxes that gather several normal lines.
_REGROUPEES = {
    "014": ("AJ", "AF"),
    "028": ("AN", "AP", "AR", "AT"),
    "030": ("AO", "AQ", "AS", "AU"),
    "050": ("BL", "BN", "BP", "BR"),
    "132": ("DF", "DG"),
    "172": ("DY", "EA", "DV"),
    "290": ("HD",),
    "300": ("HH",),
    "280": ("GP",),
    "294": ("GU",),
}


def main() -> None:
    """Write every document."""
    verite = yaml.safe_load(VERITE.read_text(encoding="utf-8"))
    ecrire_fec(fec_exemple(320, graine=11), DOSSIER / nom_fec(SIREN_CLAIR, CLOTURE), encodage="utf-8-sig")
    ecrire_fec(fec_exemple(320, graine=12), DOSSIER / nom_fec(SIREN_LATIN, CLOTURE), separateur="|")
    ecrire_fec(fec_fautif(verite["fec_fautif"]), DOSSIER / nom_fec(SIREN_FAUTIF, CLOTURE))
    garage = cas("CAS-04").exercices
    ecrire_inpi([garage["N-1"], garage["N"]], DOSSIER / "bilans_complets.xml")
    ecrire_inpi(en_simplifie(cas("CAS-01").exercices["N"]), DOSSIER / "bilan_simplifie.xml")
    ecrire_liasse_csv(cas("CAS-03").declarations_2035["N"], DOSSIER / "declaration_2035.csv")
    ecrire_liasse_xlsx(cas("CAS-07").exercices["N"], DOSSIER / "liasse.xlsx")
    # A variant, so that the case itself does not tell what was changed.
    archives = {annee: _autre_opticien(x) for annee, x in variante(*ARCHIVES).exercices.items()}
    ecrire_liasse_csv(archives["N-1"], DOSSIER / "liasse_precedente.csv")
    ecrire_liasse_csv(
        liasse_incoherente(archives["N"], verite["liasse_incoherente"]), DOSSIER / "liasse_a_controler.csv"
    )
    plan = lire_plan(PLAN)
    ecrire_liasses_recues(generer_socle(Demande(plan.graine), plan), charger("clients"), DOSSIER)


def fec_fautif(verite: Mapping[str, Any]) -> pd.DataFrame:
    """Ledger with the planted faults."""
    fec = fec_exemple(verite["lignes"], graine=verite["graine"])
    for correction in verite["corrections"]:
        champ, valeur = correction["champ"], correction["valeur"]
        if isinstance(fec[champ].dtype, pd.CategoricalDtype):
            fec[champ] = fec[champ].astype("str")
        fec.loc[correction["lignes"], champ] = pd.Timestamp(valeur) if isinstance(valeur, dt.date) else valeur
    repetees = verite["repetition"]["lignes"]
    avant, apres = fec.loc[: repetees[-1]], fec.loc[repetees[-1] + 1 :]
    return pd.concat([avant, fec.loc[repetees], apres], ignore_index=True)


def liasse_incoherente(liasse: Liasse, verite: Mapping[str, Any]) -> Liasse:
    """Forms with lines moved, in their own column and in the printed N-1 one."""
    imprimees = _decaler(liasse.valeurs_n1, verite["lignes_n1"])
    return replace(liasse, valeurs=_decaler(liasse.valeurs, verite["lignes"]), valeurs_n1=imprimees)


def _autre_opticien(liasse: Liasse) -> Liasse:
    return replace(liasse, denomination="Optique des Halles", siren="999319130")


def _decaler(valeurs: Mapping[str, float], ecarts: Mapping[str, int]) -> dict[str, float]:
    return {**valeurs, **{code: valeurs[code] + ecart for code, ecart in ecarts.items()}}


def en_simplifie(liasse: Liasse) -> Liasse:
    """The same accounts on the simplified forms, which gather lines."""
    precedentes = liasse.valeurs_n1
    return replace(
        liasse,
        regime=SIMPLIFIE,
        valeurs=_cases_simplifiees(liasse.valeurs),
        valeurs_n1=None if precedentes is None else _cases_simplifiees(precedentes),
    )


def _cases_simplifiees(valeurs: Mapping[str, float]) -> dict[str, float]:
    simples = {simplifie: valeurs[normal] for normal, simplifie in passage().items() if normal in valeurs}
    regroupees = {case: sum(valeurs.get(code, 0) for code in codes) for case, codes in _REGROUPEES.items()}
    connues = codes_connus(SIMPLIFIE)
    return {case: montant for case, montant in (simples | regroupees).items() if case in connues}


if __name__ == "__main__":
    main()
