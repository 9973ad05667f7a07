"""Lessons B5-L3 and B5-L4: what their prose rests on, and workstations played right and wrong for their judges."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from rncp_utils.formats import euros
from rncp_utils.lecon.correction import Retour
from rncp_utils.poste.controles import iban_faux
from rncp_utils.poste.ecrans.mots import ECRANS
from rncp_utils.poste.interface import PosteDeTravail
from rncp_utils.poste.poste import Poste
from tests.cours.gestes_du_poste import (
    DECISION,
    DEMANDE,
    DEMANDER,
    ENVELOPPE,
    JOINDRE,
    OPPORTUNITES,
    PROFIL,
    SERVICE,
    SUIVI,
    annulation,
    cyber_kelya,
    jouer,
    parcours,
    souscription_vasseur,
)
from tests.cours.page import Page, choix_uniques, executer_ensemble, plate, rien_ne_se_devine

L3, L4 = "B5_L3_souscrire", "B5_L4_parcours_complet"


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """The two lessons, executed as a grader sees them: nothing is written."""
    return executer_ensemble("bloc5", (L3, L4))


@pytest.fixture
def l3(pages) -> Page:
    return pages[L3]


@pytest.fixture
def l4(pages) -> Page:
    return pages[L4]


def constats(page: Page, attendus: str, poste: Poste) -> dict[str, Retour]:
    """What the objectives of an exercise say of a workstation."""
    return {nom: juger(poste) for nom, juger in page.noms[attendus].items()}


def fautifs(page: Page, attendus: str, poste: Poste) -> dict[str, str]:
    """Objectives that are not reached, with their sentence in plain spaces."""
    return {nom: plate(r.phrase) for nom, r in constats(page, attendus, poste).items() if not r.juste}


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(pages):
    for page, nombre in ((pages[L3], 9), (pages[L4], 5)):
        uniques = choix_uniques([page])
        assert len(uniques) >= nombre
        rien_ne_se_devine(uniques)


def test_l_iban_du_simulateur_est_celui_du_poste_et_la_cle_ne_lit_pas_les_noms(l3):
    n = l3.noms
    assert n["reste"](n["IBAN_SOCIETE"]) == n["reste"](n["IBAN_SCI"]) == 1
    assert l3.simulateur.prediction.verdict() == "passe"
    vues = n["VUES"]
    assert vues["un chiffre remplacé"] == vues["deux chiffres voisins échangés"] == 1.0
    assert 0.98 < vues["deux chiffres remplacés"] < 1.0, "some pass, says the prose"
    assert vues["un IBAN juste, d'un autre titulaire"] == 0.0
    assert "le poste bloque (contrôle P8-B1)" in l3.phrase()
    assert "le poste accepte" in l3.phrase(faute="titulaire")
    for place in range(1, len(n["CHIFFRES"])):
        iban = n["commettre"]("voisins", place)
        assert (iban_faux(iban) is None) == (iban == n["IBAN_SOCIETE"])


def test_la_part_des_fautes_de_deux_chiffres_est_bien_comptee(l3):
    """The arithmetic of the cell against the workstation's own check, on one pair of places."""
    n = l3.noms
    vues = passees = 0
    for a in range(10):
        for b in range(10):
            chiffres = list(n["CHIFFRES"])
            if a == chiffres[2] or b == chiffres[9]:
                continue
            chiffres[2], chiffres[9] = a, b
            vues, passees = (vues + 1, passees + (iban_faux(n["iban_avec"](chiffres)) is None))
    i, j = n["ecarts"]()[2], n["ecarts"]()[9]
    assert vues == 81 and passees == sum((x + y) % n["DIVISEUR"] == 0 for x in i for y in j)


def test_la_cle_et_la_date_de_l_exercice(l3):
    n, cles = l3.noms, l3.exercices["E4"].correcteur.attendus
    assert iban_faux(f"FR{cles['cle']:02d}{n['COMPTE']}") is None
    assert n["dernier"].date() == dt.date(2027, 1, 15) + dt.timedelta(days=56)
    assert (n["dernier"].month, cles["jour"]) == (3, 12)
    assert iban_faux(n["IBAN_PERRIN"]) is not None, "its key is wrong, says the table"


