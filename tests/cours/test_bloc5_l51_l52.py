"""Lessons B5-L1 and B5-L2: the figures that they show, what their prose and keys rest on, their workstation played."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

import pytest
import yaml

from rncp_utils.lecon.correction import Retour
from rncp_utils.poste import controles, etats, valideur
from rncp_utils.poste.interface import PosteDeTravail
from rncp_utils.poste.poste import Poste
from rncp_utils.poste.situation import JOUR, situation
from tests.cours.gestes_de_l_instruction import (
    DECISIONS_FAUTIVES,
    EPARGNE,
    EXERCICES,
    FIN,
    GAGE,
    HOMME_CLE,
    MODELES,
    OPPORTUNITES_FAUTIVES,
    ORGANISME,
    PLAN,
    REFUS_ECRIT,
    Gestes,
    decision,
    joindre,
    pieces,
    profil,
    saisie,
)
from tests.cours.page import COURS, Page, choix_uniques, executer, plate, rien_ne_se_devine

L1, L2 = (COURS / "bloc5" / f"B5_{nom}.ipynb" for nom in ("L1_preparer_entretien", "L2_instruire_dossier"))
APPRENANT = "amelie.durand"


@pytest.fixture(scope="module")
def l1() -> Page:
    """The lesson on preparation, executed as a grader sees it: nothing is written."""
    return executer(L1)


@pytest.fixture(scope="module")
def l2() -> Page:
    """The lesson on the credit file, executed as a grader sees it: nothing is written."""
    return executer(L2)


@pytest.fixture
def jouer(tmp_path, monkeypatch):
    """Plays actions on a new workstation, then gives what the objectives of a lesson say of it."""
    monkeypatch.setenv("RNCP_APPRENANT", APPRENANT)
    monkeypatch.delenv("RNCP_MODE", raising=False)

    def faire(code: str, devoir: str, gestes: Iterable, attendus: dict) -> dict[str, Retour]:
        poste = Poste.ouvrir(tmp_path, situation(code), devoir=devoir, apprenant=APPRENANT, entrainement=True)
        assert poste.recommencer()
        for action, donnees in gestes:
            poste.faire(action, **donnees)
        return PosteDeTravail(code, devoir=devoir, dossier=tmp_path).objectifs(attendus).constats()

    return faire


def fautifs(retours: dict[str, Retour]) -> dict[str, str]:
    return {nom: plate(retour.phrase) for nom, retour in retours.items() if not retour.juste}


def source(chemin) -> str:
    return plate(chemin.read_text(encoding="utf-8") + chemin.with_suffix(".yaml").read_text(encoding="utf-8"))


# What both lessons owe.


@pytest.mark.parametrize(("chemin", "minutes", "competence"), [(L1, 105, "C23"), (L2, 150, "C24")])
def test_la_duree_et_la_competence_sont_celles_du_programme(chemin, minutes, competence):
    fiche = yaml.safe_load(chemin.with_suffix(".yaml").read_text(encoding="utf-8"))
    assert sum(sequence["minutes"] for sequence in fiche["sequences"]) == minutes
    assert max(sequence["minutes"] for sequence in fiche["sequences"]) <= 25
    assert {exercice["competence"] for exercice in fiche["exercices"].values()} == {competence}
    titres = re.findall(r"\((\d+) min\)", chemin.read_text(encoding="utf-8"))
    assert [int(titre) for titre in titres] == [sequence["minutes"] for sequence in fiche["sequences"]]


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(l1, l2):
    for page, nombre in ((l1, 8), (l2, 8)):
        uniques = choix_uniques([page])
        assert len(uniques) >= nombre
        rien_ne_se_devine(uniques)


@pytest.mark.parametrize("chemin", [L1, L2])
def test_les_trois_phrases_du_bloc_sont_dites(chemin):
    dit = source(chemin).casefold()
    for phrase in ("la saisie est la preuve", "n'est pas une donnée nulle", "contrôle bloquant"):
        assert phrase in dit


def test_les_reperes_ecrits_sont_ceux_du_poste():
    dit = source(L1)
    assert "écart de 5 %" in dit and controles.ECART_CA == 500
    assert "vingt caractères" in dit and controles.MOTIF_MINIMAL == 20
    assert "moins d'un an" in dit and controles.MISE_A_JOUR_MOIS == 12
    assert "de 1, la plus sûre, à 10" in source(L2)
    assert f"{JOUR:%d} janvier {JOUR.year}" in dit and f"{JOUR:%d} janvier {JOUR.year}" in source(L2)


# L5.1: the example, the simulator.


def test_l_exemple_du_restaurant_et_le_zero_invente(l1):
    n = l1.noms
    assert (n["ca"], n["ancien_ca"], n["loyer"]) == (441_000, 472_000, 36_000)
    assert n["canal"].exercices["N"]["HN"] < 0, "« exercice N en perte », says the example"
    assert l1.simulateur.prediction.verdict() == "les_deux"
    assert "Supposé : loyer 0,0 % du chiffre d'affaires HT" in l1.phrase(loyer_suppose=0, salaire_suppose=0)
    assert n["parts"](n["loyer"], n["conjointe"]).round(3).tolist() == [0.082, 0.506]
    assert l1.exercices["E2"].correcteur.attendus["ecart"] == pytest.approx(100 * 34 / 214)


# L5.1 at the workstation.


def test_un_profil_bien_complete_est_reconnu(l1, jouer):
    assert fautifs(jouer("vasseur", "B5-L1", profil(), l1.noms["profil_attendu"])) == {}


@pytest.mark.parametrize(
    ("champ", "valeur", "dit"),
    [
        ("effectif", "5", "une personne de trop"),
        ("effectif", "0", "vous avez écrit zéro"),
        ("effectif", None, "encore vide"),
        ("loyer", "36 850", "hors charges"),
        ("loyer", "2 916,67", "par an"),
        ("autres_revenus", "66 000", "rémunération de gérance"),
        ("autres_revenus", "142 400", "dividendes et gérance"),
        ("autres_revenus", "92 400", "comptée avec les salaires"),
        ("prevoyance", "Aucune connue", "absence de réponse"),
        ("prevoyance", "Chez nous", "pas chez nous"),
        ("ca", "589 000", "N-1"),
        ("ca", None, "avril 2025"),
        ("ca", "687 000", "ce n'est pas ce que dit la pièce"),
    ],
)
def test_chaque_erreur_de_profil_a_sa_phrase(l1, jouer, champ, valeur, dit):
    faux = fautifs(jouer("vasseur", "B5-L1", profil(**{champ: valeur}), l1.noms["profil_attendu"]))
    assert dit in faux.pop(champ)
    assert set(faux) <= {"lecture"}, "the others are right; reading waits for a field that is left out"


def test_ecrire_sans_lire_et_changer_le_reste_se_disent(l1, jouer):
    sans_lire = [geste for geste in profil() if geste != ("lire_document", {"document": "quittance"})]
    faux = fautifs(jouer("vasseur", "B5-L1", sans_lire, l1.noms["profil_attendu"]))
    assert set(faux) == {"lecture"} and faux["lecture"].startswith("Loyer")
    relu = [
        *sans_lire,
        ("lire_document", {"document": "quittance"}),
        ("modifier", {"champ": "loyer", "valeur": "35000"}),
    ]
    assert fautifs(jouer("vasseur", "B5-L1", relu, l1.noms["profil_attendu"])) == {}
    de_plus = [*profil(), ("modifier", {"champ": "enfants", "valeur": "2"})]
    assert set(fautifs(jouer("vasseur", "B5-L1", de_plus, l1.noms["profil_attendu"]))) == {"reste"}


def test_les_opportunites_bien_qualifiees_sont_reconnues(l1, jouer):
    vasseur = situation("vasseur")
    assert [o["produit"] for o in vasseur.lignes["opportunite"]] == ["CYBER", "VIE"], "what the system proposes"
    bons = [HOMME_CLE, EPARGNE, REFUS_ECRIT]
    assert fautifs(jouer("vasseur", "B5-L1", bons, l1.noms["opportunites_attendues"])) == {}


@pytest.mark.parametrize(("gestes", "objectif", "dit"), OPPORTUNITES_FAUTIVES)
def test_chaque_erreur_sur_une_opportunite_a_sa_phrase(l1, jouer, gestes, objectif, dit):
    faux = fautifs(jouer("vasseur", "B5-L1", gestes, l1.noms["opportunites_attendues"]))
    assert set(faux) == {objectif} and dit in faux[objectif]


@pytest.mark.parametrize(
    ("jour", "objet", "dit"),
    [
        ("26/01/2027", "Équipe et protection de la société", ""),
        ("02/02/2027", "Équipe et protection de la société", "avant la fin du mois"),
        ("21/01/2027", "Équipe et protection de la société", "après le 21"),
        ("23/01/2027", "Équipe et protection de la société", "aucun rendez-vous"),
        ("26/01/2027", "RDV", "ne dit pas encore"),
    ],
)
def test_l_agenda(l1, jouer, jour, objet, dit):
    gestes = [*profil(), ("prendre_rendez_vous", {"jour": jour, "objet": objet})]
    faux = fautifs(jouer("vasseur", "B5-L1", gestes, {"agenda": l1.noms["juger_agenda"]}))
    assert dit in faux.get("agenda", "") and bool(faux) == bool(dit)


def test_le_client_a_rappeler_est_dit_et_vient_du_portefeuille(l1):
    from rncp_utils.donnees import charger

    dit = plate(l1.exercices["E3"].fiche.conclusion)
    urgent = l1.noms["URGENT"]
    assert "{urgent} : {alerte}" in dit
    assert urgent["denomination"] in set(charger("clients")["raison_sociale"])
    assert urgent["alerte"].startswith("Échéance impayée depuis")


def test_la_taxe_et_les_dates_de_la_lecon_sont_dans_les_documents(l1):
    documents = {
        d["id"]: plate(" ".join(texte for ligne in d["lignes"] for texte in ligne))
        for d in situation("vasseur").lignes["document"]
    }
    assert f"{l1.noms['TAXE']:,} €".replace(",", " ") in documents["quittance"]
    assert (
        "Lucas Petit" in documents["personnel"]
        and "je disparais, la société ne rembourse plus" in documents["note_appel"]
    )
    rdv = situation("vasseur").lignes["rdv"][0]
    assert dt.date.fromisoformat(rdv["jour"]) == l1.noms["PRIS"]


# L5.2: keys, ratios, decider.


def test_le_plan_et_les_ratios_de_la_fromagere(l2):
    cles = {nom: l2.exercices[nom].correcteur.attendus for nom in ("E2", "E6")}
    assert cles["E2"] == {"pret": 41_000, "part": pytest.approx(79.6, abs=0.05)}
    assert cles["E6"] == {"avant": pytest.approx(2.441, abs=0.001), "apres": pytest.approx(1.149, abs=0.001)}
    apres_la_hausse = (l2.noms["CAF_A"] - l2.noms["PRELEVEMENTS_A"] - l2.noms["HAUSSE_A"]) / l2.noms["total_a"]
    assert apres_la_hausse < 1, "« plus couvertes après prélèvements », says the wrong option"


def test_l_age_des_pieces_de_l_exercice_est_celui_du_poste(l2):
    validites = l2.noms["REGLES"].validite_mois
    dates = {
        "registre": ("2026-10-12", "extrait_registre"),
        "domicile": ("2026-10-11", "justificatif_domicile"),
        "impot": ("2025-09-02", "avis_imposition"),
        "liasse": ("2025-06-30", "bilan"),
    }
    cle = l2.cle("E4", "etats")
    for nom, (jour, piece) in dates.items():
        document = {"date_piece": jour, "date_validite": None}
        perimee = controles.piece_perimee(document, piece, JOUR, validites[piece]) is not None
        assert cle[nom] == ("perimee" if perimee else "ok"), nom
    devis = {"date_piece": None, "date_validite": "2027-01-31"}
    assert controles.piece_perimee(devis, "devis", JOUR, None) is None and cle["devis"] == "ok"


def test_le_valideur_repond_comme_la_lecon_le_dit(l2):
    n = l2.noms
    assert l2.simulateur.prediction.verdict() == "accepte_sous_conditions"
    assert n["interroger"](60, 8_000, 100, "favorable")[1].etat == etats.SOUS_CONDITIONS
    assert n["interroger"](24, 8_000, 100, "favorable")[1].etat == etats.REFUSE
    assert n["interroger"](60, 11_200, 100, "favorable")[1].etat == etats.ACCEPTE, (
        "the condition comes from the own funds"
    )
    assert n["interroger"](60, 8_000, 100, "")[1].etat == etats.AJOURNE
    assert n["interroger"](36, 8_000, 100, "favorable")[0]["couverture_apres_prelevements"] < 10_000
    assert len(valideur.regles_publiees(n["fournil"])) == 6
    assert "0,86 fois" in l2.phrase(duree=24, apport=8_000, garanties=100, avis="favorable")


def test_l_exemple_de_delegation(l2):
    n = l2.noms
    couvert = n["gage_d"] / n["pont"].pret.montant
    assert 0.55 < couvert < 0.6, "« il manque peu », says the prose"
    encours = sum(x["encours"] for x in n["en_cours_d"]) / 100
    assert n["pont"].pret.montant <= n["limite"] < n["pont"].pret.montant + encours
    assert n["cote_d"] <= n["REGLES"].delegation_cote


def test_ce_que_disent_les_ratios_du_fournil(l2):
    n = l2.noms
    assert l2.exercices["E7"].correcteur.attendus["manque"] == pytest.approx(1_798.64)
    assert n["lus_f"]["couverture"] > 30_000 > 10_000 > n["lus_f"]["couverture_apres_prelevements"]
    assert n["reste_f"] / n["nouvelle_f"] > 2, "« au-dessus de deux fois » once the other loan is over"
    autre = next(x for x in n["fournil"].lignes["engagement"] if x.get("echeance"))
    assert autre["fin"].startswith("2028-06")
    assert l2.exercices["E8"].correcteur.attendus == {"couverture": pytest.approx(100), "engagement": 60_000}


def test_l_avis_modele_est_accepte_par_le_poste_et_tient_en_150_mots(l2):
    exercice = l2.exercices["E9"]
    modele = exercice.texte(exercice.fiche.indices.corrige).split("«", 1)[1]
    assert 90 <= len(re.findall(r"[\w'’-]+", re.sub(r"[\u202f\xa0]", "", modele))) <= 165
    assert len(modele) < 2_000


# L5.2 at the workstation.


def tous(page: Page) -> dict:
    return {
        f"{bloc}.{nom}": juger
        for bloc in ("demande_attendue", "pieces_attendues", "decision_attendue", "mise_en_place")
        for nom, juger in page.noms[bloc].items()
    }


def test_un_dossier_bien_instruit_est_reconnu_du_debut_a_la_fin(l2, jouer):
    gestes = [*saisie(), *pieces(), *decision(), *FIN]
    assert fautifs(jouer("fournil", "B5-L2", gestes, tous(l2))) == {}


def test_rien_n_est_juste_sur_un_poste_a_peine_ouvert(l2, jouer):
    """Each exercise of the page waits for its own part: what the ones before asked does not answer it."""
    assert set(fautifs(jouer("fournil", "B5-L2", [("ouvrir_dossier", {})], tous(l2)))) == set(tous(l2))
    faits: Gestes = []
    for exercice, bloc in EXERCICES["B5-L2"].items():
        assert set(fautifs(jouer("fournil", "B5-L2", faits or [("ouvrir_dossier", {})], l2.noms[bloc]))) == set(
            l2.noms[bloc]
        )
        faits += MODELES["B5-L2"][exercice]
        assert fautifs(jouer("fournil", "B5-L2", faits, l2.noms[bloc])) == {}


def test_les_exercices_du_profil_attendent_chacun_leur_part(l1, jouer):
    attendus = {nom: l1.noms[bloc] for nom, bloc in EXERCICES["B5-L1"].items() if bloc}
    attendus["E7"] = {"agenda": l1.noms["juger_agenda"]}
    faits: Gestes = [("modifier", {"champ": "enfants", "valeur": "0"})]
    for exercice, voulus in attendus.items():
        assert set(fautifs(jouer("vasseur", "B5-L1", faits, voulus))) >= set(voulus) - {"reste"}
        faits += MODELES["B5-L1"][exercice]
        assert fautifs(jouer("vasseur", "B5-L1", faits, voulus)) == {}


@pytest.mark.parametrize(
    ("gestes", "objectif", "dit"),
    [
        (saisie(montant="72 000"), "demande", "toutes taxes"),
        (saisie(montant="73 600"), "demande", "toutes taxes"),
        (saisie(montant="68 000"), "demande", "tous les besoins"),
        (saisie(duree="60"), "demande", "prospectus"),
        (saisie(taux="4,20"), "demande", "proposition de la banque"),
        (saisie(PLAN | {("besoin", "travaux"): "9 600"}), "besoins", "toutes taxes"),
        (saisie({("besoin", "materiel"): "68 000"}), "besoins", "l'électricien"),
        (saisie(PLAN | {("besoin", "frais"): "300"}), "besoins", "aucun document"),
        (saisie({k: v for k, v in PLAN.items() if k[1] != "apport"}), "ressources", "Apport"),
        (saisie({k: v for k, v in PLAN.items() if k[1] != "apport"}), "equilibre", "8 000 €"),
        (saisie(montant="59 000"), "equilibre", "n'est pas celui de la demande"),
    ],
)
def test_chaque_erreur_de_saisie_a_sa_phrase(l2, jouer, gestes, objectif, dit):
    faux = fautifs(jouer("fournil", "B5-L2", gestes, l2.noms["demande_attendue"]))
    assert dit in faux[objectif]


@pytest.mark.parametrize(
    ("gestes", "objectif", "dit"),
    [
        (pieces(registre="rne_2026"), "registre", "trop ancien"),
        (pieces(registre="rne_2026"), "controle", "il reste à le contrôler"),
        (pieces(demande="demande_1"), "demande", "qui n'emprunte pas"),
        (pieces(lire=False), "lecture", "sans avoir été ouverte"),
        (pieces()[:-2], "controle", "pas encore déclaré complet"),
        ([*joindre("rib", "rib_prive"), ("completer", {})], "presence", "il manque"),
        ([("completer", {})] * 4, "forcage", "P5-B1"),
    ],
)
def test_chaque_erreur_sur_les_pieces_a_sa_phrase(l2, jouer, gestes, objectif, dit):
    faux = fautifs(jouer("fournil", "B5-L2", [*saisie(), *gestes], l2.noms["pieces_attendues"]))
    assert dit in faux[objectif]


@pytest.mark.parametrize(("gestes", "objectif", "dit"), DECISIONS_FAUTIVES)
def test_chaque_erreur_de_decision_a_sa_phrase(l2, jouer, gestes, objectif, dit):
    faux = fautifs(jouer("fournil", "B5-L2", [*saisie(), *pieces(), *gestes], l2.noms["decision_attendue"]))
    assert dit in faux[objectif]


def test_la_cliente_ne_peut_pas_etre_sa_propre_caution(l2, jouer):
    soi = ("garantie", {"nature": "caution_personnelle", "garant": "Élise Marchand", "montant": "60 000"})
    corrige = [*saisie(), *pieces(), *decision([soi, GAGE, ORGANISME]), *FIN]
    assert fautifs(jouer("fournil", "B5-L2", corrige, tous(l2))) == {}, "a mistake that is corrected costs nothing"
    insiste = [*saisie(), *pieces(), *decision([soi] * 4 + [GAGE, ORGANISME]), *FIN]
    faux = fautifs(jouer("fournil", "B5-L2", insiste, tous(l2)))
    assert set(faux) == {"pieces_attendues.forcage", "mise_en_place.forcage"}
    assert all("P6-B1" in phrase for phrase in faux.values())


def test_ce_qui_reste_a_lever_et_a_prendre_se_dit(l2, jouer):
    gestes = [*saisie(), *pieces(), *decision(), ("editer", {}), ("debloquer", {})]
    faux = fautifs(jouer("fournil", "B5-L2", gestes, l2.noms["mise_en_place"]))
    assert set(faux) == {"conditions", "prises", "deblocage", "forcage"}
    assert "Épargne disponible" in faux["conditions"] and "Gage" in faux["prises"]
