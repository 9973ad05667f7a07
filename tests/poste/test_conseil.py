"""Advice, subscription and follow-up: screens P7 to P9."""

from __future__ import annotations

import re

import pytest

from rncp_utils.formats import lire_nombre
from rncp_utils.poste import etats
from rncp_utils.poste.situation import situation
from tests.poste.petit_poste import IBAN, MOTIF, REGLAGES, alerte, bloque, conseiller, faire, signer


def test_une_souscription_suit_l_ordre(poste):
    s = signer(poste)
    [souscription] = poste.table("souscription")
    assert souscription["signee_le"] == "2027-01-12"
    assert (souscription["iban"], souscription["options"]) == (IBAN, ["deces"])
    assert [e["etape"] for e in poste.table("etape_conseil")] == ["besoin", "information", "conseil", "remise"]
    faire(poste, "activer", souscription=s)
    assert poste.table("souscription")[0]["etat"] == etats.ACTIVE
    bloque(poste, "", "annuler", souscription=s, motif=MOTIF)


def test_une_souscription_signee_s_annule_avec_sa_trace(poste):
    s = signer(poste)
    faire(poste, "annuler", souscription=s, motif=MOTIF)
    [souscription] = poste.table("souscription")
    assert (souscription["etat"], souscription["motif"], souscription["signee_le"]) == ("annulee", MOTIF, "2027-01-12")
    bloque(poste, "", "activer", souscription=s)


def test_l_information_avant_le_recueil_est_admise_et_signalee(poste):
    s = faire(poste, "commencer_conseil", produit="PREV").id
    alerte(poste, "P7-A1", "informer", souscription=s, document="ipid")
    conseil = {"souscription": s, "besoin": "proteger", "texte": "La formule de base suffit."}
    bloque(poste, "P7-B1", "conseiller", **conseil)
    faire(poste, "recueillir", souscription=s, besoin="proteger", texte="Garder un revenu.")
    faire(poste, "conseiller", **conseil)


def test_le_conseil_demande_un_besoin_et_une_information(poste):
    s = faire(poste, "commencer_conseil", produit="PREV").id
    conseil = {"souscription": s, "besoin": "proteger", "texte": "La formule de base suffit."}
    bloque(poste, "P7-B1", "conseiller", **conseil)
    faire(poste, "recueillir", souscription=s, besoin="proteger", texte="Garder un revenu.")
    bloque(poste, "P7-B1", "conseiller", **conseil)
    faire(poste, "informer", souscription=s, document="ipid")
    bloque(poste, "P7-B2", "conseiller", **(conseil | {"besoin": "payer"}))
    faire(poste, "conseiller", **conseil)


def test_un_document_d_un_autre_produit_n_est_pas_une_information(poste):
    s = faire(poste, "commencer_conseil", produit="PREV").id
    assert "n'est pas prévu" in bloque(poste, "", "informer", souscription=s, document="tarif")


@pytest.mark.parametrize("action", ["regler", "accord", "signer"])
def test_rien_ne_se_souscrit_sans_conseil(poste, action):
    s = faire(poste, "commencer_conseil", produit="PREV").id
    bloque(poste, "P8-B2", action, souscription=s)


def test_pas_de_signature_sans_accord_ni_remise(poste):
    s = conseiller(poste)
    faire(poste, "regler", souscription=s, **REGLAGES)
    bloque(poste, "P7-B1", "signer", souscription=s)
    faire(poste, "accord", souscription=s)
    assert "Conditions générales" in bloque(poste, "P7-B1", "signer", souscription=s)


def test_l_accord_demande_des_reglages_complets(poste):
    s = conseiller(poste)
    phrase = bloque(poste, "", "accord", souscription=s)
    assert "la formule, le bénéficiaire, l'IBAN et le mandat" in phrase
    faire(poste, "regler", souscription=s, **REGLAGES)
    faire(poste, "accord", souscription=s)


def test_un_reglage_change_apres_l_accord_le_redemande(poste):
    s = conseiller(poste)
    faire(poste, "regler", souscription=s, **REGLAGES)
    faire(poste, "accord", souscription=s)
    faire(poste, "regler", souscription=s, **(REGLAGES | {"formule": "complete"}))
    assert poste.table("souscription")[0]["etat"] == etats.CONSEIL


def test_les_controles_de_la_souscription(poste):
    s = conseiller(poste)
    bloque(poste, "P8-B1", "regler", souscription=s, **(REGLAGES | {"iban": IBAN[:-1] + "8"}))
    for nom, valeur in (("formule", "luxe"), ("options", ["piscine"]), ("mandat", "é" * 3)):
        bloque(poste, "", "regler", souscription=s, **(REGLAGES | {nom: valeur}))
    faire(poste, "regler", souscription=s, **(REGLAGES | {"iban": "fr76 3000 6000 0112 3456 7890 189"}))
    assert poste.table("souscription")[0]["iban"] == IBAN
    carte = conseiller(poste, "CARTE", "payer", "tarif")
    alerte(poste, "P8-A1", "regler", souscription=carte)
    faire(poste, "accord", souscription=carte)
    faire(poste, "signer", souscription=carte)


def test_le_suivi(poste):
    faire(poste, "compte_rendu", texte="Le client est reçu.", suite="Rappeler", suite_le="2027-02-01")
    alerte(poste, "P9-A1", "compte_rendu", texte="Le client est reçu.", suite="Rappeler")
    alerte(poste, "P9-A1", "creer_tache", libelle="Relire la liasse")
    bloque(poste, "", "creer_tache", libelle="Relire la liasse", jour="2027-01-11")
    faire(poste, "reclamation", objet="Frais contestés")
    faire(poste, "reclamation", objet="Frais contestés", reponse="Le geste est accordé.")
    assert [r["repondu_le"] for r in poste.table("reclamation")] == [None, "2027-01-12"]


@pytest.mark.parametrize("produit", ["cyber", "prevoyance", "multirisque"])
def test_un_niveau_plus_haut_coute_plus_cher(produit):
    documents = {document["id"]: document for document in situation("vasseur").lignes["document"]}
    lus = [valeur for libelle, valeur in documents[f"contrat_{produit}"]["lignes"] if libelle.startswith("Prix, ")]
    primes = [lire_nombre(re.search(r": ([\d,\s]+)", valeur)[1]).valeur for valeur in lus]
    assert len(primes) > 1
    assert primes == sorted(set(primes))


@pytest.mark.parametrize("produit", ["prevoyance", "hommecle"])
def test_une_garantie_de_personne_est_annoncee_sous_reserve_du_questionnaire_de_sante(produit):
    documents = {document["id"]: document for document in situation("vasseur").lignes["document"]}
    assert "questionnaire de santé" in dict(documents[f"contrat_{produit}"]["lignes"])["Réserve"]