def test_la_fiche_de_jules_perrin_dit_ce_que_la_cle_en_dit(l3):
    heures = {lettre: heure for lettre, heure, _, _ in l3.noms["LIGNES_PERRIN"]}
    assert heures["I"] > heures["H"] > heures["G"], "handed over after the signature, which follows the agreement"
    assert heures["A"] < heures["B"] < heures["C"]
    assert set(l3.cle("E6", "lignes")) == {"C", "E", "I"}


def test_les_plafonds_des_deux_souscriptions(l3):
    n = l3.noms
    assert (n["PERTE"], n["PERTE_2"]) == (63_000, 131_000)
    plafonds = sorted(n["plafond"](f) for f in n["OFFRE"].formules)
    for perte in (n["PERTE"], n["PERTE_2"]):
        retenu = n["plafond"](n["premiere_qui_couvre"](perte))
        assert retenu >= perte and not [p for p in plafonds if perte <= p < retenu]
    assert n["premiere_qui_couvre"](n["PERTE"]) != n["premiere_qui_couvre"](n["PERTE_2"])
    assert not n["OFFRE"].beneficiaire, "no beneficiary, says the lesson"


def test_l_exercice_sept_suit_la_souscription_pas_a_pas(l3):
    gestes = souscription_vasseur(l3)
    for faits in range(len(gestes)):
        assert fautifs(l3, "attendus_e7", jouer("vasseur", gestes[:faits])), faits
    complet = jouer("vasseur", gestes)
    assert fautifs(l3, "attendus_e7", complet) == {}
    assert fautifs(l3, "attendus_e8", complet), "nothing is cancelled yet"


def test_annuler_puis_refaire_reussit_les_deux_exercices(l3):
    gestes = souscription_vasseur(l3) + annulation() + souscription_vasseur(l3, 2) + SERVICE
    poste = jouer("vasseur", gestes)
    assert fautifs(l3, "attendus_e7", poste) == {}, "the first one is still judged as it was signed"
    assert fautifs(l3, "attendus_e8", poste) == {}


@pytest.mark.parametrize(
    ("objectif", "change", "phrase"),
    [
        ("formule", {"formule": "Plafond de 50 000 €"}, "laisserait une part de la perte"),
        ("formule", {"formule": "Plafond de 250 000 €"}, "un plus bas suffisait"),
        ("options", {"options": []}, "Relisez la ligne des virements"),
        ("options", {"options": ["arret_du_site", "faux_virement"]}, "l'arrêt d'un site de vente"),
        ("compte", {"mandat": "VASSEUR-2027-0113"}, "n'est pas celle du mandat"),
    ],
)
def test_chaque_reglage_faux_a_sa_phrase(l3, objectif, change, phrase):
    dits = fautifs(l3, "attendus_e7", jouer("vasseur", souscription_vasseur(l3, **change)))
    assert phrase in dits.pop(objectif)
    assert dits == {}


def test_le_compte_de_la_sci_est_reconnu(l3):
    poste = jouer("vasseur", souscription_vasseur(l3, iban=l3.noms["IBAN_SCI"]))
    assert "celui de la société" not in (dits := fautifs(l3, "attendus_e7", poste))["compte"]
    assert "compte de la SCI" in dits["compte"]


def test_l_information_avant_le_besoin_se_lit_dans_le_journal(l3):
    gestes = souscription_vasseur(l3)
    gestes[1], gestes[2] = gestes[2], gestes[1]
    dits = fautifs(l3, "attendus_e7", jouer("vasseur", gestes))
    assert set(dits) == {"recueil"} and "avant le besoin" in dits["recueil"]


def test_une_mise_en_service_trop_tot_est_dite(l3):
    gestes = [*souscription_vasseur(l3), ("activer", {"souscription": 1})]
    assert "avant toute relecture" in fautifs(l3, "attendus_e7", jouer("vasseur", gestes))["signature"]


def test_un_conseil_qui_ne_dit_rien_est_repris(l3):
    gestes = souscription_vasseur(l3)
    gestes[3] = ("conseiller", {"souscription": 1, "besoin": "proteger_l_outil", "texte": "Bon produit, bon prix."})
    assert "trop court" in fautifs(l3, "attendus_e7", jouer("vasseur", gestes))["conseil"]


