"""What an interview cell shows, to the learner and to the grader."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser

import ipywidgets as widgets
import pytest

import rncp_utils.entretien as entretien
from rncp_utils.entretien import Entretien, charger_scenario, jouer, transcription_html
from rncp_utils.entretien.dialogue import dialogue
from rncp_utils.entretien.pages import bilan, jauge, joli, messages
from rncp_utils.entretien.partie import ouvrir_partie

VUE = "application/vnd.jupyter.widget-view+json"


def descendants(widget):
    yield widget
    for enfant in getattr(widget, "children", ()):
        yield from descendants(enfant)


class Dialogue:
    """A dialogue as a person uses it."""

    def __init__(self, partie):
        self.partie = partie
        self.racine = dialogue(partie)

    def par_classe(self, classe):
        return [w for w in descendants(self.racine) if classe in getattr(w, "_dom_classes", ())]

    def bouton(self, texte):
        [bouton] = [w for w in descendants(self.racine) if isinstance(w, widgets.Button) and w.description == texte]
        return bouton

    @property
    def radio(self):
        return next((w for w in descendants(self.racine) if isinstance(w, widgets.RadioButtons)), None)

    @property
    def texte(self):
        [champ] = [w for w in descendants(self.racine) if isinstance(w, widgets.Textarea)]
        return champ

    def dire(self, choix):
        self.radio.value = choix
        self.bouton("Dire").click()

    def clore(self):
        self.bouton("Clore l'entretien").click()
        self.bouton("Oui, clore l'entretien").click()

    @property
    def html(self):
        return "\n".join(w.value for w in descendants(self.racine) if type(w) is widgets.HTML)


@pytest.fixture
def ouvrir(tmp_path, apprenante):
    """Show the dialogue of a scenario."""

    def _ouvrir(scenario):
        return Dialogue(
            ouvrir_partie(scenario, dossier=tmp_path, devoir="S1", cellule="entretien", apprenant=apprenante)
        )

    return _ouvrir


def modele(scenario):
    return [pas.split(".")[1] for pas in scenario.verite.parcours_modele]


def test_les_noms_publics_existent():
    assert all(callable(getattr(entretien, nom)) for nom in entretien.__all__)


def test_importer_les_noms_ne_charge_pas_les_widgets():
    programme = (
        "import sys\nfrom rncp_utils.entretien import *\n"
        "print([nom for nom in ('ipywidgets', 'pandas', 'matplotlib') if nom in sys.modules])"
    )
    resultat = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=True)
    assert resultat.stdout.strip() == "[]"


def test_rien_n_est_choisi_d_avance_et_le_client_parle_d_abord(ouvrir, s1):
    ecran = ouvrir(s1)
    assert (ecran.radio.index, ecran.radio.value) == (None, None)
    assert len(ecran.radio.options) == 4
    assert [w.value for w in ecran.par_classe("rncp-conversation")[0].children] == messages(s1, jouer(s1, []))
    assert "0 échange<" in ecran.html


def test_dire_ajoute_la_replique_et_la_reponse_sans_toucher_aux_precedentes(ouvrir, s1):
    ecran = ouvrir(s1)
    [conversation] = ecran.par_classe("rncp-conversation")
    premier = conversation.children[0]
    ecran.dire("c")
    assert conversation.children[0] is premier
    assert len(conversation.children) == 3
    assert "<strong>Vous\xa0:</strong>" in conversation.children[1].value
    assert "Au moins je sais où l&#x27;on va" in conversation.children[2].value
    assert "J&#x27;ai apporté mes derniers chiffres" in conversation.children[2].value
    assert (ecran.radio.index, "1 échange<" in ecran.html) == (None, True)


def test_dire_sans_avoir_choisi_le_demande(ouvrir, s1):
    ecran = ouvrir(s1)
    ecran.bouton("Dire").click()
    assert "Choisissez d&#x27;abord une réplique" in ecran.html
    assert ecran.partie.situation.tours == ()


def test_la_page_sait_quelle_replique_le_noyau_dirait(ouvrir, s1):
    """The page waits for it before it lets « Dire » through."""
    ecran = ouvrir(s1)
    [recu] = ecran.par_classe("rncp-recu")
    ecran.radio.value = "b"
    assert recu.value == joli(s1.noeud("N0").choix_de("b").texte).replace("'", "&#x27;")
    assert ecran.par_classe("rncp-accuse")[0].value == "1"


def test_la_reformulation_est_enregistree_et_revient(ouvrir, s1):
    ecran = ouvrir(s1)
    ecran.texte.value = "<b>Un four</b>"
    assert ecran.partie.reformulation == "<b>Un four</b>"
    assert ouvrir(s1).texte.value == "<b>Un four</b>"
    assert "<b>Un four" not in ecran.html


def test_clore_demande_confirmation(ouvrir, s1):
    ecran = ouvrir(s1)
    ecran.dire("c")
    ecran.bouton("Clore l'entretien").click()
    ecran.bouton("Non, continuer").click()
    assert not ecran.partie.situation.clos
    assert ecran.par_classe("rncp-confirmation")[0].children == ()
    ecran.clore()
    assert ecran.partie.situation.clos
    assert ecran.radio is None
    assert ecran.texte.disabled
    assert ecran.bouton("Dire").layout.display == "none"
    assert ecran.bouton("Clore l'entretien").layout.display == "none"


def test_la_fin_de_la_conversation_laisse_ecrire_puis_clore(ouvrir, s1):
    ecran = ouvrir(s1)
    for choix in modele(s1):
        ecran.dire(choix)
    assert ecran.radio is None
    assert not ecran.texte.disabled
    assert "La conversation est terminée" in ecran.html
    assert "Bilan de l" not in ecran.html
    ecran.clore()
    assert ecran.html.count('class="rncp-niveau"') == 6
    assert "Télécharger la transcription" in ecran.html


def test_un_entretien_deja_clos_se_rouvre_sur_son_bilan(ouvrir, s1):
    ecran = ouvrir(s1)
    ecran.dire("a")
    ecran.clore()
    rouvert = ouvrir(s1)
    assert rouvert.radio is None
    assert "Bilan de l" in rouvert.html
    rouvert.bouton("Recommencer").click()
    rouvert.bouton("Oui, recommencer").click()
    assert "Bilan de l" not in rouvert.html
    assert len(rouvert.par_classe("rncp-conversation")[0].children) == 1
    assert len(rouvert.radio.options) == 4


def test_un_entretien_note_ne_montre_ni_jauge_ni_bilan_ni_recommencer(ouvrir, public, ecrire):
    ecran = ouvrir(charger_scenario(ecrire(public, "scenario.yaml")))
    boutons = {w.description for w in descendants(ecran.racine) if isinstance(w, widgets.Button)}
    assert boutons == {"Dire", "Clore l'entretien"}
    ecran.dire("b")
    ecran.clore()
    assert "rncp-jauge" not in ecran.html.replace(".rncp-jauge", "")
    assert "Bilan de l" not in ecran.html
    assert "Chaque réplique dite est définitive" in ecran.html


def test_une_ecriture_impossible_est_dite_et_la_replique_reste_choisie(ouvrir, s1, tmp_path):
    (tmp_path / "reponses").write_text("", encoding="utf-8")
    ecran = ouvrir(s1)
    ecran.dire("c")
    assert "▲ Votre réponse n&#x27;a pas pu être enregistrée" in ecran.html
    assert ecran.radio.value == "c"
    assert len(ecran.par_classe("rncp-conversation")[0].children) == 1


def test_la_jauge_suit_les_questions_de_la_decouverte(s1):
    vide = jauge(s1, jouer(s1, "b")).replace("\xa0", " ")
    assert "Découverte : 0 question ouverte, 0 fermée (repère : de 55 % à 80 % d&#x27;ouvertes)." in vide
    apres = jauge(s1, jouer(s1, "cdbb")).replace("\xa0", " ")
    assert "Découverte : 2 questions ouvertes, 1 fermée, soit 66,7" not in apres
    assert "Découverte : 2 questions ouvertes, 1 fermée, soit 67 % d&#x27;ouvertes" in apres
    assert 'aria-hidden="true"' in apres


def test_le_bilan_dit_ce_qui_a_manque_et_ce_qui_est_a_revoir(s1):
    page = bilan(s1, jouer(s1, "adbcaadbbcbc")).replace("\xa0", " ")
    for dit in (
        "Échange 1, « Avec neuf ans d&#x27;ancienneté",
        "promesse d&#x27;un accord",
        "solution proposée trop tôt",
        "Le compte d&#x27;un autre client ne se commente pas",
        "dénigrement d&#x27;un concurrent",
        "Protéger le conjoint qui aide</strong> (✖ resté caché)",
        "Encaisser sans perdre de ventes",
        "Les protections",
        "il restait à savoir",
    ):
        assert dit in page, dit


def test_le_bilan_d_un_bon_entretien_le_dit(s1):
    page = bilan(s1, jouer(s1, modele(s1)))
    assert page.count("✔\xa0acquis") == 6
    assert page.count("✔ apparu") == 4
    assert page.count("✔ évité") == 2
    assert "<p>Aucune.</p>" in page


def test_l_apprenant_voit_un_dialogue_et_une_phrase_pour_la_reouverture(tmp_path, apprenante):
    reprise, forme = Entretien("S1", dossier=tmp_path).affichages()
    assert "text/html" in reprise
    assert set(forme) == {VUE, "text/plain"}
    assert forme["text/plain"] == "Entretien « S1 » : 0 échange"


@pytest.mark.parametrize("execution", ["", "autograde"])
@pytest.mark.parametrize("nom", ["S99", "scenario.yaml"])
def test_un_scenario_introuvable_donne_une_phrase(tmp_path, apprenante, monkeypatch, execution, nom):
    monkeypatch.setenv("NBGRADER_EXECUTION", execution)
    [affichage] = Entretien(nom, dossier=tmp_path).affichages()
    assert "Je ne trouve pas le scénario" in affichage["text/html"]


def test_en_correction_l_entretien_se_lit_sans_widget_et_sans_effet(ouvrir, s1, tmp_path, monkeypatch):
    ecran = ouvrir(s1)
    for choix in modele(s1)[:5]:
        ecran.dire(choix)
    ecran.texte.value = "<script>x</script>"
    journal = tmp_path / "reponses" / "S1__entretien.json"
    avant = journal.read_bytes()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    [affichage] = Entretien("S1", dossier=tmp_path).affichages()
    assert set(affichage) == {"text/html", "text/plain"}
    page = affichage["text/html"].replace("\xa0", " ")
    assert "amelie.durand" in page
    assert "5 échanges · entretien non clos" in page
    assert "Échange 5, conseiller ou conseillère :" in page
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page
    assert "Bilan de l" in page
    assert journal.read_bytes() == avant


def test_en_correction_le_journal_d_une_autre_personne_se_voit(ouvrir, s1, tmp_path, monkeypatch):
    ouvrir(s1).dire("c")
    monkeypatch.setenv("RNCP_APPRENANT", "bruno.petit")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    [affichage] = Entretien("S1", dossier=tmp_path).affichages()
    assert "au lieu de «\xa0bruno.petit\xa0»" in affichage["text/html"]
    assert "0 échange" in affichage["text/html"]


def test_en_correction_un_scenario_note_n_a_pas_de_bilan(public, ecrire, tmp_path, apprenante, monkeypatch):
    ecrire(public, "scenario.yaml")
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    [affichage] = Entretien("scenario.yaml", devoir="B2-MES", dossier=tmp_path).affichages()
    assert "Un client d&#x27;essai" in affichage["text/html"]
    assert "Bilan de l" not in affichage["text/html"]


class Balises(HTMLParser):
    """Checks that tags are closed in order."""

    vides = frozenset({"meta", "br"})

    def __init__(self):
        super().__init__()
        self.ouvertes = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.vides:
            self.ouvertes.append(tag)

    def handle_endtag(self, tag):
        assert self.ouvertes.pop() == tag


def test_la_transcription_est_une_page_entiere(s1):
    situation = jouer(s1, modele(s1))
    page = transcription_html(s1, situation, reformulation="Un <four>", apprenant="amelie.durand", avec_bilan=True)
    balises = Balises()
    balises.feed(page)
    assert balises.ouvertes == []
    assert page.startswith('<!DOCTYPE html>\n<html lang="fr">')
    assert page.count('<p class="rncp-message rncp-vous">') == len(situation.tours)
    assert "Un &lt;four&gt;" in page
    assert page.count("<h1>") == 1
    assert "Bilan de l" not in transcription_html(s1, situation)


def test_une_confidence_retenue_se_lit_dans_la_transcription(t1):
    dits = messages(t1, jouer(t1, "ca"))
    assert "Non. Autre chose" in dits[-1]
    assert "Tout va bien" not in "".join(dits)


def test_un_exercice_lit_les_objectifs_dans_le_journal(ouvrir, s1, tmp_path):
    objectifs = Entretien("S1", dossier=tmp_path).objectifs("I1", "I6")
    [rien] = objectifs.constats().values()
    assert rien.part == 0 and "avec Élise Marchand n'est pas commencé" in rien.phrase
    ecran = ouvrir(s1)
    ecran.dire("c")
    peu = objectifs.constats()
    assert [retour.juste for retour in peu.values()] == [False, False]
    assert peu["I1"].phrase.startswith("Couverture : Vous avez obtenu 0")
    for choix in modele(s1)[1:]:
        ecran.dire(choix)
    assert all(retour.juste for retour in objectifs.constats().values())


def test_une_note_ecrite_dans_le_journal_ne_donne_rien(ouvrir, s1, tmp_path, monkeypatch):
    ouvrir(s1).dire("c")
    journal = tmp_path / "reponses" / "S1__entretien.json"
    journal.write_text(journal.read_text(encoding="utf-8").replace('"format"', '"I1": 1, "couverture": 100, "format"'))
    objectifs = Entretien("S1", dossier=tmp_path).objectifs("I1")
    assert not objectifs.constats()["I1"].juste
    monkeypatch.setenv("RNCP_APPRENANT", "bruno.petit")
    assert "pas commencé" in objectifs.constats()["I1"].phrase
