"""Lessons B1-L1 and B1-L2: the figures that they teach, and what each exercise says of right and mistaken answers."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from rncp_utils.donnees import charger
from rncp_utils.donnees.agence.portrait import date_du_portrait, portrait
from rncp_utils.lecon.exercice import Exercice
from rncp_utils.lecon.questions import APP, NUM, ORD, QCM, QCU, TAB
from rncp_utils.lecon.simulateur import Curseur, Menu, Simulateur

BLOC = Path(__file__).parents[2] / "course" / "bloc1"
L1, L2 = "B1_L1_diagnostic_portefeuille", "B1_L2_plan_actions"


class Page:
    """A lesson executed here: its variables, what each of its cells shows."""

    def __init__(self, nom: str) -> None:
        self.noms: dict[str, Any] = {}
        self.montres: list[Any] = []
        for cellule in nbformat.read(BLOC / f"{nom}.ipynb", as_version=4).cells:
            if cellule.cell_type == "code":
                self._executer(cellule.source)
        self.exercices = {x.nom: x for x in self.montres if isinstance(x, Exercice)}
        (self.simulateur,) = [x for x in self.montres if isinstance(x, Simulateur)]

    def _executer(self, source: str) -> None:
        arbre = ast.parse(source)
        fin = arbre.body.pop() if isinstance(arbre.body[-1], ast.Expr) else None
        exec(compile(arbre, "cellule", "exec"), self.noms)
        if fin is not None:
            self.montres.append(eval(compile(ast.Expression(fin.value), "cellule", "eval"), self.noms))


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """Both lessons, executed as a grader sees them: nothing is written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNCP_MODE", "test")
        patch.chdir(BLOC)
        return {nom: Page(nom) for nom in (L1, L2)}


def _juste(exercice: Exercice) -> dict[str, Any]:
    """The right answers of an exercise, as a learner would type them."""
    reponses: dict[str, Any] = {}
    nombres = exercice.correcteur.attendus
    for question, formatif in exercice.correcteur.champs:
        if question.type == NUM:
            reponses[question.id] = str(round(nombres[question.id], 2))
        elif question.type == TAB:
            reponses[question.id] = {
                c.id: str(round(nombres[c.id], 2)) if c.type == NUM else formatif.juste[c.id] for c in question.cases
            }
        elif question.type == ORD:
            reponses[question.id] = {nom: str(rang) for rang, nom in enumerate(formatif.juste, start=1)}
        elif question.type in (QCU, QCM, APP):
            reponses[question.id] = formatif.juste
        else:
            reponses[question.id] = "Un texte."
    return reponses


def _champ(exercice: Exercice, identifiant: str) -> Any:
    return next((q, f) for q, f in exercice.correcteur.champs if q.id == identifiant)


@pytest.mark.parametrize("nom", [L1, L2])
def test_la_bonne_reponse_de_chaque_exercice_est_juste_et_ses_textes_sont_complets(pages, nom):
    page = pages[nom]
    fiche = next(iter(page.exercices.values())).lecon.fiche
    assert set(page.exercices) == set(fiche.exercices)
    for exercice in page.exercices.values():
        retours = exercice.correcteur.juger(_juste(exercice))
        assert {cle: r.phrase for cle, r in retours.items() if not r.juste} == {}, exercice.nom
        textes = [exercice.fiche.enonce, exercice.fiche.conclusion, *exercice.fiche.indices.model_dump().values()]
        textes = [exercice.texte(texte) for texte in textes] + [str(exercice.correcteur.champs)]
        assert not [t for t in textes if re.search(r"\{[a-z]\w*\}", t)], exercice.nom


@pytest.mark.parametrize("nom", [L1, L2])
def test_le_nombre_arrondi_comme_l_enonce_le_demande_est_accepte(pages, nom):
    for exercice in pages[nom].exercices.values():
        for question, _ in exercice.correcteur.champs:
            arrondi = re.search(r"arrondie? (au dixième|à l'unité)", question.enonce)
            if question.type == NUM and (arrondi or question.unite == "€"):
                decimales = 1 if arrondi and arrondi[1] == "au dixième" else 0
                reponse = str(round(exercice.correcteur.attendus[question.id], decimales))
                assert exercice.correcteur.juger({question.id: reponse})[question.id].juste, (exercice.nom, question.id)


@pytest.mark.parametrize("nom", [L1, L2])
def test_chaque_erreur_type_a_sa_valeur_et_sa_phrase(pages, nom):
    for exercice in pages[nom].exercices.values():
        for question, formatif in exercice.correcteur.champs:
            valeurs = exercice.correcteur.erreurs.get(question.id, {})
            for faute, valeur in valeurs.items():
                retour = exercice.correcteur.juger({question.id: str(round(valeur, 2))})[question.id]
                assert not retour.juste, (exercice.nom, question.id, faute)
                assert formatif.erreurs[faute] in retour.phrase, (exercice.nom, question.id, faute)
            assert set(valeurs) == set(formatif.erreurs), (exercice.nom, question.id)


