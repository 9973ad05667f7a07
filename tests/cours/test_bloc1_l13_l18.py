"""Lessons B1-L3 and B1-L8: the figures that they teach, the keys written by hand, what each exercise answers."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from rncp_utils.donnees import charger
from rncp_utils.lecon.exercice import Exercice
from rncp_utils.lecon.questions import APP, NUM, ORD, QCM, QCU
from rncp_utils.lecon.simulateur import Curseur, Interrupteur, Menu, Simulateur
from rncp_utils.portefeuille import zone_chalandise

BLOC = Path(__file__).parents[2] / "course" / "bloc1"
L3, L8 = "B1_L3_donnees_socio_economiques", "B1_L8_document_de_synthese"


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

    def cle(self, exercice: str, champ: str) -> Any:
        """Key of a field, as the sheet gives it."""
        return next(f.juste for q, f in self.exercices[exercice].correcteur.champs if q.id == champ)

    def phrase(self, **reglages: Any) -> str:
        """Sentence of the simulator, with plain spaces."""
        return re.sub(r"\s", " ", self.simulateur.voir(**reglages).phrase)


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    """Both lessons, executed as a grader sees them: nothing is written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RNCP_MODE", "test")
        patch.chdir(BLOC)
        return {nom: Page(nom) for nom in (L3, L8)}


def _nombre(attendu: float) -> str:
    """A number as a learner types it, to two decimals."""
    return str(round(float(attendu), 2))


def _juste(exercice: Exercice) -> dict[str, Any]:
    """The right answers of an exercise, as a learner would type them."""
    reponses: dict[str, Any] = {}
    for question, formatif in exercice.correcteur.champs:
        if question.type == NUM:
            reponses[question.id] = _nombre(exercice.correcteur.attendus[question.id])
        elif question.type == ORD:
            reponses[question.id] = {nom: str(rang) for rang, nom in enumerate(formatif.juste, start=1)}
        elif question.type in (QCU, QCM, APP):
            reponses[question.id] = formatif.juste
        else:
            reponses[question.id] = "Un texte."
    return reponses


@pytest.mark.parametrize("nom", [L3, L8])
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


@pytest.mark.parametrize("nom", [L3, L8])
def test_chaque_erreur_type_a_sa_valeur_et_sa_phrase(pages, nom):
    for exercice in pages[nom].exercices.values():
        bonnes = _juste(exercice)
        for question, formatif in exercice.correcteur.champs:
            valeurs = exercice.correcteur.erreurs.get(question.id, {})
            assert set(valeurs) == set(formatif.erreurs), (exercice.nom, question.id)
            for faute, valeur in valeurs.items():
                retour = exercice.correcteur.juger(bonnes | {question.id: _nombre(valeur)})[question.id]
                assert not retour.juste, (exercice.nom, faute)
                assert formatif.erreurs[faute] in retour.phrase, (exercice.nom, faute)


@pytest.mark.parametrize("nom", [L3, L8])
def test_chaque_mauvaise_option_est_expliquee(pages, nom):
    for exercice in pages[nom].exercices.values():
        for question, formatif in exercice.correcteur.champs:
            if question.type in (QCU, QCM):
                justes = [formatif.juste] if question.type == QCU else formatif.juste
                assert set(formatif.retours) == {o.id for o in question.options} - set(justes), exercice.nom


def test_la_bonne_option_ne_se_devine_ni_a_sa_longueur_ni_a_sa_place(pages):
    choix = [
        (question, formatif.juste)
        for page in pages.values()
        for exercice in page.exercices.values()
        for question, formatif in exercice.correcteur.champs
        if question.type == QCU
    ]
    plus_longues = [sorted(question.options, key=lambda o: -len(o.texte))[0].id == juste for question, juste in choix]
    places = [[o.id for o in question.options].index(juste) for question, juste in choix]
    assert len(choix) >= 10
    assert sum(plus_longues) <= len(choix) / 2
    assert max(places.count(place) for place in range(3)) <= len(choix) / 2