def test_une_souscription_ratee_puis_annulee_n_empeche_pas_de_reussir(l3):
    gestes = souscription_vasseur(l3, formule="Plafond de 50 000 €") + annulation()
    bonne = [(nom, d | {"souscription": 2} if "souscription" in d else d) for nom, d in souscription_vasseur(l3)]
    assert fautifs(l3, "attendus_e7", jouer("vasseur", gestes + bonne)) == {}


def test_deux_contrats_signes_a_la_fois_sont_un_doublon(l3):
    gestes = souscription_vasseur(l3) + souscription_vasseur(l3, 2) + annulation() + SERVICE
    poste = jouer("vasseur", gestes)
    assert "P8-A1" in [c["code"] for c in poste.table("controle")], "the workstation sees it, says the prose"
    dits = fautifs(l3, "attendus_e8", poste)
    assert set(dits) == {"doublon"} and "avant l'annulation" in dits["doublon"]


def test_un_motif_sans_fait_ne_suffit_pas(l3):
    gestes = souscription_vasseur(l3) + annulation("Changement d'avis de la cliente, on refait.")
    dits = fautifs(l3, "attendus_e8", jouer("vasseur", gestes))
    assert "qui, quand et pourquoi" in dits["annulation"]


def test_forcer_un_blocage_est_dit(l3):
    force = [("commencer_conseil", ENVELOPPE)] + [("signer", {"souscription": 1})] * 4
    assert "P8-B2" in fautifs(l3, "attendus_e7", jouer("vasseur", force, refuses=4))["blocages"]


def test_les_documents_que_l_exercice_fait_lire_existent(l3):
    n = l3.noms
    assert iban_faux(n["IBAN_SOCIETE"]) is None and n["RUM"] == "VASSEUR-2027-0112"
    assert {"faux_virement", "arret_du_site"} == set(n["OFFRE"].options)


def test_les_exercices_lisent_le_fichier_du_poste(l3, l4, tmp_path, monkeypatch):
    """From a file beside the notebook to « Vérifier ma réponse »."""
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    for page, code, devoir, attendus, gestes in (
        (l3, "vasseur", "B5-L3", "attendus_e7", souscription_vasseur(l3)),
        (l4, "kelya", "B5-L4", "attendus_e8", SUIVI),
    ):
        poste = PosteDeTravail(code, devoir=devoir, dossier=tmp_path)
        juge = poste.objectifs(page.noms[attendus])
        assert not any(retour.juste for retour in juge.constats().values()), "nothing is done"
        ouvert = Poste.ouvrir(tmp_path, poste.situation, devoir=devoir, apprenant="amelie.durand")
        for nom, donnees in gestes:
            assert ouvert.faire(nom, **donnees).accepte, nom
        assert all(retour.juste for retour in juge.constats().values())


EXERCICES_DU_POSTE = ("attendus_e3", "attendus_e4", "attendus_e5", "attendus_e6", "attendus_e7", "attendus_e8")


def test_le_parcours_entier_reussit_tous_les_exercices(l4):
    poste = jouer("kelya", parcours(l4))
    for attendus in EXERCICES_DU_POSTE:
        assert fautifs(l4, attendus, poste) == {}, attendus


def test_un_poste_sans_travail_ne_reussit_rien(l4):
    vide = jouer("kelya", [("consulter", {"ecran": "P2"})])
    for attendus in EXERCICES_DU_POSTE:
        assert fautifs(l4, attendus, vide), attendus


def test_les_neuf_ecrans_sont_dans_la_lecon(l4):
    postes = [x for x in l4.montres if isinstance(x, PosteDeTravail)]
    assert [code for poste in postes for code in poste.ecrans] == list(ECRANS)
    assert {(poste.nom, poste.devoir, poste.cellule) for poste in postes} == {("kelya", "B5-L4", "poste")}
    assert [poste.entrainement for poste in postes] == [True, False, False], "one button begins it all again"


@pytest.mark.parametrize(
    ("champ", "valeur", "phrase"),
    [
        ("credits_prives", "700", "un loyer n'est pas un crédit"),
        ("credits_prives", "540", "un loyer n'est pas un crédit"),
        ("credits_prives", "0", "vous avez écrit zéro"),
        ("ca", "78 900", "exercice N-1"),
        ("terminal", "Autre prestataire", "n'est pas un terminal"),
        ("regime_social", "Travailleur indépendant", "la moitié de la réponse"),
    ],
)
def test_chaque_case_fausse_du_profil_a_sa_phrase(l4, champ, valeur, phrase):
    gestes = [*PROFIL, ("modifier", {"champ": champ, "valeur": valeur})]
    dits = fautifs(l4, "attendus_e3", jouer("kelya", gestes))
    assert phrase in dits.pop(champ)
    assert dits == {}


