"""A matrix of needs and solutions: its gestures, its journal played again, and the files that are not believed."""

from __future__ import annotations

import json
from pathlib import Path

import ipywidgets as widgets
import pytest

from rncp_utils.lecon import Prediction, demarrer
from rncp_utils.lecon.journal_de_matrice import GESTES_MAX
from rncp_utils.lecon.matrice import Matrice, ouvrir_partie
from rncp_utils.lecon.matrice_widgets import matrice as en_widget
from rncp_utils.lecon.reponses import empreinte

ESSAI = Path(__file__).with_name("lecon_essai.yaml")
MODELE = [
    {"geste": "cocher", "besoin": "saison", "produit": "CAMPAGNE"},
    {"geste": "cocher", "besoin": "retards", "produit": "DAILLY"},
    {"geste": "cocher", "besoin": "pont", "produit": "BAIL"},
    {"geste": "cocher", "besoin": "grele", "produit": "MULTIRISQUE"},
    {"geste": "cocher", "besoin": "grele", "produit": "EXPLOIT"},
    {"geste": "cocher", "besoin": "foyer", "produit": "PREVOYANCE"},
    {"geste": "ordonner", "besoin": "retards", "rang": 6},
    {"geste": "orienter", "besoin": "nadia"},
    {"geste": "ecarter", "produit": "DECOUVERT", "motif": "Un besoin qui ne s'éteint jamais."},
    {
        "geste": "ecarter",
        "produit": "HOMMECLE",
        "motif": "Le revenu de la famille du dirigeant : c'est la prévoyance.",
    },
]


