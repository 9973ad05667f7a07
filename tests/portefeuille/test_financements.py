"""Which financing for which need: the course's opinion on each solution of the range, and what it costs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import credit_bail
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.portefeuille import (
    GAMME_DU_COURS,
    charger_gamme,
    cout_du_financement,
    durees_de_financement,
    financements,
    loyer_de_credit_bail,
    natures_de_besoin,
    part_du_tarif,
    solutions_de_financement,
    taux_annuel,
)
from rncp_utils.yaml_strict import lire_yaml
from tests.machine import exemples

GAMME = charger_gamme(GAMME_DU_COURS)
REGLES = lire_yaml(Path(financements.__file__).with_suffix(".yaml"))
CODES = tuple(REGLES.contenu["solutions"])
NATURES = tuple(natures_de_besoin())


def avis(nature: str, mois: int, montant: float = 10_000) -> dict[str, str]:
    return solutions_de_financement(nature, montant, mois, gamme=GAMME)["avis"].to_dict()


def adaptees(nature: str, mois: int) -> set[str]:
    return {code for code, rendu in avis(nature, mois).items() if rendu == "adapté"}


def test_les_regles_couvrent_tous_les_financements_de_la_gamme():
    assert REGLES.fautes == []
    assert set(CODES) == {produit.code for produit in GAMME.produits if produit.famille == "financement"}
    for regle in REGLES.contenu["solutions"].values():
        assert set(regle["avis"]) <= set(NATURES)
        assert {"minimum": "trop_court", "maximum": "trop_long"}.keys() >= regle["mois"].keys()
        assert all({"minimum": "trop_court", "maximum": "trop_long"}[borne] in regle for borne in regle["mois"])


@pytest.mark.parametrize(
    ("nature", "mois", "attendues"),
    [
        ("passage", 1, {"DECOUVERT"}),
        ("factures", 2, {"DAILLY"}),
        ("factures", 12, {"AFFACTURAGE"}),
        ("effets", 2, {"ESCOMPTE"}),
        ("saison", 5, {"CAMPAGNE"}),
        ("tva", 2, set()),
        ("stock", 60, {"INVEST"}),
        ("materiel", 60, {"INVEST", "BAIL"}),
        ("travaux", 72, {"INVEST"}),
        ("murs", 180, {"IMMO"}),
        ("marche", 12, {"CAUTION"}),
        ("perte", 12, set()),
    ],
)
def test_ce_qui_convient_a_chaque_besoin(nature, mois, attendues):
    assert adaptees(nature, mois) == attendues


def test_une_duree_trop_courte_ou_trop_longue_change_l_avis_et_le_dit():
    table = solutions_de_financement("materiel", 10_000, 12, gamme=GAMME)
    assert table.loc["INVEST", "avis"] == "à éviter" and "Sous 24 mois" in table.loc["INVEST", "motif"]
    assert avis("materiel", 84)["INVEST"] == "adapté" and avis("materiel", 85)["INVEST"] == "à éviter"
    assert avis("passage", 3)["DECOUVERT"] == "adapté" and avis("passage", 4)["DECOUVERT"] == "à éviter"
    assert avis("factures", 12)["DAILLY"] == "possible"


def test_les_durees_montrees_sont_celles_des_avis():
    durees = durees_de_financement()
    assert tuple(durees.index) == CODES and (durees["minimum"] < durees["maximum"]).all()
    for nature, code in (("materiel", "BAIL"), ("saison", "CAMPAGNE"), ("murs", "IMMO")):
        for mois in durees.loc[code]:
            assert avis(nature, int(mois))[code] == "adapté", code


def test_le_decouvert_n_est_jamais_conseille_pour_ce_qui_dure():
    for nature in ("stock", "materiel", "travaux", "murs", "perte"):
        for mois in (1, 12, 60, 240):
            assert avis(nature, mois)["DECOUVERT"] == "à éviter", nature


def test_les_couts_sont_ceux_des_fonctions_du_credit():
    def cout(code, montant, mois):
        return cout_du_financement(GAMME.produit(code), montant, mois)

    # Range of the course: overdraft 9.5 %, 0.05 % of each month's peak, 60 euros a year.
    assert cout("DECOUVERT", 24_000, 60) == 5 * 2_280 + 60 * 12 + 5 * 60
    assert cout("ESCOMPTE", 9_600, 2) == 96 + 9.6 + 4.5
    assert cout("DAILLY", 72_000, 2) == 72_000 * 0.052 / 6 + 15
    # 50 000 financed, so 55 555.56 out: six turns a year at 0.9 %, and 4.8 % on the advance.
    assert cout("AFFACTURAGE", 50_000, 12) == pytest.approx(50_000 / 0.9 * 365 / 60 * 0.009 + 2_400, abs=0.02)
    assert cout("CAMPAGNE", 20_000, 6) == 20_000 * 0.049 / 2 + 150
    assert cout("BAIL", 24_000, 60) == 60 * 444 + 240 - 24_000
    assert cout("INVEST", 24_000, 60) == pytest.approx(2_884.86)
    assert cout("CAUTION", 7_500, 12) == 112.5


def test_le_credit_bail_d_une_autre_duree_garde_le_taux_du_tarif():
    bail = GAMME.produit("BAIL")
    loyer, option = loyer_de_credit_bail(bail, 50_000)
    assert (loyer, option) == (925, 500)
    attendu = credit_bail(50_000, loyer, 60, vr=option)["taux_periode"]
    for mois in (36, 48, 84):
        autre, option = loyer_de_credit_bail(bail, 50_000, mois)
        assert credit_bail(50_000, autre, mois, vr=option)["taux_periode"] == pytest.approx(attendu, abs=1e-6)


@settings(max_examples=exemples(40), deadline=None)
@given(st.sampled_from(CODES), st.integers(1_000, 300_000), st.integers(1, 60))
def test_un_financement_coute_plus_cher_plus_longtemps_et_pour_plus(code, montant, mois):
    produit = GAMME.produit(code)
    cout = cout_du_financement(produit, montant, mois)
    assert 0 < cout <= cout_du_financement(produit, montant, mois + 1) + 0.01 * (mois + 1)
    assert cout < cout_du_financement(produit, 2 * montant, mois)


@settings(max_examples=exemples(40), deadline=None)
@given(st.sampled_from(NATURES), st.integers(1, 240))
def test_chaque_solution_a_toujours_un_avis_et_une_raison(nature, mois):
    table = solutions_de_financement(nature, 10_000, mois, gamme=GAMME)
    assert tuple(table.index) == CODES
    assert set(table["avis"]) <= {"adapté", "possible", "à éviter"}
    assert table["motif"].str.match(r"^[A-ZÀÉ].*\.$").all() and not table["motif"].str.contains("[{}]").any()
    assert table.loc[table["avis"] != "à éviter", "cout"].notna().all()


def test_les_prix_d_une_autre_gamme_sont_lus(tmp_path):
    contenu = yaml.safe_load(GAMME_DU_COURS.read_text(encoding="utf-8"))
    pret = next(produit for produit in contenu["produits"] if produit["code"] == "INVEST")
    pret["tarif"] = [{"libelle": "Taux maison", "valeur": 6.2, "unite": "% l'an"}]
    chemin = tmp_path / "gamme.yaml"
    chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True), encoding="utf-8")
    autre = charger_gamme(chemin)
    assert taux_annuel(autre.produit("INVEST")) == pytest.approx(0.062)
    memes = {"nature": "materiel", "montant": 20_000, "mois": 60}
    assert (
        solutions_de_financement(**memes, gamme=autre).loc["INVEST", "cout"]
        > solutions_de_financement(**memes, gamme=GAMME).loc["INVEST", "cout"]
    )


def test_une_demande_impossible_est_refusee_en_francais():
    with pytest.raises(ErreurSchema, match="nature"):
        solutions_de_financement("caprice", 1_000, 12)
    with pytest.raises(ErreurDonnees, match="montant"):
        solutions_de_financement("saison", 0, 12)
    for mois in (0, 241, 1.5):
        with pytest.raises(ErreurDonnees, match="mois"):
            solutions_de_financement("saison", 1_000, mois)
    with pytest.raises(ErreurSchema, match="taux annuel"):
        taux_annuel(GAMME.produit("CARTE"))
    with pytest.raises(ErreurSchema, match="chiffrer"):
        cout_du_financement(GAMME.produit("CARTE"), 1_000, 12)
    assert part_du_tarif(GAMME.produit("CARTE"), "% l'an") == 0
