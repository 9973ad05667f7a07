"""Proportionality of a surety, choice of guarantees for a file, waterfall of the guarantees."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.credit import (
    adapter_garanties,
    cascade_garanties,
    catalogue_suretes,
    couverture,
    limite_information_annuelle,
    proportionnalite_caution,
    tableau_amortissement,
    taeg,
)
from rncp_utils.credit.taux.cout import flux_pret
from rncp_utils.erreurs import ErreurDonnees, ErreurSchema
from rncp_utils.formats import euros
from rncp_utils.parametres import parametre
from tests.machine import exemples

JOUR = dt.date(2026, 11, 23)
DIRIGEANT = {"lien": "dirigeant", "revenus_annuels": 30_000, "patrimoine_net": 100_000}
CONJOINT = {"lien": "conjoint", "revenus_annuels": 25_000, "patrimoine_net": 20_000, "regime": "communaute"}
DOSSIER = {
    "montant": 150_000,
    "duree_mois": 84,
    "objet": "creation",
    "bien": "fonds_commerce",
    "valeur_bien": 180_000,
    "forme": "societe",
    "cautions": [DIRIGEANT],
    "date": JOUR,
}
HYPOTHEQUE = {"code": "hypotheque_conventionnelle", "valeur_expertise": 250_000, "residence_principale": True}
BPIFRANCE = {"code": "bpifrance", "quotite": 0.5}


def _alertes(suretes, **changements):
    table = adapter_garanties(DOSSIER | changements, propositions={"essai": suretes})
    return table.set_index("option").loc["essai"]


class TestProportionnalite:
    @pytest.mark.parametrize(
        ("montant", "niveau", "reduit"),
        [
            (90_000, "ok", 90_000),
            (91_000, "vigilance", 91_000),
            (150_000, "vigilance", 150_000),
            (150_001, "manifeste", 150_000),
        ],
    )
    def test_niveaux_et_montant_reduit(self, montant, niveau, reduit):
        avis = proportionnalite_caution(40_000, 80_000, 50_000, montant, date=JOUR)
        assert avis["niveau"] == niveau
        assert avis["capacite"] == 150_000 and avis["montant_reduit"] == reduit
        assert "apprécié" in avis.attrs["lecture"] and avis.attrs["source"] == "convention de cours"

    def test_un_patrimoine_negatif_ne_laisse_rien(self):
        avis = proportionnalite_caution(10_000, -50_000, 0, 1_000)
        assert avis["niveau"] == "manifeste" and avis["montant_reduit"] == 0 and np.isnan(avis["taux_engagement"])

    def test_ne_rien_demander_n_est_jamais_disproportionne(self):
        assert proportionnalite_caution(0, 0, 10_000, 0)["niveau"] == "ok"

    def test_le_multiple_de_revenus_se_choisit(self):
        assert proportionnalite_caution(40_000, 0, 0, 100_000, annees=2)["capacite"] == 80_000

    @pytest.mark.parametrize("cas", [(-1, 0, 0, 0), (0, 0, -1, 0), (0, 0, 0, -1), (None, 0, 0, 1)])
    def test_refus(self, cas):
        with pytest.raises(ErreurDonnees):
            proportionnalite_caution(*cas)

    @settings(max_examples=exemples(30), deadline=None)
    @given(st.integers(0, 2**32 - 1))
    def test_la_table_vaut_chaque_cas(self, graine):
        alea = np.random.default_rng(graine)
        cas = pd.DataFrame(
            alea.integers(-20_000, 100_000, (6, 4)).astype(float), columns=list("rpem"), index=alea.permutation(6)
        )
        cas.iloc[0, 0] = np.nan
        copie = cas.copy()
        table = proportionnalite_caution(*(cas[nom] for nom in cas))
        pd.testing.assert_frame_equal(cas, copie)
        for cle, ligne in cas.iterrows():
            try:
                seul = proportionnalite_caution(*ligne)
            except ErreurDonnees:
                assert pd.isna(table.loc[cle, "niveau"]) and pd.notna(table.loc[cle, "motif"])
            else:
                assert table.loc[cle, "niveau"] == seul["niveau"]
                assert table.loc[cle, "montant_reduit"] == seul["montant_reduit"]

    @settings(max_examples=exemples(50), deadline=None)
    @given(*[st.integers(0, 500_000)] * 4)
    def test_le_montant_reduit_n_est_plus_disproportionne(self, revenus, patrimoine, engagements, montant):
        reduit = proportionnalite_caution(revenus, patrimoine, engagements, montant)["montant_reduit"]
        assert 0 <= reduit <= montant
        assert proportionnalite_caution(revenus, patrimoine, engagements, reduit)["niveau"] != "manifeste"

    def test_information_annuelle(self):
        assert limite_information_annuelle(2027) == dt.date(2027, 3, 30)


class TestRegles:
    def test_l_entrepreneur_individuel_ne_cautionne_pas_sa_dette(self):
        table = adapter_garanties(DOSSIER | {"forme": "ei"})
        caution = table[table["option"].str.contains(r"Caution personnelle \(dirigeant\)")]
        assert len(caution) and not caution["admise"].any() and caution["score"].isna().all()
        assert caution["alertes"].str.contains("L526-22").all()
        renonciation = table[table["option"].str.contains("Renonciation")]
        assert renonciation["admise"].all() and renonciation["alertes"].str.contains("sept jours francs").all()

    def test_son_conjoint_le_peut(self):
        table = adapter_garanties(DOSSIER | {"forme": "ei", "cautions": [CONJOINT]})
        caution = table[table["option"].str.contains("conjoint")]
        assert caution["admise"].all() and caution["alertes"].str.contains("1415").all()

    def test_le_dirigeant_d_une_societe_le_peut(self):
        table = adapter_garanties(DOSSIER)
        assert table[table["option"].str.contains("dirigeant")]["admise"].all()
        assert not table["option"].str.contains("Renonciation").any()

    def test_la_renonciation_est_propre_a_l_entrepreneur(self):
        ligne = _alertes([{"code": "ei_renonciation", "montant": 10_000}])
        assert not ligne["admise"] and "propre à l'entrepreneur" in ligne["alertes"]

    @pytest.mark.parametrize(("duree", "admise"), [(83, False), (84, True), (120, True)])
    def test_la_garantie_dure_autant_que_le_credit(self, duree, admise):
        ligne = _alertes([{"code": "caution_personnelle", "lien": "tiers", "montant": 50_000, "duree_mois": duree}])
        assert ligne["admise"] == admise and ("prend fin avant" in ligne["alertes"]) != admise

    @pytest.mark.parametrize(("montant", "admise"), [(75_000, True), (75_001, False)])
    def test_bpifrance_limite_la_caution_a_la_moitie(self, montant, admise):
        ligne = _alertes([{"code": "caution_personnelle", "lien": "tiers", "montant": montant}, BPIFRANCE])
        assert ligne["admise"] == admise

    def test_deux_cautions_s_ajoutent_devant_bpifrance(self):
        deux = [{"code": "caution_personnelle", "lien": "tiers", "montant": 40_000}] * 2
        assert not _alertes([*deux, BPIFRANCE])["admise"] and _alertes(deux)["admise"]

    def test_les_options_proposees_respectent_la_limite(self):
        riche = DIRIGEANT | {"patrimoine_net": 900_000}
        table = adapter_garanties(DOSSIER | {"cautions": [riche]})
        assert table[table["option"].str.contains("Bpifrance")]["admise"].all()

    @pytest.mark.parametrize(("objet", "admise"), [("creation", False), ("transmission", True)])
    def test_pas_d_hypotheque_sur_la_residence_avec_bpifrance_creation(self, objet, admise):
        assert _alertes([HYPOTHEQUE, BPIFRANCE], objet=objet)["admise"] == admise
        assert _alertes([HYPOTHEQUE], objet=objet)["admise"]

    def test_le_preteur_de_deniers_ne_garantit_que_l_existant(self):
        assert not _alertes([{"code": "hyp_legale_preteur_deniers", "valeur_expertise": 1}], bien="immeuble_neuf")[
            "admise"
        ]
        table = adapter_garanties(DOSSIER | {"bien": "immeuble_existant"})
        assert table["option"].str.contains("prêteur de deniers").any()
        assert table.loc[table["option"].str.contains("prêteur de deniers"), "admise"].all()

    def test_une_quotite_trop_forte_est_interdite(self):
        assert not _alertes([{"code": "bpifrance", "quotite": 0.8}])["admise"]

    def test_une_inscription_qui_se_perime_est_signalee(self):
        assert "se périme" in adapter_garanties(DOSSIER | {"duree_mois": 144})["alertes"].str.cat()
        assert "se périme" not in adapter_garanties(DOSSIER)["alertes"].str.cat()

    def test_au_dela_de_la_delegation(self):
        assert "délégation" in adapter_garanties(DOSSIER | {"montant": 200_001})["alertes"].str.cat()
        assert "délégation" not in adapter_garanties(DOSSIER | {"montant": 200_000})["alertes"].str.cat()

    def test_une_proposition_fautive_est_dite_et_non_notee(self):
        ligne = _alertes([{"code": "gage_materiel", "valeur_expertise": 10_000, "decote": 1.5}])
        assert not ligne["admise"] and np.isnan(ligne["score"]) and "Interdit : décote hors" in ligne["alertes"]

    @pytest.mark.parametrize(
        ("changement", "siagi", "socama"),
        [
            ({"ca": 500_000, "effectif": 5}, True, False),
            ({"ca": 500_000, "effectif": 50}, False, False),
            ({"ca": 10_000_000, "effectif": 5}, False, False),
            ({"artisan_commercant": True}, False, True),
            ({}, False, False),
        ],
    )
    def test_acces_aux_organismes(self, changement, siagi, socama):
        options = adapter_garanties(DOSSIER | changement)["option"]
        assert options.str.contains("SIAGI").any() == siagi and options.str.contains("Socama").any() == socama


class TestClassement:
    def test_les_points_font_le_score(self):
        table = adapter_garanties(DOSSIER)
        poids = parametre("garanties.score.poids", JOUR)
        assert sum(poids.values()) == 100
        for nom, maximum in poids.items():
            assert table[f"points_{nom}"].between(0, maximum).all()
        admises = table[table["admise"]]
        np.testing.assert_allclose(admises.filter(like="points_").sum(axis=1), admises["score"])
        assert admises["score"].is_monotonic_decreasing and table["admise"].is_monotonic_decreasing

    def test_la_couverture_est_celle_des_suretes(self):
        ligne = (
            adapter_garanties(DOSSIER | {"cautions": []}).set_index("option").loc["Nantissement de fonds de commerce"]
        )
        assert ligne["couverture"] == pytest.approx(90_000 / 150_000)
        fiche = catalogue_suretes().loc["nantissement_fonds_commerce"]
        assert ligne["cout"] == fiche["cout_fixe"] + fiche["cout_pct"] * 150_000
        assert ligne["delai"] == fiche["delai_realisation_mois"]

    def test_le_cout_entre_dans_le_taeg(self):
        table = adapter_garanties(DOSSIER | {"taux": 0.042, "probabilite_defaut": 0.02})
        pret = tableau_amortissement(150_000, 0.042, 84)
        for _, ligne in table.head(3).iterrows():
            assert ligne["taeg"] == pytest.approx(taeg(flux_pret(pret, frais_initiaux=ligne["cout"])), abs=1e-9)
        np.testing.assert_allclose(table["perte_attendue"], 0.02 * table["lgd"] * 150_000, atol=0.005)

    @settings(max_examples=exemples(15), deadline=None)
    @given(st.integers(10_000, 400_000), st.integers(10_000, 400_000))
    def test_un_bien_mieux_evalue_ne_fait_jamais_baisser_la_couverture(self, valeur, ajout):
        sans_caution = DOSSIER | {"cautions": []}
        avant = adapter_garanties(sans_caution | {"valeur_bien": valeur}).set_index("option")["couverture"]
        apres = adapter_garanties(sans_caution | {"valeur_bien": valeur + ajout}).set_index("option")["couverture"]
        assert (apres.reindex(avant.index) >= avant).all()

    def test_les_rangs_deja_inscrits_comptent(self):
        option = "Nantissement de fonds de commerce"
        table = adapter_garanties(DOSSIER | {"rangs_anterieurs": 90_000}).set_index("option")
        assert table.loc[option, "couverture"] == 0

    def test_le_dossier_n_est_pas_modifie(self):
        dossier = {**DOSSIER, "cautions": [dict(DIRIGEANT)]}
        propositions = {"essai": [dict(BPIFRANCE)]}
        adapter_garanties(dossier, propositions=propositions)
        assert dossier == DOSSIER and propositions == {"essai": [BPIFRANCE]}

    @pytest.mark.parametrize(
        ("changement", "erreur", "message"),
        [
            ({"objet": "vacances"}, ErreurDonnees, "« vacances »"),
            ({"bien": "bateau"}, ErreurDonnees, "« bateau »"),
            ({"forme": "sa"}, ErreurDonnees, "« sa »"),
            ({"montant": 0}, ErreurDonnees, "montant vaut 0"),
            ({"duree_mois": -1}, ErreurDonnees, "duree_mois"),
            ({"rangs_anterieurs": -1}, ErreurDonnees, "rangs_anterieurs"),
            ({"cautions": [{"lien": "voisin"}]}, ErreurDonnees, "« voisin »"),
            ({"montnat": 1}, ErreurSchema, "montnat inconnu"),
            ({"montant": "cher"}, ErreurDonnees, "« cher »"),
            ({"valeur_bien": float("nan")}, ErreurDonnees, "valeur_bien n'est pas connu"),
            ({"taux": 4.2}, ErreurDonnees, "fraction"),
            ({"probabilite_defaut": 2}, ErreurDonnees, "fraction"),
            ({"cautions": [{"lien": "tiers", "patrimoine_net": None}]}, ErreurDonnees, "patrimoine_net"),
        ],
    )
    def test_refus(self, changement, erreur, message):
        with pytest.raises(erreur, match=message):
            adapter_garanties(DOSSIER | changement)

    def test_une_surete_inconnue_est_dite(self):
        ligne = _alertes([{"code": "privilege"}])
        assert not ligne["admise"] and "inconnu du catalogue" in ligne["alertes"]

    def test_un_dossier_incomplet(self):
        with pytest.raises(ErreurSchema, match="duree_mois, objet"):
            adapter_garanties({"montant": 1_000})


class TestFigure:
    SURETES = (
        {"code": "nantissement_fonds_commerce", "valeur_expertise": 150_000, "decote": 0.5},
        {"code": "caution_personnelle", "montant": 60_000, "taux_recouvrement": 0.4},
        BPIFRANCE,
    )

    def test_la_cascade_mene_a_la_perte(self):
        figure = cascade_garanties(couverture(200_000, self.SURETES))
        assert figure.donnees["Montant"].tolist() == [200_000, -75_000, -24_000, -50_500, 50_500]
        assert figure.donnees["Montant"].iloc[:4].sum() == figure.donnees["Montant"].iloc[4]
        for montant in (200_000, 75_000, 24_000, 50_500):
            assert euros(montant) in figure.alt
        assert "25,25" in figure.alt and "plancher" not in figure.alt

    def test_l_alternative_dit_le_plancher(self):
        assert "plancher" in cascade_garanties(couverture(10_000, self.SURETES)).alt

    def test_refus(self):
        resultat = couverture(200_000, self.SURETES)
        with pytest.raises(ErreurSchema, match="lgd"):
            cascade_garanties(resultat.drop("lgd"))
        with pytest.raises(ErreurDonnees, match="nulle"):
            cascade_garanties(couverture(0, self.SURETES))
        with pytest.raises(ErreurDonnees, match="une exposition à la fois"):
            cascade_garanties(pd.DataFrame([resultat]))
