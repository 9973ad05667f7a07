"""Each rule finds the fault that is planted in the lesson template, and says nothing of the template itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from rncp_utils import notebooks
from rncp_utils.competences.verification import REGLES, Constat, verifier, verifier_notebook
from rncp_utils.competences.verification.regles_code import montants
from rncp_utils.competences.verification.regles_textes import regles_d_un_texte
from rncp_utils.erreurs import ErreurDonnees

GABARITS = Path(__file__).parents[2] / "docs" / "gabarits"
MASQUEE = {"jupyter": {"source_hidden": True}, "tags": ["masquee"]}


@pytest.fixture
def lecon(tmp_path: Path) -> Path:
    """A copy of the lesson template."""
    for nom in ("lecon.ipynb", "B9_L9_gabarit.yaml"):
        shutil.copy(GABARITS / nom, tmp_path / nom)
    return tmp_path / "lecon.ipynb"


def changer(chemin: Path, changement: Callable[[NotebookNode], None]) -> list[Constat]:
    notebook = notebooks.lire(chemin)
    changement(notebook)
    nbformat.write(notebook, chemin)
    notebooks.nettoyer_fichier(chemin)
    return verifier_notebook(chemin)


def changer_fiche(lecon: Path, avant: str, apres: str) -> list[Constat]:
    fiche = lecon.parent / "B9_L9_gabarit.yaml"
    texte = fiche.read_text(encoding="utf-8")
    assert avant in texte
    fiche.write_text(texte.replace(avant, apres), encoding="utf-8")
    return verifier_notebook(lecon)


def cellule(notebook: NotebookNode, identifiant: str) -> NotebookNode:
    return next(c for c in notebook.cells if c.id == identifiant)


def remplacer(identifiant: str, avant: str, apres: str) -> Callable[[NotebookNode], None]:
    def changement(notebook: NotebookNode) -> None:
        visee = cellule(notebook, identifiant)
        assert avant in visee.source
        visee.source = visee.source.replace(avant, apres)

    return changement


def ecrire(texte: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells.append(new_markdown_cell(texte))


def coder(code: str, **metadonnees: object) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells.append(new_code_cell(code, metadata=metadonnees or MASQUEE))


def retirer(identifiant: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells.remove(cellule(notebook, identifiant))


def etiquettes(identifiant: str, *noms: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: cellule(notebook, identifiant).metadata.update(tags=list(noms))


def test_le_gabarit_de_lecon_n_appelle_aucun_constat(lecon: Path) -> None:
    assert verifier_notebook(lecon) == []


@pytest.mark.parametrize(
    ("regle", "avant", "apres", "dit"),
    [
        ("V01", "minutes: 15", "minutes: 40", "refusée"),
        ("V01", "juste: ebe", "juste: caf", "refusée"),
        ("V02", "verbe: calculer", "verbe: comprendre", "ne se voit pas"),
        ("V02", "verbe: calculer", "verbe: gazouiller", "verbes observables"),
        ("V03", "C5", "C77", "donnez un code de C1 à C25"),
        ("V04", "a_retenir:\n", 'a_retenir:\n  - "un"\n  - "deux"\n', "6 points"),
        ("V05", 'methode: "EBE ÷ chiffre d\'affaires hors taxes, puis multipliez par cent."', 'methode: ""', "methode"),
        ("V06", "        retours: {oui:", "        retours: {non:", "l'option oui"),
        ("V10", "hors taxes", "hors frais", "ni HT ni TTC"),
        ("V33", "Aucune subvention.", "Subvention : 1 500 €.", "1 500 €"),
        ("V40", "prenez l'EBE que vous", "prends ton EBE, que tu", "tutoie"),
        ("V41", "se vérifie pas.", "se vérifie pas !", "exclamation"),
        ("V42", "Un montant ou un taux", "Un float ou un taux", "float"),
        ("V43", "une impression", "la caution est obligatoire ; une impression", "caution"),
        ("V44", "ou un taux, avec son exercice", "ou un taux (CMF, art. L. 313-22)", "313-22"),
    ],
)
def test_une_faute_de_fiche_est_trouvee(lecon: Path, regle: str, avant: str, apres: str, dit: str) -> None:
    trouves = [c for c in changer_fiche(lecon, avant, apres) if c.regle == regle]
    assert trouves
    assert all(constat.cellule is None for constat in trouves)
    assert any(dit in constat.message for constat in trouves)


@pytest.mark.parametrize(
    ("regle", "changement"),
    [
        ("V07", retirer("sources")),
        ("V08", retirer("e4")),
        ("V08", coder('Exercice("E4")')),
        ("V08", coder('Exercice("E7")')),
        ("V09", remplacer("simulation", "*Point d'arrêt. Vous pouvez fermer cette page : elle rouvrira ici.*", "")),
        ("V11", retirer("bilan")),
        ("V11", retirer("positions")),
        ("V20", remplacer("titre", "# Gabarit", "Gabarit")),
        ("V20", ecrire("# Un second titre")),
        ("V21", ecrire("## Deux\n\n#### Quatre")),
        ("V22", remplacer("depart", 'demarrer("B9-L9")', "import pandas")),
        ("V22", remplacer("depart", "import *", "import demarrer")),
        ("V23", etiquettes("e4")),
        ("V23", etiquettes("case-taux")),
        ("V23", remplacer("case-taux", "  # en %, avec un point : 9.5", "")),
        ("V23", remplacer("case-taux", "taux_ebe = None", "a = 1\nb = 2\nc = 3\ntaux_ebe = None")),
        ("V24", ecrire("[La suite](../nulle_part.ipynb)")),
        ("V24", ecrire("[Plus haut](#Un-titre-absent)")),
        ("V24", ecrire("![](lecon.ipynb)")),
        ("V30", remplacer("simulateur", "    Prediction(", "    None if True else Prediction(")),
        ("V30", remplacer("simulateur", "phrase=", "tableau=None and ")),
        ("V31", coder("import matplotlib.pyplot as plt\n\nplt.show()")),
        ("V31", coder("figure, axe = nouvelle_figure()\nfigure")),
        ("V31", coder('figure_accessible(figure, titre="t", alt="", unite="€", source="s")')),
        ("V32", coder("table = pd.DataFrame([1])\ntable")),
        ("V32", coder("soldes.head()")),
        ("V33", coder("ventes = 125_000")),
        ("V33", ecrire("Le chiffre d'affaires hors taxes est de 660 000 €.")),
        ("V34", coder("ebe = (")),
        ("V35", coder('figure_accessible(figure, titre="t", alt="a", unite="€", donnees=soldes)')),
        ("V40", ecrire("Calcule ton EBE, puis compare.")),
        ("V41", ecrire("C'est parti !")),
        ("V42", ecrire("Ouvrez le widget suivant.")),
        ("V42", coder('voir_le_calcul("Voir", formule="La cellule rend None au départ.")')),
        ("V43", ecrire("Le taux d'endettement d'un professionnel ne dépasse jamais le plafond. "
                       "Un prêt professionnel respecte 35 % d'endettement.")),
        ("V44", ecrire("La banque informe la caution (CMF, art. L. 313-22).")),
    ],
)  # fmt: skip
def test_une_faute_de_notebook_est_trouvee(lecon: Path, regle: str, changement: Callable[[NotebookNode], None]) -> None:
    trouves = [constat for constat in changer(lecon, changement) if constat.regle == regle]
    assert trouves
    assert all(constat.message and constat.gravite == REGLES[regle].gravite for constat in trouves)


def test_le_constat_dit_la_cellule(lecon: Path) -> None:
    dernier = len(notebooks.lire(lecon).cells) + 1
    constats = changer(lecon, ecrire("C'est parti !"))
    assert [(c.chemin, c.cellule, c.regle) for c in constats] == [(lecon, dernier, "V41")]


def test_une_sortie_laissee_dans_le_notebook_est_trouvee(lecon: Path) -> None:
    notebook = notebooks.lire(lecon)
    cellule(notebook, "e4").execution_count = 3
    nbformat.write(notebook, lecon)
    assert [constat.regle for constat in verifier_notebook(lecon)] == ["V25"]


def test_une_lecon_sans_fiche_est_refusee(lecon: Path) -> None:
    (lecon.parent / "B9_L9_gabarit.yaml").unlink()
    assert "V01" in {constat.regle for constat in verifier_notebook(lecon)}


def test_demarrer_et_la_fiche_ont_le_meme_code(lecon: Path) -> None:
    constats = changer_fiche(lecon, "lecon: B9-L9", "lecon: B9-L8")
    assert [constat.regle for constat in constats] == ["V22"]
    assert "B9-L8" in constats[0].message


def test_un_notebook_illisible_ou_vide_est_un_constat(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("pas du JSON", encoding="utf-8")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "b.ipynb")
    assert [(c.chemin.name, c.regle) for c in verifier([tmp_path])] == [("a.ipynb", "V34"), ("b.ipynb", "V20")]


def test_un_chemin_absent_est_refuse(tmp_path: Path) -> None:
    with pytest.raises(ErreurDonnees, match="n'existe pas"):
        verifier([tmp_path / "absent"])


@pytest.mark.parametrize(
    "changement",
    [
        coder("# verifier V33 : énoncé d'un cas inventé\nventes = 125_000"),
        ecrire("Le plafond est de 1 000 €. <!-- verifier V33 : exemple de lecture -->"),
        lambda notebook: notebook.cells.append(
            new_markdown_cell("Prix : 45 €.", metadata={"rncp": {"verifier": {"V33": "exemple de lecture"}}})
        ),
    ],
)
def test_un_avertissement_s_accepte_avec_sa_raison(lecon: Path, changement: Callable[[NotebookNode], None]) -> None:
    assert changer(lecon, changement) == []


def test_un_avertissement_de_la_fiche_s_accepte_en_commentaire(lecon: Path) -> None:
    apres = "lecon: B9-L9  # verifier V33 : donnée de l'énoncé"
    changer_fiche(lecon, "Aucune subvention.", "Subvention : 1 500 €.")
    assert changer_fiche(lecon, "lecon: B9-L9", apres) == []


@pytest.mark.parametrize("texte", ["<!-- verifier V33 : -->", "<!-- verifier V33 -->"])
def test_une_acceptation_sans_raison_ne_vaut_rien(lecon: Path, texte: str) -> None:
    lues = [c.regle for c in changer(lecon, ecrire(f"Le plafond est de 1 000 €. {texte}"))]
    assert lues == ["V33"]


def test_une_regle_qui_ne_devine_pas_ne_s_accepte_pas(lecon: Path) -> None:
    constats = changer(lecon, ecrire("<!-- verifier V20 : je préfère -->\n# Un second titre"))
    assert [constat.regle for constat in constats] == ["V20"]


@pytest.mark.parametrize("texte", ["Calcule ton EBE.", "Je t'explique.", "Tu as fini.", "Relis tes réponses."])
def test_le_tutoiement_est_signale(texte: str) -> None:
    assert [regle for regle, _ in regles_d_un_texte(texte)] == ["V40"]


@pytest.mark.parametrize(
    "texte",
    [
        "Le ton de votre avis reste neutre ; va-t-il convaincre ?",
        "Choisissez *Submit* (rendre), puis *Fetch Feedback* (récupérer le retour).",
        "La norme de 35 % ne s'applique pas au prêt d'un professionnel.",
        "La caution n'est pas obligatoire : la banque peut la demander.",
        "La mention manuscrite de la caution est exigée.",
        "Le taux d'usage de la maison est de 33 % pour un professionnel.",
    ],
)
def test_une_phrase_correcte_n_est_pas_signalee(texte: str) -> None:
    assert list(regles_d_un_texte(texte)) == []


@pytest.mark.parametrize(
    ("texte", "vus"),
    [
        ("Un prêt de 150 000 € à 4,2 % sur sept ans.", ["150 000 €", "4,2 %"]),
        ("L'encours est de 12 k€ et 3500 clients.", ["12 k€", "3500"]),
        ("Exercice 2024, RNCP 31919, art. L. 313-22, PCG art. 842-1, règlement 2016/679.", []),
        ("Deux pages, 15 min, 3 exercices.", []),
    ],
)
def test_les_nombres_ecrits_a_la_main_sont_reperes(texte: str, vus: list[str]) -> None:
    assert montants(texte) == vus