@pytest.fixture
def outil(tmp_path, monkeypatch) -> Matrice:
    (tmp_path / "B1_L5_lire.yaml").write_text(ESSAI.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("RNCP_APPRENANT", "amelie.durand")
    monkeypatch.delenv("RNCP_MODE", raising=False)
    demarrer("B1-L5", dossier=tmp_path)
    prediction = Prediction("Le taux…", {"m": "monte", "r": "reste"}, lambda: "r", "Un doublon ne fait que coûter.")
    return Matrice("adequation", "Six besoins", "CAS-04", prediction)


def jouer(outil: Matrice, gestes=MODELE):
    partie = ouvrir_partie(outil.journal)
    for geste in gestes:
        assert partie.faire(**geste), geste
    return partie


def test_le_journal_rejoue_donne_exactement_le_meme_etat(outil):
    partie = jouer(outil)
    lu = outil.journal.lire()
    assert lu.suite == partie.lu.suite and lu.refus == ""
    assert ouvrir_partie(outil.journal).choix == partie.choix, "another kernel, another day"
    assert partie.rejouer() and "10 gestes, et exactement le même état" in partie.etat.phrase


def test_le_journal_ne_dit_que_des_gestes(outil):
    jouer(outil)
    brut = json.loads(outil.journal.chemin.read_text(encoding="utf-8"))
    assert set(brut) == {"format", "lecon", "matrice", "cas", "apprenant", "debut", "gestes", "empreinte"}
    assert set(brut["gestes"][0]) == {"n", "geste", "besoin", "produit", "horodatage", "empreinte"}


def test_les_objectifs_se_lisent_dans_le_journal(outil):
    objectifs = outil.objectifs()
    assert "vide" in objectifs.constats()["journal"].phrase
    partie = jouer(outil, MODELE[:5])
    assert {c: r.juste for c, r in objectifs.constats().items()} == {
        "besoins": False,
        "en_trop": True,
        "ecarts": False,
        "orientes": False,
        "ordre": False,
    }
    for geste in MODELE[5:]:
        partie.faire(**geste)
    assert all(retour.juste for retour in objectifs.constats().values())
    partie.faire(geste="cocher", besoin="pont", produit="INVEST")
    assert "1 couple en trop" in objectifs.constats()["en_trop"].phrase


def abimer(chemin: Path, faute: str) -> None:
    brut = json.loads(chemin.read_text(encoding="utf-8"))
    if faute == "texte":
        chemin.write_text("{", encoding="utf-8")
        return
    if faute == "geste change":
        brut["gestes"][0]["produit"] = "DAILLY"
    elif faute == "geste ote":
        del brut["gestes"][3]
    elif faute == "taux ecrit":
        brut["taux"] = 1.0
    elif faute == "autre personne":
        brut["apprenant"] = "paul.martin"
    elif faute == "gestes":
        brut["gestes"] = {"0": "cocher"}
    elif faute == "format":
        brut["format"] = True
    elif faute == "date":
        brut["debut"] = 3
    elif faute == "trop":
        brut["gestes"] *= GESTES_MAX
    elif faute == "imbrique":
        brut["gestes"][0]["motif"] = [[[]]]
    chemin.write_text(json.dumps(brut, ensure_ascii=False), encoding="utf-8")


FAUTES = (
    "texte",
    "geste change",
    "geste ote",
    "taux ecrit",
    "autre personne",
    "gestes",
    "format",
    "date",
    "trop",
    "imbrique",
)


@pytest.mark.parametrize("faute", FAUTES)
def test_un_journal_abime_se_dit_en_une_phrase_et_rien_n_en_est_repris(outil, faute):
    jouer(outil)
    abimer(outil.journal.chemin, faute)
    contenu = outil.journal.chemin.read_bytes()
    constats = outil.objectifs().constats()
    assert len(constats) == 1 and "Rien n'en est repris" in constats["journal"].phrase
    partie = ouvrir_partie(outil.journal)
    assert not partie.choix.couples and len(partie.notes) == 2
    assert "ne peut pas être rejoué" in partie.notes[0]
    (ancien,) = outil.journal.chemin.parent.glob("*mis-de-cote*")
    assert ancien.read_bytes() == contenu, "kept as it was"
    assert partie.faire(**MODELE[0]) and outil.journal.lire().suite[-1] == partie.choix


def test_un_journal_forge_de_gestes_impossibles_n_est_pas_cru(outil, monkeypatch):
    """Somebody who computes the digests again still cannot make a gesture that the matrix forbids."""
    journal = outil.journal
    journal.ecrire("2026-11-27T10:00:00", ({"geste": "cocher", "besoin": "nadia", "produit": "IMMO"},))
    brut = json.loads(journal.chemin.read_text(encoding="utf-8"))
    assert brut["empreinte"] == empreinte(brut)
    assert "un de ses gestes est impossible" in journal.lire().refus
    assert ouvrir_partie(journal).choix.couples == frozenset()


def test_un_lien_n_est_pas_suivi(outil, tmp_path):
    jouer(outil)
    ailleurs = tmp_path / "ailleurs.json"
    outil.journal.chemin.rename(ailleurs)
    outil.journal.chemin.symlink_to(ailleurs)
    assert "lien" in outil.journal.lire().refus


def test_un_journal_abime_pendant_la_seance_est_garde_et_la_seance_continue(outil):
    partie = jouer(outil, MODELE[:2])
    abimer(outil.journal.chemin, "texte")
    assert not partie.rejouer() and "ne peut pas être rejoué" in partie.etat.phrase
    assert partie.faire(**MODELE[2])
    assert len(outil.journal.lire().gestes) == 3
    assert list(outil.journal.chemin.parent.glob("*mis-de-cote*"))


def test_deux_onglets_ne_se_contredisent_pas(outil):
    ici, la = ouvrir_partie(outil.journal), ouvrir_partie(outil.journal)
    assert la.faire(**MODELE[0])
    assert not ici.faire(**MODELE[1]) and "autre onglet" in ici.etat.phrase
    assert ici.choix == la.choix
    assert ici.faire(**MODELE[1])


def test_un_geste_impossible_ne_s_ecrit_pas(outil):
    partie = jouer(outil, MODELE[:1])
    assert not partie.faire(**MODELE[0]), "already ticked"
    assert len(outil.journal.lire().gestes) == 1


def test_annuler_puis_recommencer(outil):
    partie = jouer(outil, MODELE[:2])
    assert partie.faire(geste="annuler") and partie.choix.couples == {("saison", "CAMPAGNE")}
    assert outil.journal.lire().suite == partie.lu.suite
    assert partie.recommencer() and not partie.choix.couples and not outil.journal.chemin.exists()
    assert not outil.journal.lire().refus


def test_un_disque_plein_se_dit(outil, monkeypatch):
    partie = jouer(outil, MODELE[:1])
    outil.journal.chemin.unlink()
    outil.journal.chemin.parent.rmdir()
    outil.journal.chemin.parent.write_text("", encoding="utf-8")
    assert not partie.faire(**MODELE[1]) and "n'a pas pu être enregistrée" in partie.etat.phrase
    assert partie.choix.couples == {("saison", "CAMPAGNE")}, "what is not saved is not done"


def test_le_journal_a_une_fin(outil):
    partie = ouvrir_partie(outil.journal)
    bascule = [
        {"geste": "orienter", "besoin": "nadia"},
        {"geste": "garder", "besoin": "nadia"},
    ]
    gestes = tuple({**bascule[rang % 2], "horodatage": "2026-11-27T10:00:00"} for rang in range(GESTES_MAX))
    outil.journal.ecrire("2026-11-27T10:00:00", gestes)
    partie = ouvrir_partie(outil.journal)
    assert len(partie.lu.gestes) == GESTES_MAX
    assert not partie.faire(**MODELE[0]) and "Tout recommencer" in partie.etat.phrase


def test_hors_du_mode_apprenant_rien_ne_s_ecrit(outil, monkeypatch):
    monkeypatch.setenv("RNCP_MODE", "test")
    [affichage] = outil.affichages()
    assert "Simulateur · Six besoins" in affichage["text/html"] and "0,0" in affichage["text/html"]
    assert not outil.journal.chemin.exists()


def descendants(widget):
    yield widget
    for enfant in getattr(widget, "children", ()):
        yield from descendants(enfant)


class Ecran:
    """The matrix as a person uses it."""

    def __init__(self, outil):
        self.racine = en_widget(outil)

    def par_classe(self, classe):
        return [w for w in descendants(self.racine) if classe in getattr(w, "_dom_classes", ())]

    @property
    def cases(self):
        return self.par_classe("rncp-coche")

    @property
    def textes(self):
        return " ".join(w.value for w in descendants(self.racine) if type(w) is widgets.HTML).replace("\xa0", " ")

    def cliquer(self, nom):
        next(w for w in descendants(self.racine) if getattr(w, "description", "") == nom).click()


def test_l_ecran_suit_les_gestes_et_revient(outil):
    ecran = Ecran(outil)
    assert ecran.par_classe("rncp-corps")[0].layout.display == "none", "the prediction comes first"
    assert len(ecran.cases) == 10 * 6 + 6
    # First row: the overdraft; first column: the season.
    ecran.cases[0].value = True
    assert "onze fins de mois sur douze" in ecran.textes and "Sans besoin en face" in ecran.textes
    motif = ecran.par_classe("rncp-case")[0]
    motif.value = "Un besoin qui ne s'éteint jamais."
    assert ecran.cases[0].value is False, "set aside: no longer proposed"
    ecran.cases[6].value = True
    assert "25,0 % du poids des besoins (1 sur 6 couverts, soit 16,7 % en nombre)" in ecran.textes
    [accuse] = ecran.par_classe("rncp-accuse")
    assert accuse.value == "3"
    ecran.cliquer("Rejouer le journal")
    assert "3 gestes, et exactement le même état ✔" in ecran.textes
    autre = Ecran(outil)
    assert [case.value for case in autre.cases] == [case.value for case in ecran.cases]
    assert "Matrice retrouvée : 3 gestes" in autre.textes
    ecran.cliquer("Annuler le dernier geste")
    assert ecran.cases[6].value is False
    ecran.cliquer("Tout recommencer")
    assert "Matrice vide" in ecran.textes and not any(case.value for case in ecran.cases)


def test_le_journal_se_lit_geste_par_geste(outil):
    jouer(outil)
    ecran = Ecran(outil)
    [volet] = [w for w in descendants(ecran.racine) if isinstance(w, widgets.Accordion)]
    volet.selected_index = 0
    assert ecran.textes.count("<li>") >= len(MODELE)
    assert "Crédit de campagne ou de stock proposé pour « La saison ». Ensuite : 25,0 %" in ecran.textes
    assert "« Nadia » orienté hors de la gamme. Ensuite : 83,3 %" in ecran.textes
    ecran.cliquer("Annuler le dernier geste")
    assert "Dernier geste annulé" in ecran.textes


def test_le_rang_choisi_deplace_les_autres(outil):
    ecran = Ecran(outil)
    rangs = ecran.par_classe("rncp-case")[10:]
    assert [menu.value for menu in rangs] == [1, 2, 3, 4, 5, 6]
    rangs[5].value = 1
    assert [menu.value for menu in rangs] == [2, 3, 4, 5, 6, 1]
