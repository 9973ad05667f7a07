"""What Jupyter's own tools see: the same outputs as from a stock kernel, found without installing anything."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from rncp_utils.autograde.noyaux.gestionnaire import NOM, GestionnaireIsole, NoyauxSpecs

CELLULES = [
    "import pandas as pd\npd.DataFrame({'mois': ['janvier', 'février'], 'montant': [1250.5, None]})",
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2, 3])\nax.set_title('Ventes');",
    "import ipywidgets as w\nw.IntSlider(value=3, description='Taux')",
    "import sys\nprint('vu')\nprint('erreur', file=sys.stderr)",
    "1 / 0",
    "from rncp_utils.formats import euros\neuros(1234.5)",
    "%config InlineBackend.figure_formats = ['svg']\nx = _\nx",
    "!echo bonjour",
    "import os, warnings\nwarnings.warn('attention')\nos.getpid() > 0",
    "get_ipython().run_line_magic('pinfo', 'len') or In[-1]",
    "from rncp_utils import lecon\nlecon.__name__",
    "class A:\n    def _repr_html_(self): return '<b>A</b>'\nA()",
    "await __import__('asyncio').sleep(0) or 'fini'",
    "import __main__\n__main__.x is x, __name__",
]


def executer(cellules: list[str], dossier, *, isole: bool) -> nbformat.NotebookNode:
    nb = new_notebook(cells=[new_code_cell(source) for source in cellules])
    choix = {"kernel_name": NOM, "kernel_manager_class": GestionnaireIsole} if isole else {"kernel_name": "python3"}
    NotebookClient(nb, allow_errors=True, timeout=60, resources={"metadata": {"path": str(dossier)}}, **choix).execute()
    return nb


def comparables(nb: nbformat.NotebookNode) -> list[str]:
    """Outputs without what changes at each run: widgets' numbers, memory addresses, process numbers, folders."""
    textes = []
    for cellule in nb.cells:
        texte = json.dumps(cellule.outputs, ensure_ascii=False, sort_keys=True)
        texte = re.sub(r"[0-9a-f]{32}", "ID", texte)
        texte = re.sub(r"/tmp/ipykernel_\d+/\d+\.py", "CELLULE", texte)
        textes.append(re.sub(r"0x[0-9a-f]+", "ADRESSE", texte))
    return textes


@pytest.fixture(scope="module")
def executions(zygote, tmp_path_factory):
    dossier = tmp_path_factory.mktemp("copie")
    return [executer(CELLULES, dossier, isole=isole) for isole in (False, True)]


@pytest.mark.parametrize("rang", range(len(CELLULES)))
def test_memes_sorties_que_le_noyau_ordinaire(executions, rang):
    ordinaire, isole = (comparables(nb)[rang] for nb in executions)
    assert isole == ordinaire


def test_memes_widgets_que_le_noyau_ordinaire(executions):
    etats = [nb.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"] for nb in executions]
    formes = [
        sorted((modele["model_name"], modele["state"].get("description", "")) for modele in etat.values())
        for etat in etats
    ]
    assert formes[0] == formes[1]


def test_un_devoir_entier_donne_les_memes_sorties(zygote, depot):
    source = depot / "tests" / "autograde" / "devoirs" / "B9-CAS" / "cas.ipynb"
    cellules = [c.source for c in nbformat.read(source, as_version=4).cells if c.cell_type == "code"]
    ordinaire, isole = (executer(cellules, source.parent, isole=isole) for isole in (False, True))
    assert comparables(isole) == comparables(ordinaire)
    assert len(cellules) > 10


def test_rien_n_est_installe_sur_la_machine():
    """JupyterLab does not list this kernel: only those who ask for it know it."""
    from jupyter_client.kernelspec import KernelSpecManager

    assert NOM in NoyauxSpecs().find_kernel_specs()
    assert NOM not in KernelSpecManager().find_kernel_specs()
    assert "python3" in NoyauxSpecs().find_kernel_specs()


def test_un_processus_sans_zygote_s_en_donne_un(tmp_path):
    """nbclient in a plain process, as nbgrader's command or formgrader runs it: configuration alone."""
    code = """
import nbformat, os
from nbclient import NotebookClient
from rncp_utils.autograde.noyaux import zygote
nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os; print(os.getcwd())")])
for _ in range(3):
    NotebookClient(nb, kernel_name="rncp-isole",
                   kernel_manager_class="rncp_utils.autograde.noyaux.gestionnaire.GestionnaireIsole").execute()
    print(nb.cells[0].outputs[0]["text"].strip(), len(zygote._local))
print(os.path.dirname(zygote.adresse("requise")))
"""
    env = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("RNCP_")}
    fini = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False
    )
    assert fini.returncode == 0, fini.stderr
    *sorties, base = fini.stdout.split("\n")[:-1]
    assert sorties == ["/copie 1"] * 3
    assert not Path(base).exists()


def test_un_client_ne_croit_pret_qu_un_noyau_qui_repond(nouveau_noyau):
    """The first output after « ready » arrives: nothing was said before we listened."""
    for _ in range(10):
        noyau = nouveau_noyau()
        assert noyau.executer("print('entendu')").strip() == "entendu"
        noyau.fermer()


def test_le_client_rapide_va_aussi_aux_noyaux_ordinaires(tmp_path):
    from traitlets.config import Config

    nb = new_notebook(cells=[new_code_cell("print(6 * 7)")])
    reglages = Config({"AsyncKernelManager": {"client_class": "rncp_utils.autograde.noyaux.client.ClientRapide"}})
    NotebookClient(
        nb, kernel_name="python3", config=reglages, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    assert nb.cells[0].outputs[0]["text"] == "42\n"