@pytest.mark.parametrize("nom", [L3, L8])
@pytest.mark.filterwarnings("error")
def test_le_simulateur_repond_a_chaque_reglage(pages, nom):
    simulateur = pages[nom].simulateur
    for reglage in simulateur.parametres:
        if isinstance(reglage, Curseur):
            assert ((reglage.depart - reglage.minimum) / reglage.pas).is_integer(), reglage.nom
            valeurs = [reglage.minimum, reglage.maximum]
        elif isinstance(reglage, Menu):
            valeurs = list(reglage.options)
        else:
            assert isinstance(reglage, Interrupteur)
            valeurs = [False, True]
        for valeur in valeurs:
            vue = simulateur.voir(**{reglage.nom: valeur})
            assert vue.figure is not None and vue.phrase and "n.s." not in vue.phrase, (reglage.nom, valeur)
    assert simulateur.prediction.verdict() in simulateur.prediction.options


# ------------------------------------------------------------------------------------------------ lesson 3


def test_la_zone_se_recoupe_avec_la_table_des_communes(pages):
    n = pages[L3].noms
    communes, zone = charger("territoire").set_index("commune"), n["zone"]
    trois = communes.loc[["Brévonne-sur-Ourle", "Fontarse", "Corvanne"]]
    assert zone["ouverts"] == trois["nb_etab_I"].sum()
    assert n["territoire"]["ouverts"] == communes["nb_etab_I"].sum()
    assert zone["au_debut"] + zone["creations"] - zone["fermetures"] == zone["ouverts"]
    assert n["sarzelle"]["ouverts"] == communes.loc["Sarzelle", "nb_etab_S"]
    assert (round(n["densite_s"], 1), n["croissance_s"], round(n["part_s"], 3)) == (21.0, 0.25, 0.119)


def test_les_parts_du_portefeuille_donnent_la_cle_de_l_exercice(pages):
    page = pages[L3]
    ecarts, seuil = page.noms["ecarts"], page.noms["SEUIL"]
    lus = {
        cle: "proche" if abs(ecarts[metier]) < seuil else "sur" if ecarts[metier] > 0 else "sous"
        for cle, metier in page.noms["EXERCICE_4"].items()
    }
    assert lus == page.cle("E4", "poids")
    assert set(lus.values()) == {"sur", "proche", "sous"}
    assert abs(ecarts[page.noms["TRANSPORTS"]]) > seuil
    lieux = page.noms["communes"]
    zone = zone_chalandise(charger("etablissements"), int(lieux["population"].sum()), date=page.noms["jour"])
    assert zone.loc["M", "taux_creation"] > zone["taux_creation"].median()  # « crée beaucoup d'établissements »


def test_le_restaurant_recule_quand_ses_confreres_progressent(pages):
    n = pages[L3].noms
    assert round(n["v"], 3) == -0.066
    assert n["m"] > 0 and n["m1"] > 0
    assert n["nombre_r"][n["cloture"]] == 15
    # What the table shows can be subtracted by hand.
    assert round(100 * n["ecart"], 1) == round(round(100 * n["v"], 1) - round(100 * n["m"], 1), 1)
    assert n["metier_f"] > 0 > n["variation_f"]


def test_les_places_parmi_les_quartiles_donnent_la_cle_de_l_exercice(pages):
    page = pages[L3]
    n = page.noms
    rangs = {}
    for cle, (ratio, _, _) in n["RATIOS"].items():
        valeur = n["atelier"][ratio]
        rangs[cle] = f"q{sum(valeur > borne for borne in n['quartiles_de']('F', n['TRANCHE'], ratio))}"
    assert rangs == page.cle("E6", "places")
    sens = n["reference"].drop_duplicates("ratio").set_index("ratio")["sens"]
    defavorables = {
        cle for cle, (ratio, _, _) in n["RATIOS"].items() if (rangs[cle] in ("q0", "q1")) == (sens[ratio] == "+")
    }
    assert defavorables == set(page.cle("E6", "defavorables"))
    q1, q2, _ = n["q_route"]
    assert q1 < n["taux_apres"] < q2 < n["route"]["ebe"] / n["route"]["ventes"]


