"""French sentences in place of Python tracebacks, for the learner only: in grading an error stays an error.

Each says what was read, what is wrong, a lead, and where to look again.
"""

from __future__ import annotations

import ast
import re
from html import escape
from pathlib import Path
from typing import Any

from rncp_utils.erreurs import ErreurRncp
from rncp_utils.formats import avec_unite
from rncp_utils.lecon.identite import APPRENANT, mode
from rncp_utils.typographie import typographier

NON_DEMARREE = "La leçon n'est pas démarrée. Cliquez sur ▶ Démarrer la leçon en haut de la page, puis recommencez."
RETABLIR = "Utilisez Annuler (Ctrl + Z) dans la case pour revenir à l'état précédent, ou rouvrez la leçon."
EN_COURS = "L'exécution a été interrompue. Cliquez sur ▶ Démarrer la leçon pour reprendre : vos réponses sont gardées."
INATTENDU = (
    "Cette partie n'a pas pu s'afficher ({nom}). Cliquez sur ▶ Démarrer la leçon ; si le message revient, prévenez "
    "votre formateur en citant ce mot entre parenthèses."
)
BIBLIOTHEQUE = Path(__file__).parents[1]
DECIMALE = re.compile(r"(?<![\d.])\d+,\d+(?![\d,])")


def phrase_d_erreur(erreur: BaseException, source: str = "") -> str:
    """The sentence for an exception raised by a cell whose text is ``source``."""
    if isinstance(erreur, ErreurRncp):
        return str(erreur)
    if _dans_la_bibliotheque(erreur):
        return INATTENDU.format(nom=type(erreur).__name__)
    if isinstance(erreur, SyntaxError):
        return _syntaxe(erreur, source)
    if isinstance(erreur, NameError):
        return _nom(erreur, source)
    if isinstance(erreur, KeyboardInterrupt):
        return EN_COURS
    if isinstance(erreur, ZeroDivisionError):
        return "Le calcul divise par zéro. Vérifiez le nombre placé sous la barre de division : il manque ou vaut 0."
    if isinstance(erreur, TypeError) and source and not _ossature(source):
        return _type(source)
    return INATTENDU.format(nom=type(erreur).__name__)


def _dans_la_bibliotheque(erreur: BaseException) -> bool:
    """Whether a fault is ours rather than the learner's: it happened in a file of the library."""
    trace = erreur.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and Path(trace.tb_frame.f_code.co_filename).is_relative_to(BIBLIOTHEQUE)


def _syntaxe(erreur: SyntaxError, source: str) -> str:
    ligne = f" (ligne {erreur.lineno})" if erreur.lineno else ""
    if re.search(r"\d\s*[€%]", source):
        return (
            f"Cette case contient un nombre suivi d'une unité{ligne}. Dans une case de code, écrivez le nombre seul : "
            "12.5, sans % ni €. Dans un formulaire, l'unité convient."
        )
    if re.search(r"\d[ \u00a0\u202f]\d", source):
        return (
            f"Cette case contient un nombre écrit avec un espace{ligne}. Dans une case de code, écrivez-le d'un seul "
            "tenant : 212400. Dans un formulaire, l'espace convient."
        )
    return f"Cette case contient une écriture que Python ne comprend pas{ligne}. {RETABLIR}"


def _nom(erreur: NameError, source: str) -> str:
    nom = erreur.name or ""
    if not source or _ossature(source):
        return NON_DEMARREE
    if (
        nom
        and nom[0].islower()
        and nom in source
        and re.search(rf"\b{re.escape(nom)}\s*[+*/-]|[=+*/-]\s*{nom}", source)
    ):
        return (
            f"J'ai lu le mot « {nom} », et rien ne porte ce nom ici. Vérifiez son orthographe (les accents et les "
            "majuscules comptent), ou exécutez d'abord la case qui le calcule : ▶ Démarrer la leçon."
        )
    return NON_DEMARREE