@pytest.mark.parametrize("nom", [L1, L2])
def test_chaque_mauvaise_option_est_expliquee(pages, nom):
    for exercice in pages[nom].exercices.values():
        for question, formatif in exercice.correcteur.champs:
            if question.type in (QCU, QCM):
                justes = [formatif.juste] if question.type == QCU else formatif.juste
                assert set(formatif.retours) == {o.id for o in question.options} - set(justes), exercice.nom


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(pages):
    uniques = [
        (question, formatif.juste)
        for page in pages.values()
        for exercice in page.exercices.values()
        for question, formatif in exercice.correcteur.champs
        if question.type == QCU
    ]
    assert len(uniques) >= 10
    plus_longues = [max(question.options, key=lambda o: len(o.texte)).id == juste for question, juste in uniques]
    assert sum(plus_longues) <= len(uniques) / 2
    places = [[o.id for o in question.options].index(juste) for question, juste in uniques]
    assert max(places.count(place) for place in set(places)) <= len(places) / 2


@pytest.mark.parametrize("nom", [L1, L2])
@pytest.mark.filterwarnings("error")
def test_le_simulateur_part_du_cas_et_repond_a_chaque_extremite(pages, nom):
    simulateur = pages[nom].simulateur
    for reglage in simulateur.parametres:
        extremes = (True, False)
        if isinstance(reglage, Curseur):
            extremes = (reglage.minimum, reglage.maximum)
            # The slider snaps to its steps: a case between two would be shown wrong.
            assert ((reglage.depart - reglage.minimum) / reglage.pas).is_integer(), reglage.nom
        elif isinstance(reglage, Menu):
            extremes = tuple(reglage.options)
        for valeur in extremes:
            vue = simulateur.voir(**{reglage.nom: valeur})
            assert vue.figure is not None and vue.phrase and "▲" not in vue.phrase, (reglage.nom, valeur)
            assert "n.s." not in vue.phrase, (reglage.nom, valeur)
    assert simulateur.prediction.verdict() in simulateur.prediction.options


def test_le_portrait_retrouve_les_segments_et_le_pnb_des_tables():
    p, clients = portrait(), charger("clients")
    assert (p["strategie"] == clients["segment"].reindex(p.index)).all()
    exact = charger("contrats").groupby("id_client")["pnb_annuel"].sum()
    sources = p["marge_credits"] + p["marge_depots"] + p["commissions"]
    assert (sources - exact.reindex(p.index)).abs().max() < 0.02
    assert (p[["marge_credits", "marge_depots", "commissions"]] >= 0).all(axis=None)
    assert f"{date_du_portrait():%d/%m/%Y}" == "31/03/2026"
    p["pnb"] = 0
    assert portrait()["pnb"].sum() > 0, "a reader cannot spoil the next one's table"


def test_les_chiffres_du_diagnostic(pages):
    n = pages[L1].noms
    assert (n["ht_delmas"], n["ttc_delmas"], n["flux_delmas"]) == (1_747_000, pytest.approx(2_096_400), 1_257_840)
    assert n["flux_delmas"] / n["ttc_delmas"] == pytest.approx(0.60)
    assert (len(n["vous"]), len(n["voisin"]), len(n["agence"])) == (37, 35, 120)
    assert n["sarzelle"]["marge_credits"] / n["sarzelle"]["pnb"] == pytest.approx(2 / 3, abs=0.03)
    assert n["sarzelle"]["statut"] == "SARL"


def test_les_lectures_ecrites_du_diagnostic_tiennent_dans_les_donnees(pages):
    """The prose says which way each comparison goes: a new portfolio must not make it lie."""
    n = pages[L1].noms
    vous, agence, parts = n["vous"], n["agence"], n["parts"]
    ecarts = parts["vous"] - parts["agence"]
    assert ecarts["Transports"] > 0.03 and ecarts["Immobilier"] > 0.03 and ecarts["Construction"] == ecarts.min()
    assert vous["pnb"].median() < vous["pnb"].mean() < agence["pnb"].mean()
    mes_sources, leurs_sources = (
        t[["marge_depots", "marge_credits", "commissions"]].sum() / t["pnb"].sum() for t in (vous, agence)
    )
    assert (mes_sources > leurs_sources).tolist() == [True, False, False]
    assert (vous["taux_flux"] < 0.75).sum() == 3 and vous["taux_flux"].max() > 1
    montarvel = agence.loc["C00011"]
    assert (montarvel["raison_sociale"], montarvel["strategie"]) == ("Mécanique de Montarvel", "fidéliser")
    incidents = charger("incidents").query("id_client == 'C00011'")
    recents = incidents[incidents["date"] > n["jour"] - pd.DateOffset(years=1)]
    assert set(recents["type"]) == {"saisie"} and len(recents) == montarvel["incidents"]
    etapes = n["etape"][vous.index].value_counts(normalize=True)
    assert 0.67 < etapes["Plus de dix ans"] < 0.80 and etapes["Moins de trois ans"] < 0.1


