"""The analysis of a credit file, the answer of the simulated decider, and what follows: screen P6."""

from __future__ import annotations

import pytest

from rncp_utils.donnees import cas
from rncp_utils.poste import etats, valideur
from tests.poste.petit_poste import AVIS, MOTIF, alerte, analyser, bloque, decider, etat, faire, nouveau


def test_les_ratios_sont_ceux_de_la_bibliotheque(poste):
    from rncp_utils.credit import tableau_amortissement
    from rncp_utils.entreprise import caf_additive

    analyser(poste)
    [avis] = poste.table("avis")
    fournil = cas("CAS-01")
    caf = round(100 * float(caf_additive(fournil.exercices["N"])["caf"]))
    an = round(100 * float(tableau_amortissement(60_000, 0.041, 84)["echeance_totale"].iloc[:12].sum()))
    en_cours = 12 * (40_000 + 50_000)
    lus = avis["ratios"]
    assert (lus["caf"], lus["annuites_nouvelles"], lus["annuites_en_cours"]) == (caf, an, en_cours)
    assert lus["couverture"] == round(10_000 * caf / (en_cours + an))
    assert lus["prelevements"] == 100 * fournil.mouvements["N"].dividendes
    assert lus["part_financee"] == round(10_000 * 60 / 76)
    assert lus["engagement_total"] == 6_000_000 + 500_000  # what another bank lent is not ours
    assert 1 <= avis["cote"] <= 10
    assert (avis["sens"], avis["texte"]) == (None, None)


@pytest.mark.parametrize("code", ["CAS-03", "CAS-06", "CAS-07"])
def test_l_analyse_lit_tous_les_regimes(code):
    poste = nouveau(cas_du_client=cas(code))
    analyser(poste)
    [avis] = poste.table("avis")
    assert avis["ratios"]["couverture"] > 0
    assert 1 <= avis["cote"] <= 9


def test_un_client_en_defaut_a_la_cote_dix_et_un_refus():
    poste = nouveau(defaut=True)
    assert decider(poste, "engagements") == etats.REFUSE
    assert poste.table("avis")[0]["cote"] == 10


def test_l_entrepreneur_n_est_pas_sa_propre_caution(poste):
    analyser(poste)
    caution = {"nature": "caution_personnelle", "montant": "60 000"}
    bloque(poste, "P6-B1", "garantie", garant="marchand élise", **caution)
    faire(poste, "garantie", garant="Paul Marchand", **caution)


def test_le_dirigeant_d_une_societe_peut_etre_caution():
    societe = cas("CAS-07")
    poste = nouveau(cas_du_client=societe)
    analyser(poste)
    caution = {"nature": "caution_personnelle", "montant": "60 000"}
    faire(poste, "garantie", garant=societe.dirigeants[0].nom, **caution)
    bloque(poste, "P6-B1", "garantie", garant=societe.denomination, **caution)


def test_la_delegation_est_respectee():
    poste = nouveau(delegation_montant=6_499_999)
    analyser(poste)
    faire(poste, "garantie", nature="gage_materiel", garant="Élise Marchand", montant="45 000")
    bloque(poste, "P6-B2", "transmettre", delegataire="agence")
    faire(poste, "transmettre", delegataire="engagements")
    assert etat(poste) == etats.CHEZ_ENGAGEMENTS
    assert poste.table("dossier")[0]["delegataire"] == "engagements"


def test_la_cote_seule_ote_la_delegation():
    poste = nouveau(delegation_cote=1)
    analyser(poste)
    assert "la cote" in bloque(poste, "P6-B2", "transmettre", delegataire="agence")


def test_une_couverture_faible_est_signalee(poste):
    analyser(poste)
    alerte(poste, "P6-A1", "transmettre", delegataire="agence")


@pytest.mark.parametrize(
    ("autres", "attendu"),
    [
        ({}, etats.ACCEPTE),
        ({"garantie": "35 000"}, etats.SOUS_CONDITIONS),
        ({"garantie": "36 000"}, etats.ACCEPTE),
        ({"avis": {"sens": "favorable", "texte": ""}}, etats.AJOURNE),
        ({"avis": {"sens": "", "texte": "Le projet tient."}}, etats.AJOURNE),
        ({"avis": {}}, etats.AJOURNE),
        ({"avis": {"sens": "reserve", "texte": "Le projet tient à peine."}}, etats.ACCEPTE),
        ({"avis": {"sens": "defavorable", "texte": "Le projet ne tient pas."}}, etats.REFUSE),
        ({"duree": "8 mois"}, etats.ACCEPTE),
        ({"plan": (("besoin", "four", "70 000"), ("ressource", "pret", "60 000"), ("ressource", "apport", "10 000"))},
         etats.SOUS_CONDITIONS),
        ({"plan": (("besoin", "four", "75 000"), ("ressource", "pret", "60 000"), ("ressource", "apport", "15 000"))},
         etats.ACCEPTE),
    ],
)  # fmt: skip
def test_le_valideur_suit_ses_regles(poste, autres, attendu):
    assert decider(poste, **autres) == attendu


