"""What the reserve loads once for all its kernels: public libraries, never the grader's side."""

from __future__ import annotations

import gc
import io
import pkgutil
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

BIBLIOTHEQUES = (
    "numpy",
    "pandas",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "ipywidgets",
    "IPython.core.completerlib",
    "IPython.core.magics",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "IPython.utils.wildcard",
    "ipykernel.debugger",
    "ipykernel.kernelapp",
    "tornado.platform.asyncio",
    "faulthandler",
    "psutil",
    "sqlite3",
    "yaml",
    "json",
    "decimal",
    "pydantic",
    # What takes the values out of a learner's kernel: it reads them, it knows nothing of the tests.
    "rncp_utils.autograde.execution.extraction",
    "rncp_utils.autograde.execution.figures",
)
# The packages of rncp_utils that a notebook may call; the grader's are not loaded.
PAQUETS = (
    "referentiel",
    "parametres",
    "entreprise",
    "credit",
    "risque",
    "portefeuille",
    "conformite",
    "donnees",
    "lecon",
    "entretien",
    "evaluation",
)
# Where a key or a grade could come from.
INTERDITES = ("nbgrader", "sqlalchemy", "psycopg", "rncp_utils.grading", "rncp_utils.cli", "rncp_utils.competences")


def charger() -> list[str]:
    """Import all of it; give what could not be."""
    # No debugger in these kernels: it would be one more door, and the biggest module of all.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    manquantes = []
    for nom in (*BIBLIOTHEQUES, *_modules()):
        try:
            import_module(nom)
        except Exception as erreur:  # what a lesson would meet too: it is for the lesson to say
            manquantes.append(f"{nom} : {erreur!r}")
    from rncp_utils.autograde.noyaux.application import Application

    Application.instance().preparer()
    _dessiner()
    _verifier()
    # The collector writes in every object that it looks at, and each page written is a page copied in each kernel.
    gc.collect()
    gc.freeze()
    return manquantes


def _dessiner() -> None:
    """Draw once: fonts and caches that the first figure of every kernel would fill again."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    axe = figure.subplots()
    axe.plot([0, 1], [0, 1], label="a")
    axe.set_title("Montant (€)")
    axe.legend()
    FigureCanvasAgg(figure).print_png(io.BytesIO())


def _modules() -> Iterator[str]:
    for paquet in PAQUETS:
        nom = f"rncp_utils.{paquet}"
        trouve = find_spec(nom)
        if trouve is None:
            continue
        yield nom
        for module in pkgutil.walk_packages(trouve.submodule_search_locations, f"{nom}."):
            if not module.name.endswith("__main__"):
                yield module.name


def _verifier() -> None:
    """A fork copies the memory: nothing secret may be in it; and it copies one thread only."""
    presentes = [nom for nom in sys.modules if nom.startswith(INTERDITES)]
    if presentes:
        raise RuntimeError(f"la réserve de noyaux a chargé {presentes[0]}, qui n'y a pas sa place")
    fils = len(list(Path("/proc/self/task").iterdir()))
    if fils > 1:
        raise RuntimeError(f"la réserve de noyaux a {fils} fils d'exécution, il en faut un seul")