def test_une_case_juste_sans_sa_piece_ne_fait_pas_preuve(l4):
    gestes = [geste for geste in PROFIL if geste[0] == "modifier"]
    dits = fautifs(l4, "attendus_e3", jouer("kelya", gestes))
    assert set(dits) == {"preuve"}
    # Opened then written again: the proof is made.
    lire = [geste for geste in PROFIL if geste[0] == "lire_document"]
    assert fautifs(l4, "attendus_e3", jouer("kelya", gestes + lire + gestes)) == {}


def test_les_opportunites_mal_triees_ont_leur_phrase(l4):
    ecarter = ("ecarter_opportunite", {"opportunite": 2, "motif": "Aucun contrat connu chez nous"})
    dits = fautifs(l4, "attendus_e4", jouer("kelya", [*OPPORTUNITES, ecarter]))
    assert "que rien ne contredit" in dits["systeme"]
    autre = ("creer_opportunite", OPPORTUNITES[1][1] | {"besoin": "fideliser", "produit": "PEE"})
    assert "aucun fait" in fautifs(l4, "attendus_e4", jouer("kelya", [*OPPORTUNITES, autre]))["de_trop"]


def test_financer_la_taxe_est_reconnu(l4):
    ttc = [("saisir_demande", DEMANDE[1][1] | {"montant": "14 400"})]
    dits = fautifs(l4, "attendus_e5", jouer("kelya", DEMANDE[:1] + ttc))
    assert "la TVA, qu'elle récupère" in dits["demande"]
    [facture] = [d for d in l4.noms["kelya"].lignes["document"] if d["id"] == "proforma"]
    assert euros(14_400) in dict(map(tuple, facture["lignes"])).values()


def test_les_deux_pieces_piegees_sont_dites(l4):
    for piece, document, phrase in (
        ("extrait_registre", "rne_2026", "trop vieux"),
        ("demande", "demande_1", "ce n'est pas la cliente qui a signé"),
    ):
        remettre = [("lire_document", {"document": document}), ("joindre", {"piece": piece, "document": document})]
        dits = fautifs(l4, "attendus_e5", jouer("kelya", DEMANDE + DEMANDER + JOINDRE + remettre))
        assert set(dits) == {"pieces"} and phrase in dits["pieces"]


def test_joindre_sans_ouvrir_est_dit(l4):
    joindre = [geste for geste in JOINDRE if geste[0] == "joindre"]
    dits = fautifs(l4, "attendus_e5", jouer("kelya", DEMANDE + DEMANDER + joindre))
    assert set(dits) == {"ouverture"}


def test_une_condition_ouverte_et_un_mauvais_decideur_sont_dits(l4):
    avant = DEMANDE + DEMANDER + JOINDRE + DECISION
    dits = fautifs(l4, "attendus_e6", jouer("kelya", avant))
    assert set(dits) == {"conditions", "deblocage"} and "il en reste 2" in dits["conditions"]
    ailleurs = [(nom, {"delegataire": "engagements"} if nom == "transmettre" else d) for nom, d in avant]
    assert "un autre décidait" in fautifs(l4, "attendus_e6", jouer("kelya", ailleurs))["routage"]


@pytest.mark.parametrize(
    ("objectif", "change", "phrase"),
    [
        ("formule", {"formule": "Plafond de 50 000 €"}, "laisse une part"),
        ("formule", {"formule": "Plafond de 250 000 €"}, "un plus bas suffisait"),
        ("options", {"options": ["arret_du_site", "faux_virement"]}, "refusée par la cliente"),
        ("options", {"options": []}, "coûté le plus"),
        ("compte", {"iban": "prive"}, "compte privé"),
    ],
)
def test_chaque_reglage_faux_de_kelya_a_sa_phrase(l4, objectif, change, phrase):
    if change.get("iban") == "prive":
        change = {"iban": l4.noms["IBAN_PRIVE"]}
    dits = fautifs(l4, "attendus_e7", jouer("kelya", cyber_kelya(l4, **change)))
    assert phrase in dits.pop(objectif)
    assert dits == {}


