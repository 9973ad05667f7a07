"""Which chart of accounts an accounting year follows, the pro forma, and the breaks between two years."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from rncp_utils.entreprise import (
    Liasse,
    ratios,
    reclasser_vers_2025,
    referentiel_comptable,
    rupture_pcg,
    sig,
    table_de_liasses,
)
from rncp_utils.entreprise.analyse.exercices import sous_pcg_2025
from rncp_utils.entreprise.exemples import martin
from rncp_utils.entreprise.postes import Postes
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema


def _pcg_2025(cloture: str, duree_mois: int = 12) -> bool:
    return sous_pcg_2025(Postes(Liasse({"FL": 1}, date_cloture=dt.date.fromisoformat(cloture), duree_mois=duree_mois)))


def test_le_plan_comptable_change_avec_le_jour_d_ouverture():
    assert referentiel_comptable(dt.date(2024, 12, 31)) == "PCG_2014"
    assert referentiel_comptable("2025-01-01") == "PCG_2025"
    with pytest.raises(ErreurDonnees, match="date"):
        referentiel_comptable("2025")


@pytest.mark.parametrize(
    ("cloture", "duree_mois", "attendu"),
    [
        ("2024-12-31", 12, False),
        ("2025-12-31", 12, True),
        ("2025-12-31", 13, False),
        ("2025-06-30", 12, False),
        ("2025-06-30", 6, True),
        ("2025-12-30", 12, False),
        ("2026-02-28", 14, True),
        ("2026-02-28", 15, False),
    ],
)
def test_le_jour_d_ouverture_vient_de_la_cloture_et_de_la_duree(cloture, duree_mois, attendu):
    assert _pcg_2025(cloture, duree_mois) is attendu


def test_sans_date_le_plan_comptable_n_est_pas_devine():
    assert sous_pcg_2025(Postes({"FL": 1})) is False
    assert sous_pcg_2025(Postes({"FL": 1}), "PCG_2025") is True


def test_une_table_de_durees_diverses_donne_la_meme_reponse_que_ligne_a_ligne():
    cas = [("2025-12-31", 12), ("2025-12-31", 13), ("2024-12-31", 12), ("2025-06-30", 6)]
    table = table_de_liasses(
        Liasse({"FL": 1}, siren=str(rang), date_cloture=dt.date.fromisoformat(cloture), duree_mois=duree)
        for rang, (cloture, duree) in enumerate(cas)
    )
    attendu = [_pcg_2025(*un) for un in cas]
    assert sous_pcg_2025(Postes(table)).tolist() == attendu
    assert [sous_pcg_2025(Postes(ligne)) for _, ligne in table.iterrows()] == attendu
    assert sous_pcg_2025(Postes(table.reset_index("date_cloture"))).tolist() == attendu


def test_proforma_de_martin():
    avant, proforma = martin(), reclasser_vers_2025(martin())
    changes = {code: proforma.get(code) - avant.get(code) for code in proforma.valeurs}
    assert {code: ecart for code, ecart in changes.items() if ecart} == {
        "FO": 1_000,
        "FP": -4_000,
        "FQ": 9_000,
        "A1": -4_000,
        "FR": 6_000,
        "GE": 3_800,
        "GF": 3_800,
        "GG": 2_200,
        "GW": 2_200,
        "HB": -6_000,
        "HD": -6_000,
        "HF": -3_800,
        "HH": -3_800,
        "HI": -2_200,
        "c747": 1_000,
        "c757": 5_000,
        "c657": 3_800,
        "c775": -5_000,
        "c675": -3_800,
        "c777": -1_000,
    }
    assert proforma["HN"] == 41_000
    assert martin() == avant


def test_proforma_garde_le_type_et_ne_touche_pas_l_entree():
    table = table_de_liasses([martin()])
    copie = table.copy()
    resultat = reclasser_vers_2025(table)
    pd.testing.assert_frame_equal(table, copie)
    assert resultat["GG"].tolist() == [58_000]
    assert reclasser_vers_2025(dict(martin().valeurs))["GG"] == 58_000
    assert reclasser_vers_2025(pd.Series(dict(martin().valeurs)))["GG"] == 58_000


def test_proforma_comptes_en_arguments():
    sans = {code: montant for code, montant in martin().valeurs.items() if not code.startswith("c")}
    assert reclasser_vers_2025(sans, c775=5_000, c675=3_800, c777=1_000)["GG"] == 58_000


def test_rupture_entre_deux_exercices_de_la_meme_entreprise():
    table = table_de_liasses(
        Liasse({"FL": 1}, siren=siren, date_cloture=dt.date(annee, 12, 31))
        for siren, annee in (("2", 2025), ("1", 2025), ("1", 2024), ("1", 2026))
    )
    assert rupture_pcg(table).tolist() == [False, True, False, False]
    with pytest.raises(ErreurSchema, match="set_index"):
        rupture_pcg(table.reset_index(drop=True))


@pytest.mark.parametrize("duree", [0, -3, 25])
def test_une_duree_impossible_ne_donne_pas_de_raison_legale(duree):
    lignes = [dict(martin().valeurs) | {"date_cloture": "2025-12-31", "duree_mois": mois} for mois in (duree, 24)]
    for table in (pd.DataFrame(lignes), pd.DataFrame(lignes[:1])):
        assert sig(table)["motif"].iloc[0] == "durée d'exercice hors de 1 à 24 mois"
        assert ratios(table)["motif"].iloc[0] == "durée d'exercice hors de 1 à 24 mois"
    assert pd.isna(sig(pd.DataFrame(lignes))["motif"].iloc[1])
