"""What a learner reads in place of a traceback."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.formats import parser_nombre
from rncp_utils.lecon.messages import INATTENDU, NON_DEMARREE, installer, load_ipython_extension, phrase_d_erreur


@pytest.fixture
def executer(monkeypatch):
    """Run the text of a cell in a shell with our messages; give what is shown."""
    shell = InteractiveShell.instance()
    montres = []
    monkeypatch.setattr("IPython.display.display", lambda contenu, raw: montres.append(contenu))
    installer(shell)

    def lancer(source):
        montres.clear()
        resultat = shell.run_cell(source)
        assert not resultat.success
        [contenu] = montres
        assert 'role="alert"' in contenu["text/html"]
        return contenu["text/plain"]

    yield lancer
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("source", "morceau"),
    [
        ('Exercice("E1")', NON_DEMARREE),
        ("ebe = marg + 3", "J'ai lu le mot « marg », et rien ne porte ce nom ici."),
        (
            "ebe = 12,5\nebe * 1.5",
            "J'ai lu deux nombres : 12 et 5. Dans une case de code, la décimale",
        ),
        ("ebe = 212 400", "Cette case contient un nombre écrit avec un espace"),
        ("taux = 12.5 %", "Cette case contient un nombre suivi d'une unité"),
        ("ebe = (3", "Cette case contient une écriture que Python ne comprend pas (ligne 1)."),
        ("ebe = None\nebe * 2", "par exemple une réponse encore vide (None)"),
        ("ebe = 3 / 0", "Le calcul divise par zéro."),
        ("[][3]", INATTENDU.format(nom="IndexError")),
    ],
)
def test_chaque_erreur_de_case_a_sa_phrase(executer, source, morceau, capsys):
    assert morceau in executer(source)
    sortie = capsys.readouterr()
    assert "Traceback" not in sortie.out + sortie.err


@pytest.mark.parametrize(
    ("source", "morceau"),
    [
        (
            "taux = 12,5  # en %",
            "J'ai lu deux nombres : 12 et 5. Dans une case de code, la décimale s'écrit avec un point",
        ),
        ("ebe = (\n    12,50\n)   # en euros", "12 et 50"),
        ("taux = 12.5", "J'ai lu 12,5."),
        ("ebe = -212400", "J'ai lu -212\u202f400."),
        ("taux = (\n    3\n)", "J'ai lu 3."),
    ],
)
def test_une_case_remplie_dit_ce_qui_en_a_ete_lu(montrees, source, morceau):
    [phrase] = montrees(source)
    assert morceau in phrase


@pytest.mark.parametrize(
    "source",
    ["taux = None  # en %", "a, b = 1, 2", "x = 1\ny = 2", "serie = (1, 2, 3)", "ok = True", "mot = 'oui'", "3"],
)
def test_une_autre_case_ne_dit_rien(montrees, source):
    assert montrees(source) == []


@pytest.fixture
def montrees(monkeypatch):
    """Run a cell that works; give the sentences shown."""
    shell = InteractiveShell.instance()
    phrases = []
    monkeypatch.setattr("IPython.display.display", lambda contenu, raw: phrases.append(contenu["text/plain"]))
    installer(shell)

    def lancer(source):
        phrases.clear()
        assert shell.run_cell(source).success
        return list(phrases)

    yield lancer
    InteractiveShell.clear_instance()


def test_une_erreur_de_la_bibliotheque_dit_sa_propre_phrase():
    with pytest.raises(ErreurDonnees) as refus:
        parser_nombre("")
    assert phrase_d_erreur(refus.value) == str(refus.value)


def test_une_panne_de_la_bibliotheque_n_accuse_pas_l_apprenant():
    try:
        parser_nombre.__globals__["lire_nombre"].__wrapped__  # noqa: B018 - any AttributeError raised here
    except AttributeError as erreur:
        assert phrase_d_erreur(erreur) == INATTENDU.format(nom="AttributeError")


@pytest.mark.parametrize(("execution", "en_francais"), [("", True), ("validate", True), ("autograde", False)])
def test_l_extension_ne_parle_qu_a_l_apprenant(monkeypatch, capsys, execution, en_francais):
    """In grading an error stays an error: the cell must earn 0."""
    monkeypatch.setenv("NBGRADER_EXECUTION", execution)
    monkeypatch.delenv("RNCP_MODE", raising=False)
    shell = InteractiveShell.instance()
    load_ipython_extension(shell)
    assert not shell.run_cell("Exercice('E1')").success
    InteractiveShell.clear_instance()
    assert ("NameError" not in capsys.readouterr().out) is en_francais