def test_une_suite_sans_date_est_dite(l4):
    sans = [(nom, {c: v for c, v in d.items() if c not in ("suite_le", "jour")}) for nom, d in SUIVI]
    assert set(fautifs(l4, "attendus_e8", jouer("kelya", sans))) == {"suite", "tache"}


def test_le_valideur_du_simulateur_repond_comme_celui_du_poste(l4):
    n, valideur = l4.noms, l4.simulateurs[0]
    poste = jouer("kelya", DEMANDE + DEMANDER + JOINDRE + DECISION)
    [dossier] = poste.table("dossier")
    assert dossier["decision"] == valideur.prediction.verdict() == "accepte_sous_conditions"
    assert plate(dossier["motif"]) in plate(valideur.voir().phrase)
    reponses = {n["interroger"](apport, garantie, 36)[0].etat for apport in (0, 2_400) for garantie in (50, 60)}
    assert reponses == {"accepte", "accepte_sous_conditions"}
    assert n["interroger"](2_400, 60, 36)[0].etat == "accepte"
    assert n["interroger"](0, 50, 12)[0].etat == "refuse", "a short loan costs more than what is left to her"
    assert (n["moitie"], n["complement"]) == (6_000, 1_200)


def test_les_donnees_de_kelya_ecrites_dans_la_prose(l4):
    n = l4.noms
    assert (n["etudiant"], n["logement"], n["recettes"]) == (160, 540, {"N": 112_600, "N-1": 78_900})
    assert sum(n["PERTES"].values()) == n["PERTE"] == 84_000 and len(n["PERTES"]) == 3
    assert n["BONNE_FORMULE"] == "Plafond de 100 000 €"
    assert n["kelya"].regles.validite_mois["extrait_registre"] == 3, "three months, says the prose"
    assert n["boutique"].forme_juridique == "EI", "one person, says the prose"
    assert round(n["BESOIN"] * n["TVA"]) == 14_400


def test_la_chronologie_de_l_exemple(l4):
    n = l4.noms
    debut, fin = (dt.datetime.fromisoformat(n["JOURNAL_DE_NOUR"][rang]["ts"]) for rang in (0, -1))
    assert (fin - debut).total_seconds() / 60 == n["MINUTES_D_HORLOGE"]
    cles = l4.exercices["E9"].correcteur.attendus
    assert cles == {"refusees": pytest.approx(100 * 5 / 27), "pause": 26}
    assert n["retours"] == 3, "one to the demand, two to the advice"


def test_la_chronologie_lit_le_journal_de_l_apprenant(l4, tmp_path, monkeypatch):
    n, traces = l4.noms, l4.simulateurs[1]
    assert traces.prediction.verdict() == "rien"
    assert plate(n["RIEN"]) == plate(traces.voir().phrase)
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    monkeypatch.setattr(n["poste"], "dossier", tmp_path)
    ouvert = Poste.ouvrir(tmp_path, n["poste"].situation, devoir="B5-L4", apprenant="amelie.durand")
    ouvert.faire("consulter", ecran="P1")
    assert plate(n["RIEN"]) == plate(traces.voir().phrase), "looking is not working"
    for nom, donnees in [*PROFIL, ("ouvrir_dossier", {}), ("completer", {})]:
        ouvert.faire(nom, **donnees)
    phrase = plate(traces.voir().phrase)
    assert re.search(r"Vous : \d+ actions, 1 refus, 0 retour\.", phrase), "a document read is no move to another screen"
    assert traces.prediction.verdict() in traces.prediction.options
    assert "Nour Haddad : 27 actions, 5 refus" in plate(traces.voir(qui="nour").phrase)


def test_les_lectures_de_droit_sont_les_memes_que_dans_la_lecon_d_avant(l3, l4):
    """What both lessons say of the law is in the sources of both sheets."""
    for page, references in (
        (l3, ("L. 521-4", "L. 112-2", "L. 132-8", "1367", "260/2012")),
        (l4, ("L. 521-4", "2288")),
    ):
        fiche = next(iter(page.exercices.values())).lecon.fiche
        textes = plate(" ".join(source.texte for source in fiche.sources))
        assert not [reference for reference in references if reference not in textes]