def _type(source: str) -> str:
    decimale = DECIMALE.search(source)
    if decimale:
        return phrase_de_virgule(decimale[0])
    return (
        "Ce calcul mélange des valeurs qui ne vont pas ensemble, par exemple une réponse encore vide (None). "
        "Remplacez None par votre nombre, puis exécutez de nouveau la case."
    )


def phrase_de_virgule(texte: str) -> str:
    """A decimal comma typed in a code cell: Python reads two numbers."""
    entier, decimales = texte.split(",", 1)
    return (
        f"J'ai lu deux nombres : {entier} et {decimales}. Dans une case de code, la décimale s'écrit avec un point : "
        f"{entier}.{decimales}. Dans un formulaire, la virgule convient."
    )


def phrase_de_case(source: str) -> tuple[str, bool]:
    """What was read of a cell where one value is given, and whether it can be used; no sentence for another cell."""
    try:
        [ligne] = ast.parse(source).body
    except (SyntaxError, ValueError):
        return "", True
    if not isinstance(ligne, ast.Assign) or not isinstance(ligne.targets[0], ast.Name):
        return "", True
    valeur = ast.get_source_segment(source, ligne.value) or ""
    if isinstance(ligne.value, ast.Tuple):
        virgule = DECIMALE.search(re.sub(r"\s", "", valeur))
        return (phrase_de_virgule(virgule[0]), False) if virgule and len(ligne.value.elts) == 2 else ("", True)
    try:
        nombre = ast.literal_eval(ligne.value)
    except ValueError:
        return "", True
    if isinstance(nombre, bool) or not isinstance(nombre, int | float):
        return "", True
    return f"J'ai lu {avec_unite(nombre, '')}.", True


def _ossature(source: str) -> bool:
    """Whether a cell is the lesson's own code rather than an answer: it calls something of ours."""
    return re.search(r"^[A-Z]\w*\(|^\w+\(|import ", source, re.MULTILINE) is not None


def html_de_lecture(phrase: str) -> str:
    """What was read of an answer, under its cell."""
    return f'<p role="status" style="margin:4px 0;font-size:15px">✔ {escape(typographier(phrase))}</p>'


def html_d_erreur(phrase: str) -> str:
    """The sentence as it is shown under the cell."""
    return (
        '<div role="alert" style="max-width:760px;padding:8px 12px;border-left:4px solid #b26a00;'
        'background:var(--jp-layout-color2,#eee);color:var(--jp-ui-font-color1,#212121);font-size:15px;line-height:1.5">'
        f"▲ {escape(typographier(phrase))}</div>"
    )


def load_ipython_extension(ip: Any) -> None:
    """``c.InteractiveShellApp.extensions = ["rncp_utils.lecon.messages"]``: French from the very first cell.

    Without it, a cell that runs before the start cell, as after a kernel was restarted, shows Python's own traceback.
    """
    if mode() == APPRENANT:
        installer(ip)


def installer(ip: Any) -> None:
    """Show French sentences in this kernel (an IPython shell) in place of tracebacks."""

    def montrer(shell: Any, etype: type, valeur: BaseException, tb: Any, tb_offset: int | None = None) -> list[str]:
        from IPython.display import display

        phrase = phrase_d_erreur(valeur, getattr(shell, "_rncp_source", ""))
        display({"text/html": html_d_erreur(phrase), "text/plain": phrase}, raw=True)
        return []

    def relire(resultat: Any) -> None:
        from IPython.display import display

        # A decimal comma is no error for Python, and a right number shows nothing by itself.
        phrase, utilisable = phrase_de_case(getattr(ip, "_rncp_source", "")) if resultat.success else ("", True)
        if phrase:
            html = html_de_lecture(phrase) if utilisable else html_d_erreur(phrase)
            display({"text/html": html, "text/plain": phrase}, raw=True)

    if not getattr(ip, "_rncp_messages", False):
        ip.events.register("pre_run_cell", lambda info: setattr(ip, "_rncp_source", info.raw_cell or ""))
        ip.events.register("post_run_cell", relire)
        ip._rncp_messages = True
    ip.set_custom_exc((BaseException,), montrer)
