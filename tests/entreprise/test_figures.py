"""Pictures of the analysis: what they refuse, and alt texts that tell the computed figures."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from rncp_utils.entreprise import (
    barres_bilan_fonctionnel,
    bilan_fonctionnel,
    cascade_sig,
    courbe_frng_bfr_tn,
    position_quartiles,
    sig,
)
from rncp_utils.entreprise.exemples import fournil, martin, martin_n1
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.formats import euros


@pytest.fixture(scope="module")
def bilan():
    return bilan_fonctionnel(martin(), bz_hors_exploitation=0)


@pytest.fixture(scope="module")
def bilans(bilan):
    n1 = bilan_fonctionnel(martin_n1(), bz_hors_exploitation=0)
    return pd.DataFrame({dt.date(2024, 12, 31): bilan, dt.date(2023, 12, 31): n1}).T


class TestCascade:
    def test_martin_du_ca_au_resultat(self):
        figure = cascade_sig(sig(martin()))
        assert figure.donnees["Montant"].astype(int).tolist() == [
            *(660_000, -61_000, -305_000, 294_000, -212_000, 82_000, -26_200, 55_800),
            *(-8_800, 47_000, 2_000, -8_000, 41_000),
        ]
        assert figure.donnees["Nature"].value_counts().to_dict() == {"solde": 6, "baisse": 6, "hausse": 1}

    @pytest.mark.parametrize("entreprise", [martin, fournil])
    def test_alt_dit_les_soldes_calcules(self, entreprise):
        soldes = sig(entreprise())
        alt = cascade_sig(soldes).alt
        for nom in ("chiffre_affaires", "valeur_ajoutee", "ebe", "resultat_exploitation", "rcai", "resultat_net"):
            assert euros(soldes[nom]) in alt

    @pytest.mark.parametrize("depart", ["ca", "production"])
    def test_les_marches_menent_d_un_solde_au_suivant(self, depart):
        donnees = cascade_sig(sig(martin()), depart=depart).donnees
        niveau = 0.0
        for nature, montant in zip(donnees["Nature"], donnees["Montant"], strict=True):
            if nature == "solde" and niveau:
                assert montant == niveau
            niveau = montant if nature == "solde" else niveau + montant
        assert niveau == 41_000

    def test_depart_de_la_production(self):
        figure = cascade_sig(sig(martin()), depart="production")
        assert figure.donnees["Montant"].iloc[0] == 599_000
        assert figure.donnees.index[0] == "Production et marge commerciale"

    def test_une_perte_se_dessine(self):
        soldes = sig(martin())
        soldes[["ebe", "resultat_exploitation", "rcai", "resultat_net"]] -= 150_000
        assert "résultat net -109\u202f000\xa0€" in cascade_sig(soldes).alt

    def test_refus(self):
        soldes = sig(martin())
        with pytest.raises(ErreurDonnees, match="Départ « ebe » inconnu"):
            cascade_sig(soldes, depart="ebe")
        with pytest.raises(ErreurSchema, match=r"Résultats absents.*valeur_ajoutee"):
            cascade_sig(soldes.drop("valeur_ajoutee"))
        with pytest.raises(ErreurDonnees, match="ebe non calculé"):
            cascade_sig(soldes.replace({soldes["ebe"]: float("nan")}))
        with pytest.raises(ErreurDonnees, match="une entreprise à la fois"):
            cascade_sig(soldes.to_frame().T)


class TestBilanFonctionnel:
    def test_deux_cotes_egaux_et_trois_soldes(self, bilan):
        donnees = barres_bilan_fonctionnel(bilan).donnees["Montant"]
        assert donnees["Emplois"].sum() == donnees["Ressources"].sum() == 585_000
        assert donnees["Équilibre"].to_dict() == {"FRNG": 105_500, "BFR": 96_500, "Trésorerie nette": 9_000}

    def test_alt_dit_les_montants_calcules(self, bilan):
        alt = barres_bilan_fonctionnel(bilan).alt
        for nom in ("emplois_stables", "ressources_propres", "dettes_financieres_stables", "frng", "bfr", "bfrhe"):
            assert euros(bilan[nom]) in alt
        assert "dépassent les emplois stables" in alt

    def test_ce_qui_est_negatif_passe_de_l_autre_cote(self, bilan):
        negatif = bilan.copy()
        negatif["ressources_propres"] = -50_000.0
        negatif["frng"] = -50_000.0 + bilan["dettes_financieres_stables"] - bilan["emplois_stables"]
        negatif["tresorerie_nette"] = negatif["frng"] - bilan["bfr"]
        figure = barres_bilan_fonctionnel(negatif)
        montants = figure.donnees["Montant"]
        assert montants["Emplois", "Ressources propres (négatif)"] == 50_000
        assert montants["Ressources", "Trésorerie nette négative"] == 368_500
        assert montants["Emplois"].sum() == montants["Ressources"].sum()
        assert "ne couvrent pas les emplois stables" in figure.alt


class TestCourbe:
    def test_exercices_dans_l_ordre(self, bilans):
        figure = courbe_frng_bfr_tn(bilans)
        assert figure.donnees.index.tolist() == ["2023", "2024"]
        assert figure.donnees["FRNG"].tolist() == [94_700, 105_500]
        assert f"Trésorerie nette de {euros(5700)} à {euros(9000)} (+{euros(3300)})" in figure.alt

    def test_index_siren_et_cloture(self, bilans):
        table = pd.concat({"732829320": bilans}, names=["siren", "date_cloture"])
        assert courbe_frng_bfr_tn(table).donnees.index.tolist() == ["2023", "2024"]
        with pytest.raises(ErreurDonnees, match="plusieurs entreprises"):
            courbe_frng_bfr_tn(pd.concat({"732829320": bilans, "552081317": bilans}))

    @pytest.mark.parametrize(
        ("frng", "bfr"),
        [
            ([121_875, 111_175, -35_925], [86_000, 109_000, 29_000]),
            ([-20_000, -35_925, -40_000], [-60_000, 29_000, -10_000]),
            ([50_000, 52_000, 51_000, 48_000], [49_000, 10_000, 51_500, 47_000]),
        ],
    )
    def test_les_montants_ne_se_couvrent_pas(self, frng, bfr):
        table = pd.DataFrame({"frng": frng, "bfr": bfr}, index=range(2022, 2022 + len(frng)))
        figure = courbe_frng_bfr_tn(table.assign(tresorerie_nette=table["frng"] - table["bfr"])).figure
        ax = figure.axes[0]
        textes = [texte.get_window_extent() for texte in ax.texts]
        barres = [barre.get_window_extent().shrunk(0.98, 0.98) for barre in ax.patches]
        assert len(textes) == 3 * len(frng)
        for rang, texte in enumerate(textes):
            assert not texte.count_overlaps([*textes[:rang], *barres])

    def test_refus(self, bilans):
        with pytest.raises(ErreurDonnees, match="deux exercices au moins"):
            courbe_frng_bfr_tn(bilans.iloc[:1])
        with pytest.raises(ErreurSchema, match="bfr"):
            courbe_frng_bfr_tn(bilans.drop(columns="bfr"))
        with pytest.raises(ErreurDonnees, match="Un montant manque"):
            courbe_frng_bfr_tn(bilans.assign(frng=[1.0, None]))


class TestPosition:
    def test_alt_dit_valeur_quartiles_et_lecture(self):
        figure = position_quartiles(0.368, 0.21, 0.31, 0.45, nom="Autonomie financière")
        assert figure.alt == (
            "Autonomie financière de l'entreprise : 36,8\xa0%. Secteur : premier quartile 21,0\xa0%, "
            "médiane 31,0\xa0%, troisième quartile 45,0\xa0%. Lecture : favorable (+)."
        )

    @pytest.mark.parametrize(
        ("valeur", "sens", "lecture"),
        [(80, "-", "très défavorable (−−)"), (80, "+", "très favorable (++)"), (31, "+", "proche de la médiane (±)")],
    )
    def test_sens(self, valeur, sens, lecture):
        figure = position_quartiles(valeur, 20, 30, 45, nom="Crédit clients", unite="jours", sens=sens)
        assert lecture in figure.alt

    @pytest.mark.parametrize(("valeur", "q1"), [(float("nan"), 0.2), (0.3, 0.9), (0.3, float("nan"))])
    def test_refus(self, valeur, q1):
        with pytest.raises(ErreurDonnees, match="ne se place pas"):
            position_quartiles(valeur, q1, 0.31, 0.45, nom="Autonomie")
