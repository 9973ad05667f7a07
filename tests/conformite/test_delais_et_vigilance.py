"""Deadlines in clear days, beneficial owners, vigilance, politically exposed persons, files to consult."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rncp_utils.conformite import (
    beneficiaires,
    delai_reflexion_ok,
    echeances_reclamation,
    est_ppe,
    fichiers_a_consulter,
    fin_de_conservation,
    fin_de_preavis,
    niveau_vigilance,
    premiere_signature,
    table_des_regles,
)
from rncp_utils.erreurs import ErreurDonnees, ErreurParametre, ErreurSchema
from tests.machine import exemples


class TestDelais:
    def test_a43(self):
        assert delai_reflexion_ok("2026-03-02", "2026-03-09") is False
        assert delai_reflexion_ok("2026-03-02", "2026-03-10") is True
        assert premiere_signature("2026-03-02") == dt.date(2026, 3, 10)

    def test_trois_jours_francs_avec_la_mention(self):
        assert delai_reflexion_ok("2026-03-02", "2026-03-05", mention_manuscrite=True) is False
        assert delai_reflexion_ok("2026-03-02", "2026-03-06", mention_manuscrite=True) is True

    @settings(max_examples=exemples(60), deadline=None)
    @given(st.dates(dt.date(2022, 5, 15), dt.date(2027, 1, 1)), st.integers(0, 20), st.booleans())
    def test_une_signature_est_valable_des_la_premiere_date_et_pour_toujours(self, demande, ecart, mention):
        signature = demande + dt.timedelta(days=ecart)
        premiere = premiere_signature(demande, mention_manuscrite=mention)
        assert delai_reflexion_ok(demande, signature, mention_manuscrite=mention) == (signature >= premiere)

    def test_une_serie_vaut_chaque_date(self):
        demandes = pd.Series(
            pd.to_datetime(["2026-03-02", "2026-03-02", None, "2026-03-02", "2021-01-01"]), index=list("abcde")
        )
        signatures = pd.Series(
            pd.to_datetime(["2026-03-09", "2026-03-10", "2026-03-10", "2026-03-01", "2021-03-01"]), index=list("abcde")
        )
        lus = delai_reflexion_ok(demandes, signatures)
        assert lus.isna().tolist() == [False, False, True, False, True]
        assert lus.dropna().tolist() == [False, True, False]
        mention = pd.Series([True, False, True, True, True], index=list("abcde"))
        assert bool(delai_reflexion_ok(demandes, signatures, mention_manuscrite=mention)["a"])

    def test_une_signature_avant_la_demande_est_refusee(self):
        with pytest.raises(ErreurDonnees, match="précède la demande"):
            delai_reflexion_ok("2026-03-10", "2026-03-02")

    def test_avant_la_loi_il_n_y_a_pas_de_renonciation(self):
        with pytest.raises(ErreurParametre):
            premiere_signature("2022-05-14")

    def test_preavis_et_conservation(self):
        assert fin_de_preavis("2026-01-01") == dt.date(2026, 3, 2)
        assert fin_de_conservation("2026-06-30") == dt.date(2031, 6, 30)
        assert fin_de_conservation("2026-06-30", "prospect") == dt.date(2029, 6, 30)
        with pytest.raises(ErreurDonnees, match="« voisin »"):
            fin_de_conservation("2026-06-30", "voisin")

    def test_reclamation_recue_un_samedi_de_fin_d_annee(self):
        limites = echeances_reclamation("2026-01-31")
        assert limites == {"accuse": dt.date(2026, 2, 13), "reponse": dt.date(2026, 3, 31)}

    def test_reclamation_sur_un_paiement(self):
        assert echeances_reclamation("2026-03-02", paiement=True) == {
            "accuse": dt.date(2026, 3, 16),
            "reponse": dt.date(2026, 3, 23),
            "limite": dt.date(2026, 4, 20),
        }

    def test_jours_ouvrables_du_lundi_au_samedi_hors_feries(self):
        # Ten days from Tuesday 17 March: the last one is a Saturday.
        assert echeances_reclamation("2026-03-17", ouvrables=True)["accuse"] == dt.date(2026, 3, 28)
        # 1, 8 and 14 May are days off: the strict count is then the longer of the two.
        assert echeances_reclamation("2026-04-30", ouvrables=True)["accuse"] == dt.date(2026, 5, 15)
        assert echeances_reclamation("2026-04-30")["accuse"] == dt.date(2026, 5, 14)
        # Across the turn of the year, whose first day is off.
        assert echeances_reclamation("2026-12-24", ouvrables=True)["accuse"] == dt.date(2027, 1, 7)


def _lien(detenteur, detenu, part, **autres):
    return {"detenteur": detenteur, "detenu": detenu, "part_capital": part, **autres}


class TestBeneficiaires:
    def test_vingt_cinq_pour_cent_ne_suffisent_pas(self):
        table = beneficiaires([_lien("Anne", "S", 0.25), _lien("Bruno", "S", 0.2501), _lien("Chloé", "S", 0.4999)], "S")
        assert table.index.tolist() == ["Chloé", "Bruno"]

    def test_une_chaine_de_vingt_cinq_pour_cent_exactement(self):
        # 0.4 × 0.625 is 0.25 in decimals.
        liens = [_lien("H", "S", 0.4), _lien("Anne", "H", 0.625), _lien("Bruno", "S", 0.6)]
        assert beneficiaires(liens, "S").index.tolist() == ["Bruno"]

    def test_les_chaines_se_multiplient_et_s_ajoutent(self):
        liens = [
            *(_lien("H1", "S", 0.5), _lien("H2", "S", 0.5)),
            *(_lien("Anne", "H1", 0.3), _lien("Bruno", "H1", 0.7)),
            *(_lien("Anne", "H2", 0.3), _lien("H1", "H2", 0.7)),
        ]
        table = beneficiaires(liens, "S")
        # H1 holds 50 % and 35 % more through H2.
        assert table["part_capital"].to_dict() == {"Bruno": pytest.approx(0.595), "Anne": pytest.approx(0.405)}
        assert (table["motif"] == "capital").all()

    def test_les_droits_de_vote_suffisent(self):
        liens = [_lien("Anne", "S", 0.1, part_votes=0.6), _lien("Bruno", "S", 0.9, part_votes=0.4)]
        assert beneficiaires(liens, "S")["motif"].to_dict() == {"Bruno": "capital", "Anne": "droits de vote"}

    def test_le_controle_par_un_autre_moyen(self):
        table = beneficiaires([_lien("Anne", "S", 0.9), _lien("Bruno", "S", 0.05)], "S", controle=["Bruno", "Chloé"])
        assert table["motif"].to_dict() == {"Anne": "capital", "Bruno": "contrôle", "Chloé": "contrôle"}

    def test_a_defaut_le_representant_legal(self):
        liens = [_lien(nom, "S", 0.2) for nom in "ABCDE"]
        table = beneficiaires(liens, "S", representants=["Anne"])
        assert table["motif"].to_dict() == {"Anne": "représentant légal"} and table.loc["Anne", "part_capital"] == 0
        with pytest.raises(ErreurDonnees, match="représentant légal"):
            beneficiaires(liens, "S")

    def test_une_societe_sans_detenteur_connu_n_est_pas_une_personne(self):
        liens = [_lien("Fonds", "S", 0.6, nature="morale"), _lien("Anne", "S", 0.4, nature="physique")]
        table = beneficiaires(liens, "S")
        assert table.index.tolist() == ["Anne"] and table.attrs["non_identifie"] == pytest.approx(0.6)

    @pytest.mark.parametrize(
        "liens",
        [
            [_lien("H", "S", 0.5), _lien("S", "H", 0.5)],
            [_lien("A", "S", 0.5), _lien("B", "A", 1), _lien("C", "B", 1), _lien("A", "C", 0.1)],
            [_lien("S", "S", 0.1)],
        ],
    )
    def test_e13_une_detention_circulaire_est_refusee(self, liens):
        with pytest.raises(ErreurDonnees, match="circulaire"):
            beneficiaires(liens, "S")

    @pytest.mark.parametrize(
        ("liens", "message"),
        [
            ([_lien("Anne", "S", 60)], "fraction"),
            ([_lien("Anne", "S", -0.1)], "fraction"),
            ([_lien("Anne", "S", 0.6), _lien("Bruno", "S", 0.5)], "ne peuvent pas dépasser"),
            ([_lien("Anne", "S", 0.3), _lien("Anne", "S", 0.3)], "deux fois"),
            ([_lien("Anne", "S", float("nan"))], "n'est pas un nombre"),
            ([_lien("Anne", "S", 0.6, nature="autre")], "nature"),
            ([_lien("Anne", "T", 0.6)], "« S »"),
        ],
    )
    def test_refus(self, liens, message):
        with pytest.raises(ErreurDonnees, match=message):
            beneficiaires(liens, "S")

    def test_une_colonne_absente(self):
        with pytest.raises(ErreurSchema, match="part_capital"):
            beneficiaires([{"detenteur": "Anne", "detenu": "S"}], "S")

    def test_une_tres_longue_chaine(self):
        liens = [_lien(f"H{rang + 1}", f"H{rang}", 1) for rang in range(3_000)]
        assert beneficiaires(liens, "H0").index.tolist() == ["H3000"]

    @settings(max_examples=exemples(40), deadline=None)
    @given(st.lists(st.integers(0, 100), min_size=6, max_size=6), st.randoms())
    def test_les_parts_trouvees_sont_celles_des_chemins(self, poids, alea):
        # Two levels, three owners: every path is written out here.
        p = [Fraction(x, 400) for x in poids]
        liens = [
            *(_lien("H", "S", float(p[0])), _lien("Anne", "S", float(p[1])), _lien("K", "S", float(p[2]))),
            *(_lien("K", "H", float(p[3])), _lien("Anne", "H", float(p[4])), _lien("Anne", "K", float(p[5]))),
        ]
        alea.shuffle(liens)
        part = p[1] + p[0] * p[4] + p[2] * p[5] + p[0] * p[3] * p[5]
        table = beneficiaires(liens, "S", representants=["Zoé"])
        assert ("Anne" in table.index) == (part > Fraction(1, 4))
        if "Anne" in table.index:
            assert table.loc["Anne", "part_capital"] == pytest.approx(float(part))


SANS_RISQUE = dict.fromkeys(
    ("pays_a_risque", "activite_sensible", "relation_a_distance", "structure_complexe", "ppe"), 0
)


class TestVigilance:
    @pytest.mark.parametrize(
        ("facteurs", "score", "niveau", "revue"),
        [
            ((), 0, "standard", 36),
            (("risque_faible",), 0, "simplifiee", 60),
            (("risque_faible", "relation_a_distance"), 15, "standard", 36),
            (("risque_faible", "activite_sensible", "relation_a_distance"), 40, "renforcee", 12),
            (("relation_a_distance",), 15, "standard", 36),
            (("activite_sensible",), 25, "standard", 36),
            (("activite_sensible", "relation_a_distance"), 40, "renforcee", 12),
            (("pays_a_risque",), 40, "renforcee", 12),
            (("ppe",), 0, "renforcee", 12),
        ],
    )
    def test_niveaux(self, facteurs, score, niveau, revue):
        resultat = niveau_vigilance(SANS_RISQUE | dict.fromkeys(facteurs, True))
        assert resultat[["score", "niveau", "revue_mois"]].tolist() == [score, niveau, revue]
        assert resultat.attrs["source"] == "convention de cours"

    def test_ne_pas_savoir_n_est_pas_une_absence_de_risque(self):
        with pytest.raises(ErreurDonnees, match="ppe absente"):
            niveau_vigilance(SANS_RISQUE | {"ppe": None})
        with pytest.raises(ErreurDonnees, match="0 ou 1"):
            niveau_vigilance(SANS_RISQUE | {"ppe": 2})
        with pytest.raises(ErreurDonnees, match="0 ou 1"):
            niveau_vigilance(SANS_RISQUE | {"risque_faible": 2})

    def test_la_table_vaut_chaque_client(self):
        alea = np.random.default_rng(7)
        clients = pd.DataFrame(alea.integers(0, 2, (40, 5)).astype(bool), columns=list(SANS_RISQUE))
        table = niveau_vigilance(clients)
        for cle, client in clients.iterrows():
            seul = niveau_vigilance(client)
            assert (
                table.loc[cle, ["score", "niveau", "revue_mois"]].tolist()
                == seul[["score", "niveau", "revue_mois"]].tolist()
            )

    def test_une_ligne_incomplete_a_son_motif(self):
        table = niveau_vigilance(pd.DataFrame([SANS_RISQUE, SANS_RISQUE | {"ppe": None}, SANS_RISQUE | {"ppe": 3}]))
        assert table["niveau"].isna().tolist() == [False, True, True]
        assert "absente" in table.loc[1, "motif"] and "0 ou 1" in table.loc[2, "motif"]

    def test_la_revue_est_celle_des_regles(self):
        mois = table_des_regles()["validite_mois"]
        assert mois[["VIG-01", "VIG-02", "VIG-03"]].tolist() == [60, 36, 12]

    @settings(max_examples=exemples(40), deadline=None)
    @given(st.lists(st.booleans(), min_size=5, max_size=5), st.sampled_from(list(SANS_RISQUE)))
    def test_un_risque_de_plus_n_abaisse_jamais_le_niveau(self, faits, ajoute):
        client = dict(zip(SANS_RISQUE, faits, strict=True))
        assert niveau_vigilance(client | {ajoute: True})["revue_mois"] <= niveau_vigilance(client)["revue_mois"]


class TestPersonnesExposees:
    @pytest.mark.parametrize(
        ("fin", "attendu"), [(None, True), ("2025-11-24", True), ("2025-11-23", False), ("2020-01-01", False)]
    )
    def test_un_an_apres_les_fonctions(self, fin, attendu):
        assert est_ppe(fin, "2026-11-23") is attendu
        assert est_ppe(pd.Series([fin], dtype="datetime64[s]"), "2026-11-23").tolist() == [attendu]


class TestFichiers:
    @pytest.mark.parametrize(
        ("emprunteur", "objet", "attendu"),
        [
            ("particulier", "consommation", ("FICP",)),
            ("particulier", "besoin_professionnel", ("FIBEN",)),
            ("professionnel", "besoin_professionnel", ("FIBEN",)),
            ("professionnel", "immobilier", ("FIBEN",)),
        ],
    )
    def test_le_ficp_est_pour_les_credits_aux_particuliers(self, emprunteur, objet, attendu):
        assert fichiers_a_consulter(emprunteur, objet) == attendu
        assert set(fichiers_a_consulter(emprunteur, objet, chequier=True)) == {*attendu, "FCC"}

    def test_refus(self):
        with pytest.raises(ErreurDonnees, match="« voiture »"):
            fichiers_a_consulter("particulier", "voiture")
