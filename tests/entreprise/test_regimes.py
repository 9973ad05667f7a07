"""From the simplified forms to the normal codes."""

from __future__ import annotations

import datetime as dt
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rncp_utils.entreprise import Liasse, bilan_fonctionnel, caf_bce, ratios_bce, sig, table_de_liasses
from rncp_utils.entreprise.codes import SIMPLIFIE, passage
from rncp_utils.entreprise.controles.liasse import controler_liasse
from rncp_utils.entreprise.exemples import fournil, martin
from rncp_utils.entreprise.regimes import postes_normaux, vers_codes_normaux
from rncp_utils.erreurs import ErreurDonnees


def montants(texte: str) -> dict[str, int]:
    """Amounts written as on a form: a code, then its amount."""
    mots = texte.split()
    return {code: int(montant) for code, montant in zip(mots[::2], mots[1::2], strict=True)}


BILAN = montants(
    "010 20000 012 5000 028 80000 030 30000 044 100000 048 35000 060 8000 068 4000 070 500 084 9500 096 21500 098 500 "
    "110 121500 112 35500 120 10000 136 15000 142 25000 154 1000 156 40000 166 8000 169 3000 172 12000 176 60000 "
    "180 86000"
)
FOURNIL_NORMAL = montants(
    "FC 150000 FF 180000 FI 20000 FL 350000 FQ 2000 FP 0 FR 352000 FS 95000 FT -2000 FU 60000 FV 1000 FW 52000 FX 4000 "
    "FY 48000 FZ 19000 GA 11000 GD 500 GE 500 GF 289000 GG 63000 GP 100 GR 3100 GU 3100 GV -3000 GW 60000 HA 1000 "
    "HD 1000 HE 500 HH 500 HI 500 HK 0 HN 60500"
)


def simplifiee(valeurs: dict[str, float], **autres) -> Liasse:
    return Liasse(valeurs, siren="732829320", date_cloture=dt.date(2024, 12, 31), regime=SIMPLIFIE, **autres)


def test_fournil_a_les_codes_du_regime_normal():
    normale = vers_codes_normaux(fournil())
    assert normale.regime == "RN"
    assert {code: normale[code] for code in FOURNIL_NORMAL} == FOURNIL_NORMAL
    assert "CO" not in normale.valeurs


def test_a03_les_soldes_de_fournil():
    soldes = sig(vers_codes_normaux(fournil()))
    noms = ["marge_commerciale", "valeur_ajoutee", "ebe", "resultat_exploitation", "rcai", "resultat_net"]
    assert soldes[noms].tolist() == [57_000, 144_000, 73_000, 63_000, 60_000, 60_500]


def test_le_bilan_partage_les_autres_dettes():
    normale = vers_codes_normaux(simplifiee(BILAN))
    assert (normale["DV"], normale["EA"], normale["DY"], normale["VI"]) == (3_000, 9_000, 0, 3_000)
    assert (normale["CO"], normale["1A"], normale["EE"]) == (121_500, 35_500, 86_000)
    assert (normale["AH"], normale["AI"], normale["AT"], normale["AU"]) == (20_000, 5_000, 80_000, 30_000)


def test_les_controles_d_une_liasse_convertie_passent():
    controles = controler_liasse(simplifiee(BILAN | dict(fournil().valeurs) | {"310": 15_000, "300": 46_000}))
    assert controles.loc[controles["ok"].notna(), "ok"].all()
    assert {"K01", "K02", "K03", "K04", "K05", "K07", "K08", "K14"} <= set(
        controles.loc[controles["ok"].fillna(False), "controle"]
    )


def test_les_exportations_ne_s_ajoutent_pas_aux_ventes():
    normale = vers_codes_normaux(simplifiee({"210": 100, "209": 30}))
    assert (normale["FC"], normale["FB"], normale["FL"]) == (100, 30, 100)


def test_ce_que_la_2033_ne_distingue_pas_est_dit():
    dits = " / ".join(vers_codes_normaux(simplifiee(BILAN | {"230": 100, "256": 10})).avertissements)
    for mot in ("(FP)", "(DY)", "(EH)", "256"):
        assert mot in dits
    sans_associes = {code: montant for code, montant in BILAN.items() if code != "169"}
    assert "169" in " ".join(vers_codes_normaux(simplifiee(sans_associes)).avertissements)
    assert "(FP)" not in " ".join(vers_codes_normaux(simplifiee(BILAN)).avertissements)


def test_des_comptes_courants_superieurs_aux_autres_dettes_sont_dits():
    normale = vers_codes_normaux(simplifiee({"169": 500, "172": 200}))
    assert normale["EA"] == -300
    assert any("dépassent" in avis for avis in normale.avertissements)


def test_un_total_vide_est_calcule_et_dit():
    normale = vers_codes_normaux(simplifiee({"210": 100, "234": 60, "236": 5}))
    assert (normale["FR"], normale["GF"], normale["GG"], normale["HN"]) == (100, 65, 35, 35)
    assert any("total 232 absent" in avis for avis in normale.avertissements)


def test_un_resultat_ne_se_calcule_pas_sur_des_produits_seuls():
    normale = vers_codes_normaux(simplifiee({"210": 100}))
    assert "GG" not in normale.valeurs and "HN" not in normale.valeurs


def test_la_colonne_n1_est_convertie_aussi():
    normale = vers_codes_normaux(simplifiee({"210": 100}, valeurs_n1={"210": 90}))
    assert normale.valeurs_n1["FC"] == 90 and normale.valeurs_n1["FL"] == 90


