"""What the whole analysis promises: a table gives what each company alone gives, and the input is not touched."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import (
    Liasse,
    autofinancement,
    bilan_financier,
    bilan_fonctionnel,
    caf,
    caf_additive,
    caf_bancaire,
    caf_bce,
    caf_disponible,
    caf_soustractive,
    exercice_precedent,
    postes,
    rotation,
    sig,
    sig_exploitant,
    table_de_liasses,
    tableau_financement,
    tableau_flux,
)
from rncp_utils.erreurs import ErreurDonnees
from tests.machine import exemples

pytestmark = pytest.mark.filterwarnings("ignore::rncp_utils.erreurs.AvertissementDonnees")
ANALYSES = {
    "sig": sig,
    "sig banque": lambda x: sig(x, "banque", part_interet_cb=0.2),
    "sig banque sans détail": lambda x: sig(x, "banque"),
    "sig négoce": lambda x: sig(x, secteur="negoce"),
    "sig production": lambda x: sig(x, secteur="production", sous_traitance="production"),
    "sig services": lambda x: sig(x, secteur="services", annualiser=True),
    "caf": caf,
    "caf additive": caf_additive,
    "caf soustractive": caf_soustractive,
    "caf bce": caf_bce,
    "caf bancaire": caf_bancaire,
    "autofinancement": autofinancement,
    "caf disponible": caf_disponible,
    "bilan fonctionnel": bilan_fonctionnel,
    "bilan hors CCA et VMP": lambda x: bilan_fonctionnel(x, cca_stables=False, vmp_hors_treso=True),
    "bilan financier": bilan_financier,
    "rotation": rotation,
    "exploitant": lambda x: sig_exploitant(x, remuneration_normative=30_000),
}
TOUTES = pytest.mark.parametrize("analyse", ANALYSES.values(), ids=ANALYSES.keys())


@pytest.fixture(scope="module")
def liasses(tirer_liasses) -> list[Liasse]:
    """Liasses, of which one in fifty does not add up, or lacks its sales or its balance sheet."""
    tirees = tirer_liasses(exemples(1_000))
    for rang in range(0, len(tirees), 50):
        valeurs = dict(tirees[rang].valeurs)
        if rang % 150 == 0:
            valeurs |= {"GG": valeurs["GG"] + 5_000, "BJ": valeurs["BJ"] + 5_000}
        elif rang % 150 == 50:
            valeurs = {code: montant for code, montant in valeurs.items() if code not in ("FL", "BJ", "GW")}
        else:
            valeurs |= {"FL": 0, "FC": 0, "FF": 0, "FI": 0}
        tirees[rang] = dataclasses.replace(tirees[rang], valeurs=valeurs, duree_mois=9 + rang % 7)
    return tirees


@pytest.fixture(scope="module")
def table(liasses) -> pd.DataFrame:
    return table_de_liasses(liasses)


def _comparer(table: pd.DataFrame, liasses: list[Liasse], une_par_une) -> None:
    """Each row equals what the company alone gives; where it raises, the row is empty and says why."""
    noms = table.columns.drop("motif")
    montants, motifs = table[noms].to_numpy(), table["motif"].astype("object").fillna("").tolist()
    refus = 0
    for rang, liasse in enumerate(liasses):
        try:
            seule = une_par_une(liasse)
        except ErreurDonnees:
            refus += 1
            assert np.isnan(montants[rang]).all()
            assert motifs[rang]
            continue
        assert list(seule.index) == list(noms)
        np.testing.assert_array_equal(montants[rang], seule.to_numpy())
        assert motifs[rang] == " ; ".join(seule.attrs["motifs"])
    assert 0 < refus < len(liasses) / 10


@TOUTES
def test_p1_une_table_de_liasses_donne_ce_que_donne_chaque_liasse(table, liasses, analyse):
    _comparer(analyse(table), liasses, analyse)


@TOUTES
def test_p1_une_ligne_de_table_donne_aussi_la_meme_chose(table, analyse):
    courte = table.iloc[1:9]
    resultat = analyse(courte)
    for cle, ligne in courte.iterrows():
        np.testing.assert_array_equal(resultat.drop(columns="motif").loc[cle].to_numpy(), analyse(ligne).to_numpy())


@pytest.mark.parametrize("tableau", [tableau_flux, tableau_financement])
def test_p1_les_flux_aussi(liasses, tableau):
    # Declared dividends and repayments are drawn at random and would contradict the balance sheets.
    sans = [
        dataclasses.replace(x, valeurs={k: v for k, v in x.valeurs.items() if k not in ("ZE", "VK")}) for x in liasses
    ]
    par_cle = {(x.siren, x.date_cloture.year): x for x in sans}
    suivis = [x for x in sans if x.duree_mois == 12 and (x.siren, x.date_cloture.year - 1) in par_cle]
    resultat = tableau(table_de_liasses(sans)).loc[[(x.siren, x.date_cloture) for x in suivis]]
    _comparer(resultat, suivis, lambda x: tableau(x, par_cle[x.siren, x.date_cloture.year - 1]))


@TOUTES
def test_travailler_par_blocs_ne_change_rien(monkeypatch, table, analyse):
    entier = analyse(table)
    monkeypatch.setattr(postes, "LIGNES_PAR_BLOC", 64)
    par_blocs = analyse(table)
    pd.testing.assert_frame_equal(par_blocs.drop(columns="motif"), entier.drop(columns="motif"))
    # Blocks meet the reasons in another order.
    ensembles = [
        [frozenset(motif.split(" ; ")) for motif in resultat["motif"].astype("object").fillna("")]
        for resultat in (par_blocs, entier)
    ]
    assert ensembles[0] == ensembles[1]


@TOUTES
def test_p1_ni_l_ordre_ni_les_colonnes_en_plus_ni_les_types_ne_comptent(table, analyse):
    entier = analyse(table)
    melangee = (
        table.sample(frac=1, random_state=3).sample(frac=1, axis=1, random_state=4).assign(commentaire="bon client")
    )
    pd.testing.assert_frame_equal(analyse(melangee).loc[entier.index], entier, check_categorical=False)
    codes = table.columns.drop(["duree_mois", "regime", "forme_juridique"])
    entiers = table.astype(dict.fromkeys(codes, "Int64"))
    pd.testing.assert_frame_equal(analyse(entiers), entier)


def test_p1_les_decimaux_aussi(table):
    courte = table.iloc[:20]
    codes = courte.columns.drop(["duree_mois", "regime", "forme_juridique"])
    decimaux = courte.copy()
    decimaux[codes] = courte[codes].astype("object").map(lambda montant: None if pd.isna(montant) else Decimal(montant))
    for analyse in (sig, caf, bilan_fonctionnel, rotation):
        pd.testing.assert_frame_equal(analyse(decimaux), analyse(courte))


@TOUTES
def test_p2_l_entree_n_est_pas_modifiee(table, liasses, analyse):
    copie = table.copy(deep=True)
    resultat = analyse(table)
    resultat.iloc[:, 0] = 12_345.0
    pd.testing.assert_frame_equal(table, copie)
    valeurs = dict(liasses[1].valeurs)
    analyse(valeurs | {"duree_mois": 12})
    assert valeurs == dict(liasses[1].valeurs)


def test_p2_les_flux_non_plus(table):
    copie = table.copy(deep=True)
    resultat = tableau_flux(table, exercice_precedent(table))
    resultat.iloc[:, 0] = 1.0
    pd.testing.assert_frame_equal(table, copie)


RATIO = re.compile(
    r"_sur_(ca|production|va)$|^(part|taux|coefficient|rotation|delai|depassement)_|^stocks_bce$|_jours$"
)


@settings(max_examples=exemples(25), deadline=None)
@given(data=st.data(), facteur=st.integers(2, 10_000))
@pytest.mark.parametrize("nom", sorted(set(ANALYSES) - {"exploitant"}))
def test_p3_multiplier_les_comptes_multiplie_les_montants_et_laisse_les_ratios(liasses_equilibrees, nom, data, facteur):
    analyse, valeurs = ANALYSES[nom], data.draw(liasses_equilibrees)
    petit = analyse(valeurs | {"duree_mois": 12})
    grand = analyse({code: montant * facteur for code, montant in valeurs.items()} | {"duree_mois": 12})
    for colonne in petit.index:
        echelle = 1 if RATIO.search(colonne) else facteur
        assert grand[colonne] == pytest.approx(petit[colonne] * echelle, rel=1e-9, abs=1e-9, nan_ok=True), colonne


@TOUTES
def test_une_table_sans_ligne(table, analyse):
    assert len(analyse(table.iloc[:0])) == 0