def test_le_valideur_refuse_ce_que_la_caf_ne_paie_pas():
    gros = (("besoin", "four", "200 000"), ("ressource", "pret", "150 000"), ("ressource", "apport", "50 000"))
    poste = nouveau()
    assert decider(poste, "engagements", garantie="150 000", plan=gros, montant="150 000", duree="12") == etats.REFUSE
    assert "La CAF couvre 0," in poste.table("dossier")[0]["motif"]


def test_les_regles_publiees_disent_les_seuils(situation):
    texte = " ".join(valideur.regles_publiees(situation))
    for seuil in ("75\u202f000,00\xa0€", "cote 5", "1,00\xa0fois", "60,0\xa0%", "80,0\xa0%"):
        assert seuil in texte


def test_un_pret_accepte_va_jusqu_au_deblocage(poste):
    decider(poste)
    bloque(poste, "", "debloquer")
    faire(poste, "editer")
    assert "garantie n'est pas prise" in bloque(poste, "", "debloquer")
    faire(poste, "prendre_garantie", garantie=1)
    bloque(poste, "", "prendre_garantie", garantie=1)
    faire(poste, "debloquer")
    assert etat(poste) == etats.DEBLOQUE
    faire(poste, "ouvrir_dossier")


def test_les_conditions_se_levent_par_leur_preuve(poste):
    plan = (("besoin", "four", "70 000"), ("ressource", "pret", "60 000"), ("ressource", "apport", "10 000"))
    assert decider(poste, garantie="10 000", plan=plan) == etats.SOUS_CONDITIONS
    assert [c["code"] for c in poste.table("condition")] == ["couverture", "apport"]
    assert "ne prouve pas" in bloque(poste, "", "lever_condition", condition=2, document="accord")
    faire(poste, "lever_condition", condition=2, document="versement")
    bloque(poste, "", "lever_condition", condition=2, document="versement")
    assert "ajoutez d'abord" in bloque(poste, "", "lever_condition", condition=1, document="accord")
    faire(poste, "garantie", nature="gage_materiel", garant="Élise Marchand", montant="26 000")
    faire(poste, "editer")
    for garantie in (1, 2):
        faire(poste, "prendre_garantie", garantie=garantie)
    assert "condition n'est pas levée" in bloque(poste, "", "debloquer")
    faire(poste, "lever_condition", condition=1, document="accord")
    faire(poste, "debloquer")


GAGE = {"nature": "gage_materiel", "garant": "Élise Marchand"}


def test_une_garantie_ajoutee_par_erreur_apres_la_decision_se_retire(poste):
    assert decider(poste, garantie="35 000") == etats.SOUS_CONDITIONS
    faire(poste, "garantie", **GAGE, montant="260 000")
    faire(poste, "retirer_garantie", garantie=2)
    assert [g["montant"] for g in poste.table("garantie")] == [3_500_000]
    assert poste.journal()[-1]["avant"][0]["montant"] == 26_000_000, "what is withdrawn stays in the journal"
    # The id is given again to the right one, which may be withdrawn too as long as it is not taken.
    faire(poste, "garantie", **GAGE, montant="26 000")
    faire(poste, "editer")
    faire(poste, "retirer_garantie", garantie=2)
    faire(poste, "garantie", **GAGE, montant="26 000")
    faire(poste, "prendre_garantie", garantie=2)
    assert "est prise" in bloque(poste, "", "retirer_garantie", garantie=2)


def test_une_garantie_sur_laquelle_on_a_decide_reste(poste):
    assert decider(poste, garantie="35 000") == etats.SOUS_CONDITIONS
    assert "La décision a été prise sur cette garantie" in bloque(poste, "", "retirer_garantie", garantie=1)
    faire(poste, "garantie", **GAGE, montant="26 000")
    faire(poste, "lever_condition", condition=1, document="accord")
    assert "Une condition a été levée grâce" in bloque(poste, "", "retirer_garantie", garantie=2)


def test_un_dossier_ajourne_est_repris(poste):
    decider(poste, avis={})
    faire(poste, "reprendre")
    faire(poste, "controler")
    faire(poste, "analyser")
    faire(poste, "avis", **AVIS)
    faire(poste, "transmettre", delegataire="agence")
    faire(poste, "recevoir_decision")
    assert etat(poste) == etats.ACCEPTE
    assert len(poste.table("avis")) == 1


def test_une_garantie_d_un_autre_dossier_n_est_pas_prise(poste):
    analyser(poste)
    faire(poste, "garantie", nature="gage_materiel", garant="Élise Marchand", montant="45 000")
    faire(poste, "abandonner", motif=MOTIF)
    analyser(poste)
    assert "n'existe pas dans le dossier" in bloque(poste, "", "retirer_garantie", garantie=1)


def test_un_dossier_s_abandonne_sauf_quand_il_est_clos(poste):
    faire(poste, "ouvrir_dossier")
    faire(poste, "abandonner", motif=MOTIF)
    assert poste.table("dossier")[0]["motif"] == MOTIF
    bloque(poste, "", "abandonner", motif=MOTIF)