def test_une_liasse_normale_est_rendue_telle_quelle_et_une_2035_refusee():
    assert vers_codes_normaux(martin()) is not None
    assert vers_codes_normaux(martin()).valeurs == martin().valeurs
    with pytest.raises(ErreurDonnees, match="2035"):
        vers_codes_normaux(Liasse({"recettes": 1}, regime="BNC"))
    with pytest.raises(ErreurDonnees, match="mêlent les régimes"):
        vers_codes_normaux({"FL": 1, "210": 1})


def test_mapping_et_series_gardent_leur_nature():
    valeurs = dict(fournil().valeurs)
    assert vers_codes_normaux(valeurs)["GW"] == 60_000
    serie = vers_codes_normaux(pd.Series(valeurs, name=("732829320", dt.date(2024, 12, 31))))
    assert isinstance(serie, pd.Series) and serie["GW"] == 60_000
    assert serie.name == ("732829320", dt.date(2024, 12, 31))
    assert any("(FP)" in motif for motif in serie.attrs["motifs"])
    assert postes_normaux(valeurs)["FL"] == 350_000


def test_les_doutes_de_la_conversion_accompagnent_les_resultats():
    doutes = vers_codes_normaux(fournil()).avertissements
    assert len(doutes) == 3
    valeurs = dict(fournil().valeurs)
    ligne = vers_codes_normaux(table_de_liasses([fournil()])).iloc[0].drop(["regime", "forme_juridique"])
    for source in (fournil(), valeurs, pd.Series(valeurs), vers_codes_normaux(valeurs), ligne):
        resultat = sig(source)
        assert resultat.attrs["motifs"] == resultat.attrs["avertissements"] == doutes
    bilan = bilan_fonctionnel(simplifiee(BILAN), bz_hors_exploitation=0)
    assert bilan.attrs["motifs"] == vers_codes_normaux(simplifiee(BILAN)).avertissements != ()


@pytest.mark.parametrize("par_bloc", [1, 1 << 16])
def test_les_doutes_d_une_table_sont_dans_motif_et_n_annulent_pas_la_ligne(monkeypatch, par_bloc):
    monkeypatch.setattr("rncp_utils.entreprise.postes.LIGNES_PAR_BLOC", par_bloc)
    comptes = montants("210 100 218 5 232 105 242 60 264 60 270 45 310 45")
    sans_doute = Liasse(comptes, siren="2", regime="RS")
    table = table_de_liasses([fournil(), sans_doute])
    for source in (table, vers_codes_normaux(table)):
        resultat = sig(source)
        assert resultat["resultat_net"].tolist() == [60_500, 45]
        motifs = resultat["motif"].astype("object").tolist()
        assert motifs[0].split(" ; ") == list(vers_codes_normaux(fournil()).avertissements)
        assert pd.isna(motifs[1])


@pytest.mark.parametrize("motif", ["à revoir", 12.0, None])
def test_une_colonne_motif_qui_n_est_pas_de_la_conversion_est_ignoree(motif):
    table = table_de_liasses([martin()])
    pd.testing.assert_frame_equal(sig(table.assign(motif=motif)), sig(table))
    doute = vers_codes_normaux(fournil()).avertissements[0]
    assert sig(table.assign(motif=f"à revoir ; {doute}"))["motif"].tolist() == [doute]


MONTANTS = st.integers(-1_000_000, 1_000_000)
LIASSES = st.dictionaries(st.sampled_from(sorted(set(passage().values()) | {"172"})), MONTANTS, min_size=1)


@given(st.lists(LIASSES, min_size=1, max_size=4))
def test_une_table_donne_ce_que_donne_chaque_liasse(lots):
    liasses = [
        Liasse(lot, siren=f"{rang:09d}", date_cloture=dt.date(2024, 12, 31), regime=SIMPLIFIE)
        for rang, lot in enumerate(lots)
    ]
    table = table_de_liasses(liasses)
    avant = table.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        convertie = vers_codes_normaux(table)
    pd.testing.assert_frame_equal(table, avant)
    assert convertie.index.equals(table.index)
    assert set(convertie["regime"]) == {"RN"}
    for liasse, (_, ligne) in zip(liasses, convertie.iterrows(), strict=True):
        seule = vers_codes_normaux(liasse)
        codes = [code for code in convertie if code not in ("motif", "regime", "forme_juridique", "duree_mois")]
        remplis = {code: ligne[code] for code in codes if not np.isnan(ligne[code])}
        assert remplis == dict(seule.valeurs)
        motif = ligne["motif"]
        assert (set() if pd.isna(motif) else set(motif.split(" ; "))) == set(seule.avertissements)


def test_un_portefeuille_mele_les_regimes_sans_changer_aucun_resultat():
    normale, simplifiee = martin(), fournil()
    table = table_de_liasses(
        [replace(simplifiee, siren="2"), replace(normale, siren="1"), replace(simplifiee, siren="3")]
    )
    assert table["regime"].tolist() == ["RS", "RN", "RS"]
    for fonction in (sig, caf_bce, ratios_bce):
        ensemble = fonction(table)
        assert ensemble.index.equals(table.index)
        assert ensemble.columns[-1] == "motif"
        for rang, seule in enumerate((simplifiee, normale, simplifiee)):
            attendu = fonction(seule)
            lu = ensemble.iloc[rang].drop("motif")[attendu.index].astype("float64")
            pd.testing.assert_series_equal(lu, attendu, check_names=False)