def test_la_matrice_et_la_regle_de_priorite_donnent_les_cles_des_exercices(pages):
    page = pages[L1]
    _, formatif = _champ(page.exercices["E9"], "strategie")
    mots = {"développer": "developper", "fidéliser": "fideliser", "maintenir": "maintenir", "désengager": "desengager"}
    assert page.noms["huit"]["strategie"].map(mots).to_dict() == formatif.juste
    six = page.noms["six"]
    retenus = six[(six["strategie"] == "développer") & (six["incidents"] == 0)].nlargest(3, "pnb").index
    lettres = dict(zip(page.noms["SIX"], "abcdef", strict=True))
    assert sorted(lettres[nom] for nom in retenus) == sorted(_champ(page.exercices["E10"], "trois")[1].juste)


def test_le_seuil_et_les_menus_du_simulateur_choisissent_les_clients(pages):
    simulateur = pages[L1].simulateur
    assert simulateur.prediction.verdict() == "tiers"
    assert "Clients retenus : 16 sur 37" in re.sub(r"\s", " ", simulateur.voir(seuil=2_000).phrase)
    developper = simulateur.voir(strategie="développer").tableau
    assert set(developper["Stratégie"]) == {"développer"} and set(developper["Incidents"]) == {0}
    assert len(developper) == 10 and developper["PNB (€)"].is_monotonic_decreasing
    assert "Aucun client" in simulateur.voir(strategie="désengager", seuil=5_000).phrase


def test_les_chiffres_du_plan(pages):
    n = pages[L2].noms
    assert n["objectifs"] == {"Équipements d'encaissement": 12, "Dossiers d'investissement": 9}
    assert n["besoin"] == {"Contacts": 100, "Rendez-vous": 40, "Offres": 20, "Ventes": 12}
    assert n["ouvres"] == [4, 5, 5, 4, 4, 4, 5, 4, 5, 5, 5, 5]
    assert (sum(n["heures"]), n["total"], n["manque"]) == tuple(map(pytest.approx, (163.625, 172.0, 8.375)))
    assert n["signes"] == 12, "the lesson says that nine loans a quarter are three times the pace of the year"
    assert n["rdv_restants"] == 25


def test_le_plan_de_l_exemple_suit_ses_propres_regles(pages):
    n = pages[L2].noms
    contacts, rdv, relances = n["contacts_plan"], n["rdv_plan"], n["relances_plan"]
    assert [sum(contacts), sum(rdv), sum(relances)] == list(n["voulus_plan"].values())
    assert all(c <= d for c, d in zip(n["charges_plan"], n["heures"], strict=True))
    assert all(relances[3:]) and not any(relances[:3])
    passage = sum(rdv) / sum(contacts)
    for semaine in range(1, 13):
        assert sum(rdv[:semaine]) <= passage * sum(contacts[: semaine - 1]) + 1e-9, semaine


def test_le_plan_a_relire_a_trois_incoherences_et_trois_seulement(pages):
    n = pages[L2].noms
    depasse = [c > d for c, d in zip(n["charges_s"], n["dispo_s"], strict=True)]
    assert depasse == [False, False, True, False, False, False]
    assert (sum(n["contacts_s"]), sum(n["rdv_s"])) == (n["besoin_s"]["Contacts"], n["besoin_s"]["Rendez-vous"])
    assert n["contacts_s"][-1] and not n["rdv_s"][-1] and not any(n["relances_s"])


def test_le_calendrier_a_remplir_n_a_qu_une_semaine_en_trop_et_qu_un_remede(pages):
    page = pages[L2]
    n, (_, formatif) = page.noms, _champ(page.exercices["E8"], "calendrier")
    etats = {f"{s}.etat": "depasse" if n["charge_q"][s] > n["dispo_q"][s] else "tient" for s in n["QUATRE"]}
    assert etats == formatif.juste
    contact, rdv, charge, dispo = n["HEURES_CONTACT"], n["HEURES_RDV"], n["charge_q"], n["dispo_q"]
    assert charge["s1"] + 4 * contact <= dispo["s1"] and charge["s2"] - 4 * contact <= dispo["s2"]
    assert charge["s3"] + rdv > dispo["s3"]


def test_le_simulateur_de_charge_dit_ce_que_les_questions_font_chercher(pages):
    simulateur = pages[L2].simulateur
    assert simulateur.prediction.verdict() == "plus"

    def lire(**reglages):
        return re.sub(r"\s", " ", simulateur.voir(**reglages).phrase)

    assert "100 contacts, 40 rendez-vous et 20 offres" in lire()
    assert "il manque 8,4 h" in lire() and "dépassement : 5 sur 12" in lire()
    assert "il reste" in lire(rdv=62) and "il manque" in lire(rdv=60)
    assert "il reste" in lire(offre=57) and "dépassement : 5 sur 12" in lire(offre=57)
    assert "dépassement : 0 sur 12" in lire(offre=57, selon_jours=True)
    assert "il manque" in lire(offre=54) and "il reste" in lire(heures_plan=18.5)
