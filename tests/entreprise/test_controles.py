"""Controls K01 to K22: each fault is seen by the controls that hold the box, and by no other."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.entreprise import Liasse, table_de_liasses
from rncp_utils.entreprise.codes import NORMAL, postes
from rncp_utils.entreprise.controles.identites import IDENTITES, SOMMES, termes
from rncp_utils.entreprise.controles.liasse import controler_liasse, controler_table, exiger_equilibre
from rncp_utils.entreprise.exemples import fournil, martin, martin_n1
from rncp_utils.erreurs import AvertissementDonnees, ErreurDonnees, ErreurEquilibre
from tests.machine import exemples

EGALITES = ("K01", "K02", "K03", "K04", "K05", "K06", "K07", "K08", "K09", "K10", "K11", "K12", "K13", "K14")


def noms(controles: pd.DataFrame, ok: bool | None) -> set[str]:
    """Names of the controls that are right, broken, or cannot be checked."""
    masque = controles["ok"].isna() if ok is None else (controles["ok"] == ok).fillna(False)
    return {f"{c} {v}".strip() for c, v in zip(controles["controle"][masque], controles["volet"][masque], strict=True)}


def concernes(controles: pd.DataFrame, code: str, parmi: tuple[str, ...]) -> set[str]:
    """Verifiable controls that hold a box."""
    porte = controles["codes"].map(lambda codes: code in codes.split(", ")).astype(bool)
    garde = porte & controles["controle"].isin(parmi) & controles["ok"].notna()
    return {f"{c} {v}".strip() for c, v in zip(controles["controle"][garde], controles["volet"][garde], strict=True)}


def test_martin_est_juste_et_ce_qui_ne_se_verifie_pas_est_dit():
    controles = controler_liasse(martin(), martin_n1(), tol=0)
    assert noms(controles, False) == set()
    assert noms(controles, None) == {"K17 exploitant", "K22"}
    assert controles.loc[controles["ok"].isna(), "detail"].str.startswith("non vérifiable").all()
    assert sorted(set(controles["controle"])) == [f"K{rang:02d}" for rang in range(1, 23)]


def test_la_table_a_les_colonnes_annoncees():
    controles = controler_liasse(martin())
    annoncees = ["controle", "libelle", "gauche", "droite", "ecart", "ok", "gravite"]
    assert set(annoncees) <= set(controles.columns)
    assert set(controles["gravite"]) == {"bloquant", "anomalie", "alerte"}


def test_sans_exercice_precedent_ses_controles_sont_non_verifiables():
    assert {"K17 société", "K18", "K19 FT", "K19 FV", "K19 FM", "K20"} <= noms(controler_liasse(martin()), None)


def test_un_bilan_absent_ne_passe_jamais_pour_juste():
    controles = controler_liasse(fournil())
    assert {"K01", "K02 BJ", "K03", "K04", "K05", "K14", "K15", "K16"} <= noms(controles, None)
    assert noms(controles, False) == set()


def test_un_total_sans_aucune_ligne_n_est_pas_verifiable_mais_un_total_nul_est_juste():
    controles = controler_liasse({"HD": 500, "GP": 0})
    assert "K12 HD" in noms(controles, None)
    assert "K10 GP" in noms(controles, True)


def test_e5_un_euro_d_ecart_au_passif():
    with pytest.raises(ErreurEquilibre) as erreur:
        exiger_equilibre(martin().avec(EE=436_501), tol=0)
    assert (erreur.value.gauche, erreur.value.droite, erreur.value.ecart) == (436_501, 436_500, 1)
    assert erreur.value.tolerance == 0
    message = str(erreur.value).replace("\u202f", " ").replace("\xa0", " ")
    assert "K01" in message and "436 501 €" in message and "436 500 €" in message and "1 €" in message
    assert "EE, CO, 1A" in message


def test_un_euro_d_arrondi_est_admis_par_defaut():
    exiger_equilibre(martin().avec(EE=436_501))
    exiger_equilibre(martin().avec(FW=132_005))
    with pytest.raises(ErreurEquilibre, match="K08"):
        exiger_equilibre(martin().avec(FW=132_014))


def test_la_tolerance_par_defaut_est_d_un_euro_par_ligne_et_de_deux_au_moins():
    tolerances = controler_liasse(martin()).groupby("controle", observed=True)["tolerance"].max()
    assert (tolerances["K08"], tolerances["K14"], tolerances["K03"]) == (13, 2, 11)


def test_exiger_equilibre_dit_quand_rien_ne_se_verifie():
    with pytest.warns(AvertissementDonnees, match="Aucun contrôle"):
        exiger_equilibre({"YP": 3})
    with pytest.raises(ErreurDonnees, match="controler_table"):
        exiger_equilibre(table_de_liasses([martin()]))


CODES_DES_EGALITES = sorted({code for i in IDENTITES for code in i.codes if i.controle in EGALITES})


@settings(max_examples=exemples(300))
@given(st.sampled_from(CODES_DES_EGALITES), st.integers(1, 10**6), st.sampled_from([1, -1]))
def test_p5_un_code_change_est_vu_par_les_controles_qui_le_portent_et_eux_seuls(code, delta, signe):
    change = martin().avec(**{code: martin().get(code) + signe * delta})
    controles = controler_liasse(change, tol=0)
    egalites = controles[controles["controle"].isin(EGALITES)]
    assert noms(egalites, False) == concernes(controles, code, EGALITES)


@pytest.mark.parametrize("signe", [1, -1])
@pytest.mark.parametrize(
    ("code", "attendus"),
    [
        ("DD", {"K03", "K17 société"}),
        ("ZE", {"K17 société"}),
        ("FT", {"K08", "K19 FT"}),
        ("FV", {"K08", "K19 FV"}),
        ("FM", {"K07", "K19 FM"}),
        ("BR", {"K02 CJ", "K19 FM"}),
        ("BT", {"K02 CJ", "K19 FT"}),
        ("DI", {"K03", "K14"}),
        ("CO", {"K01"}),
        ("HN", {"K13 HN", "K13 HL", "K14"}),
    ],
)
def test_un_code_change_avec_l_exercice_precedent(code, attendus, signe):
    change = martin().avec(**{code: martin()[code] + 100 * signe})
    assert noms(controler_liasse(change, martin_n1(), tol=0), False) == attendus


def test_k15_et_k16_ne_voient_qu_un_depassement():
    assert noms(controler_liasse(martin().avec(EH=142_000)), False) == set()
    rompu = controler_liasse(martin().avec(EH=142_100)).set_index("controle").loc["K15"]
    assert (rompu["ok"], rompu["ecart"]) == (False, 100)
    depasse = martin().avec(BU=18_500, CK=22_000, **{"1A": 178_000})
    rompu = controler_liasse(depasse).set_index("controle").loc["K16"]
    assert (rompu["ok"], rompu["ecart"], rompu["detail"]) == (False, 500, "ligne BT / BU")


def test_k17_d_une_entreprise_individuelle_demande_apports_et_prelevements():
    n1 = Liasse({"DA": 20_000, "DI": 30_000, "DL": 50_000}, date_cloture=dt.date(2023, 12, 31), forme_juridique="EI")
    n = Liasse({"DA": 25_000, "DI": 1_000, "DL": 26_000}, date_cloture=dt.date(2024, 12, 31), forme_juridique="EI")
    assert {"K17 exploitant", "K17 société", "K21"} <= noms(controler_liasse(n, n1), None)
    assert "K17 exploitant" in noms(controler_liasse(n, n1, apports=2_000, prelevements=27_000), True)
    rompus = controler_liasse(n, n1, apports=0, prelevements=27_000).set_index("volet")
    assert (rompus.loc["exploitant", "ok"], rompus.loc["exploitant", "ecart"]) == (False, 2_000)


def test_k18_nomme_les_codes_qui_different():
    n1 = martin_n1().avec(DX=56_000, BX=98_010)
    ligne = controler_liasse(martin(), n1).set_index("controle").loc["K18"]
    assert (ligne["ok"], ligne["ecart"]) == (False, -1_000)
    assert "DX" in ligne["detail"] and "BX" in ligne["detail"]


def test_k18_lit_l_actif_imprime_en_net():
    nets = {"BX": 94_500, "DX": 55_000}
    n = Liasse(martin().valeurs, date_cloture=dt.date(2024, 12, 31), valeurs_n1=martin_n1().valeurs | nets | {"BY": 0})
    assert "K18" in noms(controler_liasse(n, martin_n1()), True)


def test_k18_signale_la_rupture_du_plan_comptable():
    n = Liasse({"FQ": 1}, date_cloture=dt.date(2025, 12, 31), valeurs_n1={"FQ": 500, "FL": 10})
    n1 = Liasse({"FQ": 100, "FL": 10, "EE": 1}, date_cloture=dt.date(2024, 12, 31))
    assert "PCG 2025" in controler_liasse(n, n1).set_index("controle").loc["K18", "detail"]


def test_k20_voit_un_mois_manquant_et_les_controles_d_un_an_sur_l_autre_s_arretent():
    decale = Liasse(martin_n1().valeurs, date_cloture=dt.date(2023, 9, 30))
    controles = controler_liasse(martin(), decale)
    assert noms(controles, False) == {"K20"}
    assert controles.set_index("controle").loc["K20", "ecart"] == 3
    assert {"K17 société", "K18", "K19 FT"} <= noms(controles, None)


def test_k20_voit_une_duree_impossible_dans_une_table():
    table = table_de_liasses([martin()]).assign(duree_mois=30)
    assert controler_table(table, tout=False)["detail"].tolist() == ["un exercice dure de 1 à 24 mois"]


def test_k21_alerte_sous_la_moitie_du_capital():
    def k21(**changements):
        return controler_liasse(martin().avec(**changements)).set_index("controle").loc["K21"]

    assert bool(k21(DL=25_000)["ok"])
    assert (k21(DL=24_999)["ok"], k21(DL=24_999)["ecart"], k21()["gravite"]) == (False, 1, "alerte")


def test_k22_borne_la_tva_collectee():
    def ecart(tva):
        return controler_liasse(martin().avec(YY=tva)).set_index("controle").loc["K22", "ecart"]

    assert (ecart(132_000), ecart(138_600), ecart(140_000), ecart(-50)) == (0, 0, pytest.approx(1_400), -50)


def test_l_exercice_precedent_est_celui_de_la_meme_entreprise():
    n = Liasse({"FL": 1}, siren="732829320")
    n1 = Liasse({"FL": 1}, siren="552100554")
    with pytest.raises(ErreurDonnees, match="552100554"):
        controler_liasse(n, n1)


def test_une_tolerance_negative_est_refusee():
    with pytest.raises(ErreurDonnees, match="0 ou plus"):
        controler_liasse(martin(), tol=-1)


MONTANTS = st.integers(0, 10**7)
LIGNES = sorted(
    code
    for total in ("BJ", "BK", "CJ", "CK", "DL", "EC", "FL", "GF", "GP", "GU", "HD", "HH")
    for _, code in termes(SOMMES[total])
)


@st.composite
def liasses_equilibrees(tirer) -> Liasse:
    """Any lines, their totals, and other reserves (DG) that balance the whole."""
    v = {code: tirer(MONTANTS) for code in tirer(st.sets(st.sampled_from(LIGNES), min_size=5))}

    def total(code):
        return sum(signe * v.get(ligne, 0) for signe, ligne in termes(SOMMES[code]))

    for code in ("BJ", "BK", "CJ", "CK", "EC", "FL", "FR", "GF", "GP", "GU", "HD", "HH"):
        v[code] = total(code)
    v |= {"CO": v["BJ"] + v["CJ"], "1A": v["BK"] + v["CK"]}
    v["GG"] = v["FR"] - v["GF"]
    v["GW"] = v["GG"] + v["GP"] - v["GU"]
    v["HI"] = v["HD"] - v["HH"]
    v["HN"] = v["DI"] = v["GW"] + v["HI"]
    v["EE"] = v["CO"] - v["1A"]
    v["DG"] = 0
    v["DG"] = v["EE"] - v["EC"] - total("DL")
    v["DL"] = v["EE"] - v["EC"]
    return Liasse(v)


@settings(max_examples=exemples(60))
@given(liasses_equilibrees(), MONTANTS)
def test_p4_une_liasse_equilibree_passe_et_une_dette_egale_a_un_actif_ne_change_rien(liasse, x):
    assert not noms(controler_liasse(liasse, tol=0), False) & {i.nom for i in IDENTITES}
    plus = liasse.avec(CF=liasse.get("CF") + x, CJ=liasse["CJ"] + x, CO=liasse["CO"] + x)
    plus = plus.avec(DU=liasse.get("DU") + x, EC=liasse["EC"] + x, EE=liasse["EE"] + x)
    assert "K01" in noms(controler_liasse(plus, tol=0), True)


@settings(max_examples=exemples(60))
@given(
    st.dictionaries(st.sampled_from(sorted(postes(NORMAL))), st.integers(-(10**6), 10**6), min_size=1),
    st.integers(2, 50),
)
def test_multiplier_les_montants_multiplie_les_ecarts(valeurs, facteur):
    simple = controler_liasse(valeurs)
    multiple = controler_liasse({code: montant * facteur for code, montant in valeurs.items()})
    en_euros = simple["controle"] != "K20"
    np.testing.assert_allclose(multiple["ecart"][en_euros], simple["ecart"][en_euros] * facteur, rtol=1e-9)


@settings(max_examples=exemples(40))
@given(
    st.lists(
        st.dictionaries(st.sampled_from(sorted(postes(NORMAL))), st.integers(-(10**6), 10**6), min_size=1),
        min_size=1,
        max_size=4,
    ),
    st.randoms(use_true_random=False),
)
def test_une_table_donne_ce_que_donne_chaque_liasse(lots, hasard):
    liasses = [
        Liasse(lot, siren="732829320", date_cloture=dt.date(2020 + rang, 12, 31), forme_juridique="SARL")
        for rang, lot in enumerate(lots)
    ]
    ordre = list(range(len(liasses)))
    hasard.shuffle(ordre)
    table = table_de_liasses([liasses[rang] for rang in ordre])
    avant = table.copy()
    ensemble = controler_table(table)
    pd.testing.assert_frame_equal(table, avant)
    for rang, liasse in enumerate(liasses):
        seule = controler_liasse(liasse, liasses[rang - 1] if rang else None)
        lignes = ensemble.loc[[(liasse.siren, liasse.date_cloture)]].reset_index(drop=True)
        pd.testing.assert_frame_equal(lignes.astype("str"), seule.astype("str"))


def test_une_table_ne_rend_sur_demande_que_les_controles_rompus():
    table = table_de_liasses([martin_n1(), martin().avec(EE=1)])
    assert controler_table(table, tout=False)["controle"].tolist() == ["K01", "K05"]
    assert controler_liasse(table)["ok"].eq(False).sum() == 2
    vide = controler_table(table_de_liasses([martin()]), tout=False)
    assert len(vide) == 0 and "ecart" in vide


def test_une_table_sans_index_d_exercice_se_controle_ligne_a_ligne():
    table = pd.DataFrame([dict(martin().valeurs), dict(martin().avec(EE=1).valeurs)])
    rompus = controler_table(table, tout=False)
    assert rompus.index.tolist() == [1, 1]