def test_les_reglages_proposes_montrent_ce_que_la_lecon_annonce(pages):
    page = pages[L3]
    choc, clients = page.noms["choc"], page.noms["CLIENTS"]
    assert page.simulateur.prediction.verdict() == "salle"
    assert "entre la médiane et le troisième quartile" in page.phrase()
    assert "sous le premier quartile" in page.phrase(frequentation=-5)

    def perte(client, energie, frequentation):
        compte = clients[client][1]
        return (compte["ebe"] - choc(client, energie, frequentation)["EBE"]) / compte["ventes"]

    assert perte("route", 20, 0) > 2 * perte("pain", 20, 0)
    assert perte("route", 0, -10) > max(perte(client, 0, -10) for client in ("quai", "canal", "pain"))
    assert "sous le premier quartile" in page.phrase(client="canal", frequentation=15)
    assert "sous le premier quartile" not in page.phrase(client="canal", frequentation=25)


def test_le_compte_simule_part_de_l_ebe_de_la_liasse(pages):
    n = pages[L3].noms
    for cle, (nom, compte, _) in n["CLIENTS"].items():
        assert n["choc"](cle, 0, 0)["EBE"] == pytest.approx(compte["ebe"]), nom
        assert min(n["choc"](cle, 0, 0).values()) >= min(0, compte["ebe"]), nom


# ------------------------------------------------------------------------------------------------ lesson 8


def test_la_note_modele_dit_les_memes_chiffres_que_les_lecons_4_a_7(pages):
    n = pages[L8].noms
    assert (n["ca"], n["ebe"], n["caf_n"], n["preleve"]) == (328_000, 88_100, 85_650, 62_000)
    assert (round(n["photo"], 2), round(n["film"], 2), round(n["film_v"], 2)) == (1.09, 0.96, 1.04)
    assert (round(n["endettement"], 3), n["tn"], n["emprunts"]) == (0.179, 41_600, 37_060)
    assert (n["caf_test"], n["du_test"]) == (105_664, 47_318)
    assert round((n["caf_test"] - n["dividendes"]) / n["du_test"], 2) == 1.18


def test_le_plafond_des_prelevements_laisse_moins_de_mille_euros(pages):
    n = pages[L8].noms
    assert 0 < n["plafond"] - n["preleve"] < 1_000


def test_chaque_verdict_du_chercheur_de_preuves_montre_ses_lignes(pages):
    page = pages[L8]
    n = page.noms
    for version, phrases in ((False, n["PREMIERE"]), (True, n["CORRIGEE"])):
        assert len(phrases) == page.simulateur.parametres[0].maximum
        for rang, (texte, verdict, lignes, _) in enumerate(phrases, start=1):
            vue = page.simulateur.voir(phrase=rang, version=version)
            assert texte in vue.figure.titre
            assert verdict in vue.phrase
            assert [x for x in n["DOSSIER"] if vue.tableau.loc[x, "Preuve"]] == [x for x in n["DOSSIER"] if x in lignes]
            # A sentence without proof shows no line; a proof or a contradiction shows at least one.
            assert bool(lignes) == (verdict != n["SANS"])
            assert set(lignes) <= set(n["DOSSIER"])
    assert page.simulateur.prediction.verdict() == "deux"
    assert {verdict for _, verdict, _, _ in n["CORRIGEE"]} == {n["PROUVEE"]}


def test_les_affirmations_de_l_exercice_se_lisent_dans_leur_piece(pages):
    n = pages[L8].noms
    f, f1 = n["fn"], n["fn1"]
    assert f["FY"] + f["FZ"] > f1["FY"] + f1["FZ"] and f["FL"] < f1["FL"]
    releve = n["releve"]
    depasse = releve.index[releve["solde"] < -releve["autorisation"]].tolist()
    assert depasse == [f"{mois} N" for mois in ("septembre", "octobre", "novembre", "décembre")]
    assert n["propres_f"] == 24_075 < f["DA"] / 2
    assert f["BX"] > f1["BX"]
    assert n["metier"] > 0
    assert n["textes_f"]["moitie"] == n["euros"](f["DA"] / 2)


def test_le_plafond_des_dividendes_est_sous_ceux_de_n_et_la_condition_le_respecte(pages):
    n = pages[L8].noms
    assert n["plafond_div"] < n["dividendes"]
    condition = int(n["plafond_div"] // 1_000 * 1_000)
    assert (n["caf_test"] - condition) / n["du_test"] >= n["repere"]
    assert pages[L8].exercices["E7"].texte("{rond}") == n["euros"](condition)
