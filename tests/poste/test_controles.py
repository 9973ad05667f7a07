"""Each check of §7.2: what it says of a good and of a bad value, and on which side of its limit it stops."""

from __future__ import annotations

import ast
import datetime as dt
import inspect

import pytest

from rncp_utils.calendrier import mois_plus_tard
from rncp_utils.poste import controles as c
from tests.poste.petit_poste import JOUR

BLOQUANTS = {"P2-B1", "P3-B1", "P3-B2", "P4-B1", "P4-B2", "P5-B1", "P5-B2", "P6-B1", "P6-B2"}
BLOQUANTS |= {"P7-B1", "P7-B2", "P8-B1", "P8-B2"}
ALERTES = {"P2-A1", "P2-A2", "P3-A1", "P4-A1", "P5-A1", "P5-A2", "P6-A1", "P7-A1", "P8-A1", "P9-A1"}


def _document(date=None, fin=None, signataire=None):
    return {"titre": "Extrait", "date_piece": date, "date_validite": fin, "signataire": signataire}


def _opportunite(besoin, produit, etat="ouverte"):
    return {"id": 4, "besoin": besoin, "produit": produit, "etat": etat}


def _ligne(sens, nature, montant):
    return {"sens": sens, "nature": nature, "montant": montant}


EQUILIBRE = [_ligne("besoin", "four", 100), _ligne("ressource", "pret", 80), _ligne("ressource", "apport", 20)]
DELEGATION = {"montant_maximal": 7_500_000, "cote_maximale": 5}
CHAMPS = [{"libelle": "Téléphone", "maj_le": "2026-01-11"}, {"libelle": "Effectif", "maj_le": None}]

PARLENT = {
    "P2-A1": lambda: c.champs_anciens(CHAMPS, JOUR),
    "P2-A2": lambda: c.ca_different(10_501, 10_000),
    "P2-B1": lambda: c.siren_faux("999319016"),
    "P3-B1": lambda: c.motif_court("x" * 19),
    "P3-A1": lambda: c.opportunite_en_double("payer", "CARTE", [_opportunite("payer", "CARTE")]),
    "P3-B2": lambda: c.opposition({"denomination": "Garage", "opposition": True}),
    "P4-B1": lambda: c.plan_desequilibre([*EQUILIBRE, _ligne("besoin", "stock", 1)], 80),
    "P4-A1": lambda: c.duree_longue(37, 36),
    "P4-B2": lambda: c.montant_negatif(0),
    "P5-B1": lambda: c.pieces_absentes({"demande": "Demande", "statuts": "Statuts"}, ["demande"]),
    "P5-B2": lambda: c.piece_perimee(_document("2026-10-11"), "Extrait", JOUR, 3),
    "P5-A2": lambda: c.piece_a_remplacer(_document("2026-10-11"), "Extrait", JOUR, 3),
    "P5-A1": lambda: c.autre_signataire(_document(signataire="Paul Marchand"), "Élise Marchand"),
    "P6-B1": lambda: c.caution_de_soi("MARCHAND elise", ["Le Fournil", "Élise Marchand"]),
    "P6-A1": lambda: c.couverture_faible(5_999, 6_000),
    "P6-B2": lambda: c.hors_delegation(7_500_001, 5, **DELEGATION, demande="agence"),
    "P7-B1": lambda: c.etape_sautee("Une étape manque."),
    "P7-B2": lambda: c.sans_besoin_relie("payer", ["proteger"]),
    "P7-A1": lambda: c.information_avant_recueil([]),
    "P8-B1": lambda: c.iban_faux("FR7630006000011234567890188"),
    "P8-B2": c.conseil_absent,
    "P8-A1": lambda: c.produit_en_double("CARTE", "Carte", ["CARTE"]),
    "P9-A1": lambda: c.suite_sans_date("Rappeler", ""),
}
SE_TAISENT = {
    "P2-A1": lambda: c.champs_anciens([{"libelle": "Téléphone", "maj_le": "2026-01-12"}], JOUR),
    "P2-A2": lambda: c.ca_different(10_500, 10_000) or c.ca_different(9_500, 10_000) or c.ca_different(5, 0),
    "P2-B1": lambda: c.siren_faux("999319015"),
    "P3-B1": lambda: c.motif_court(" " + "x" * 20),
    "P3-A1": lambda: c.opportunite_en_double(
        "payer", "CARTE", [_opportunite("payer", "TPE"), _opportunite("payer", "CARTE", "ecartee")]
    ),
    "P3-B2": lambda: c.opposition({"denomination": "Garage", "opposition": False}),
    "P4-B1": lambda: c.plan_desequilibre(EQUILIBRE, 80),
    "P4-A1": lambda: c.duree_longue(36, 36) or c.duree_longue(400, None),
    "P4-B2": lambda: c.montant_negatif(1) or c.montant_negatif(0, nul_admis=True),
    "P5-B1": lambda: c.pieces_absentes({"demande": "Demande"}, ["demande", "autre"]),
    "P5-B2": lambda: (
        c.piece_perimee(_document("2026-10-12", "2027-01-12"), "Extrait", JOUR, 3)
        or c.piece_perimee(_document("2001-01-01"), "Statuts", JOUR, None)
        or c.piece_perimee(_document(), "Statuts", JOUR, 3)
    ),
    "P5-A1": lambda: (
        c.autre_signataire(_document(signataire="Marchand Elise"), "Élise Marchand")
        or c.autre_signataire(_document(), "Élise Marchand")
    ),
    "P6-B1": lambda: c.caution_de_soi("Paul Marchand", ["Élise Marchand"]),
    "P6-A1": lambda: c.couverture_faible(6_000, 6_000),
    "P6-B2": lambda: (
        c.hors_delegation(7_500_000, 5, **DELEGATION, demande="agence")
        or c.hors_delegation(99_000_000, 9, **DELEGATION, demande="engagements")
    ),
    "P7-B2": lambda: c.sans_besoin_relie("proteger", ["payer", "proteger"]),
    "P7-A1": lambda: c.information_avant_recueil(["proteger"]),
    "P8-B1": lambda: c.iban_faux("FR7630006000011234567890189"),
    "P8-A1": lambda: c.produit_en_double("CARTE", "Carte", ["TPE"]),
    "P9-A1": lambda: c.suite_sans_date("", "") or c.suite_sans_date("Rappeler", "2027-02-01"),
}


def test_les_codes_sont_ceux_du_cursus():
    ecrits = {
        noeud.value
        for noeud in ast.walk(ast.parse(inspect.getsource(c)))
        if isinstance(noeud, ast.Constant) and isinstance(noeud.value, str) and len(noeud.value) == 5
    }
    assert {code for code in ecrits if code[:1] == "P" and code[2:3] == "-"} == BLOQUANTS | ALERTES
    assert set(PARLENT) == BLOQUANTS | ALERTES


@pytest.mark.parametrize("code", PARLENT)
def test_parle(code):
    controle = PARLENT[code]()
    assert controle.code == code
    assert controle.bloquant == (code in BLOQUANTS)
    assert controle.phrase.endswith(".")
    assert "!" not in controle.phrase


@pytest.mark.parametrize("code", SE_TAISENT)
def test_se_tait(code):
    assert SE_TAISENT[code]() is None


def test_le_pret_du_plan_est_celui_de_la_demande():
    controle = c.plan_desequilibre(EQUILIBRE, 90)
    assert controle.code == "P4-B1"
    assert "n'est pas celui de la demande" in controle.phrase


def test_un_plan_vide_n_est_pas_equilibre():
    assert c.plan_desequilibre([], 0).code == "P4-B1"


def test_hors_delegation_par_la_cote_seule():
    controle = c.hors_delegation(1, 6, **DELEGATION, demande="agence")
    assert "la cote 6 dépasse 5" in controle.phrase


@pytest.mark.parametrize(("fin", "perimee"), [("2027-01-11", True), ("2027-01-12", False), ("2028-01-01", False)])
def test_une_piece_porte_sa_propre_fin(fin, perimee):
    assert (c.piece_perimee(_document("2027-01-02", fin), "Identité", JOUR, None) is not None) == perimee


def test_les_phrases_disent_les_chiffres_lus():
    assert "250\u202f000,00\xa0€" in c.ca_different(25_000_000, 30_600_000).phrase
    assert "59,3\xa0%" in c.couverture_faible(5_930, 6_000).phrase
    assert "02/06/2026" in c.piece_perimee(_document("2026-06-02"), "Extrait", JOUR, 3).phrase


def test_des_mois_plus_tard_gardent_le_dernier_jour_du_mois():
    assert mois_plus_tard(dt.date(2028, 2, 29), -12) == dt.date(2027, 2, 28)
