"""Le style unique des figures et des tableaux du cours, et ce qui les rend accessibles (RGAA 4.1, WCAG 2.1 AA).

Une figure porte toujours un titre, une unité, une alternative textuelle et le tableau de ses données. matplotlib et
pandas ne se chargent qu'au premier usage.
"""

from __future__ import annotations

import base64
import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rncp_utils.erreurs import ErreurDonnees
from rncp_utils.fichiers import ecrire_texte, ecriture_atomique
from rncp_utils.formats import INSECABLE, NON_SIGNIFICATIF, formater_nombre
from rncp_utils.typographie import MOINS, typographier

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

ENCRE, DISCRET, FILET = "#1b2733", "#525b66", "#d3dae1"
# Each has a contrast of 3:1 or more with white, and stays apart from the others for colour-blind readers; a hatch, a
# sign or a label always says the same thing as the colour.
PALETTE = {
    "marine": "#1f3a5f",
    "bleu": "#0072b2",
    "vermillon": "#c04f00",
    "vert": "#00795a",
    "pourpre": "#9a4a7f",
    "gris": "#6b7682",
}
HACHURES = {"marine": "", "bleu": "//", "vermillon": "\\\\\\\\", "vert": "..", "pourpre": "xx", "gris": "--"}
_MESURE = re.compile(rf"[-+{MOINS}]?[0-9][0-9\s.,]*\s?(%|€|k€|M€|points?|jours?|mois|ans?|fois|h)?")
_SANS_VALEUR = {"", "–", NON_SIGNIFICATIF}
# A remark in place of a number (« sans objet ») must stay short: numbers are not broken into lines.
_REMARQUE = 25
FORMATS = ("svg", "png", "html")
# Beyond these amounts, axes and labels change unit: a chart is read at a glance.
_ECHELLES_EURO = ((10e9, 1e6, "M€"), (10e6, 1e3, "k€"))

# Names repeated three times: JupyterLab aligns the cells of every table to the right, by a rule of two classes.
FEUILLE_DE_STYLE = """\
.rncp-figure, .rncp-tableau {
  margin: 1rem 0; color: #1b2733; font-family: "Segoe UI", "Liberation Sans", Arial, sans-serif;
}
.rncp-figure figcaption { font-weight: 600; margin-bottom: .4rem; }
.rncp-figure figcaption span, .rncp-figure .source { font-weight: 400; color: #525b66; font-size: .9em; }
.rncp-figure img { display: block; max-width: 100%; height: auto; }
.rncp-figure summary { cursor: pointer; min-height: 24px; color: #1f3a5f; }
:is(.rncp-figure, .rncp-tableau) table {
  border-collapse: collapse; margin: .3rem 0; font-variant-numeric: tabular-nums;
}
:is(.rncp-figure, .rncp-tableau) caption { text-align: left; color: #525b66; padding-bottom: .3rem; }
:is(.rncp-figure, .rncp-tableau) :is(th, td) { padding: .25rem .6rem; border-bottom: 1px solid #d3dae1; }
:is(.rncp-figure.rncp-figure.rncp-figure, .rncp-tableau.rncp-tableau.rncp-tableau) :is(th, td) { text-align: left; }
:is(.rncp-figure.rncp-figure.rncp-figure, .rncp-tableau.rncp-tableau.rncp-tableau) .nombre {
  text-align: right; white-space: nowrap;
}
"""


@contextmanager
def style() -> Iterator[None]:
    """Style of the course while a figure is drawn; matplotlib's own settings are back afterwards."""
    import matplotlib as mpl

    reglages = {
        "figure.facecolor": "white",
        "font.size": 12,
        "text.color": ENCRE,
        "text.parse_math": False,  # a « $ » in a label is a « $ »
        "axes.edgecolor": DISCRET,
        "axes.labelcolor": ENCRE,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.prop_cycle": mpl.cycler(color=list(PALETTE.values())),
        "grid.color": FILET,
        "xtick.color": ENCRE,
        "ytick.color": ENCRE,
        "hatch.color": "white",
        "hatch.linewidth": 1.0,
        "lines.linewidth": 2.2,
        "lines.markersize": 8,
        "legend.frameon": False,
        "svg.hashsalt": "rncp",  # the same figure gives the same file
    }
    with mpl.rc_context(reglages):
        yield


def nouvelle_figure(largeur: float = 9.4, hauteur: float = 4.8, **options: Any) -> tuple[Figure, Any]:
    """Figure vide au style du cours et ses axes ; à dessiner dans ``with style():``.

    Parameters
    ----------
    largeur, hauteur
        En pouces (100 points à l'écran chacun) ; les valeurs par défaut tiennent dans une fenêtre de 1366 × 768.
    options
        Celles de ``Figure.subplots`` (``ncols``, ``width_ratios``…).
    """
    # Outside pyplot: nothing global to close, no window, no second picture under the cell.
    from matplotlib.figure import Figure

    fig = Figure(figsize=(largeur, hauteur), dpi=100, layout="constrained")
    return fig, fig.subplots(**options)


def style_de(couleur: str) -> dict[str, str | int]:
    """Remplissage d'une barre : une couleur de :data:`PALETTE` avec sa hachure, sans bord qui cache les plus fines."""
    return {"facecolor": PALETTE[couleur], "hatch": HACHURES[couleur], "edgecolor": "white", "linewidth": 0}


def echelle(valeurs: Iterable[float], unite: str) -> tuple[float, str]:
    """Diviseur et unité pour montrer des montants : en k€ à partir de 10 M€, en M€ à partir de 10 Md€.

    >>> echelle([660_000, -8_800], "€"), echelle([25_000_000], "€")
    ((1.0, '€'), (1000.0, 'k€'))
    """
    if unite == "€":
        plus_grand = max((abs(valeur) for valeur in valeurs), default=0)
        for seuil, diviseur, nom in _ECHELLES_EURO:
            if plus_grand >= seuil:
                return diviseur, nom
    return 1.0, unite


def axe_francais(axe: Axis, *, diviseur: float = 1.0, decimales: int = 0, intervalles: int = 6) -> None:
    """Graduations en nombres français (« 600 000 »), divisées par ``diviseur``."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axe.set_major_locator(MaxNLocator(intervalles))
    axe.set_major_formatter(FuncFormatter(lambda x, _: formater_nombre(x / diviseur, decimales).replace("-", MOINS)))


def depouiller(ax: Axes, *, grille: str = "y") -> None:
    """Une grille discrète sur un axe, et aucun trait qui ne porte d'information."""
    ax.grid(visible=True, axis=grille)
    ax.tick_params(length=0)
    ax.spines["left" if grille == "y" else "bottom"].set_visible(False)


@dataclass(frozen=True)
class FigureAccessible:
    """Figure que chacun peut lire : image, titre, unité, alternative textuelle et tableau de ses données.

    Dans un notebook, elle s'affiche seule en fin de cellule.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    svg : str
        Image vectorielle, nette à tout agrandissement, avec son titre et sa description.
    titre, alt, unite, source : str
    donnees : pandas.DataFrame
        Données montrées, une ligne par libellé d'index ; copie de celles qui ont été données.
    """

    figure: Figure = field(repr=False)
    svg: str = field(repr=False)
    titre: str
    alt: str
    donnees: pd.DataFrame = field(repr=False)
    unite: str
    source: str = ""

    def image(self) -> str:
        """Élément ``img`` : image incluse dans la page, alternative textuelle."""
        contenu = base64.b64encode(self.svg.encode("utf-8")).decode("ascii")
        return f'<img src="data:image/svg+xml;base64,{contenu}" alt="{escape(self.alt)}">'

    def html(self) -> str:
        """Élément ``figure`` : légende, image, tableau de données repliable."""
        unite = f" <span>({escape(self.unite)})</span>" if self.unite else ""
        en = f", en {self.unite}" if self.unite else ""
        source = f'<p class="source">Source{INSECABLE}: {_lisible(self.source)}</p>\n' if self.source else ""
        return (
            f'<figure class="rncp-figure">\n<figcaption>{_lisible(self.titre)}{unite}</figcaption>\n{self.image()}\n'
            f"<details>\n<summary>Tableau des données</summary>\n"
            f"{tableau_html(self.donnees, titre=f'{self.titre}{en}')}\n</details>\n{source}</figure>"
        )

    def enregistrer(self, chemin: Path | str) -> Path:
        """Écrit la figure en ``.svg``, ``.png`` (image seule, 200 points par pouce) ou ``.html`` (page entière).

        Raises
        ------
        ErreurDonnees
            Autre extension.
        """
        chemin = Path(chemin)
        extension = chemin.suffix.lower().lstrip(".")
        if extension not in FORMATS:
            raise ErreurDonnees(
                f"Je ne sais pas écrire une figure en « {chemin.suffix or chemin.name} » : "
                "choisissez un nom en .svg, .png ou .html."
            )
        if extension == "png":
            with ecriture_atomique(chemin) as temporaire, style():
                textes = {"Title": self.titre, "Description": self.alt}
                self.figure.savefig(temporaire, format="png", dpi=200, metadata=textes)
        else:
            ecrire_texte(chemin, self.svg if extension == "svg" else _page(self.titre, self.html()))
        return chemin

    def _repr_html_(self) -> str:
        return f"<style>{FEUILLE_DE_STYLE}</style>\n{self.html()}"


@dataclass(frozen=True)
class TableauAccessible:
    """Tableau HTML avec légende et en-têtes de lignes et de colonnes ; s'affiche seul dans un notebook."""

    titre: str
    donnees: pd.DataFrame = field(repr=False)

    def html(self) -> str:
        """Élément ``table``, dans un bloc."""
        return f'<div class="rncp-tableau">\n{tableau_html(self.donnees, titre=self.titre)}\n</div>'

    def _repr_html_(self) -> str:
        return f"<style>{FEUILLE_DE_STYLE}</style>\n{self.html()}"


def figure_accessible(
    fig: Figure, *, titre: str, alt: str, donnees: pd.DataFrame | pd.Series | Mapping, unite: str, source: str = ""
) -> FigureAccessible:
    """Rend une figure matplotlib accessible ; seule façon de montrer une figure dans le cours.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        Figure dessinée (par ``nouvelle_figure`` ou par ``pyplot``).
    titre : str
        Ce que la figure montre.
    alt : str
        Ce qu'une personne qui ne voit pas l'image doit en retenir, chiffres clés compris.
    donnees : DataFrame, Series ou dictionnaire
        Les nombres montrés, une ligne par libellé.
    unite : str
        Unité des données (« € », « % », « jours ») ; vide si elles n'en ont pas.
    source : str
        Origine des données.

    Raises
    ------
    ErreurDonnees
        Titre, alternative ou données vides.
    """
    titre = _texte_exige(titre, "de titre", "dites ce qu'elle montre (titre=…)")
    alt = _texte_exige(alt, "d'alternative textuelle", "dites en une ou deux phrases ce qu'il faut y lire (alt=…)")
    table = _en_table(donnees, "La figure")
    if "matplotlib.pyplot" in sys.modules:
        # A figure made with pyplot would show a second time, bare, under the cell.
        sys.modules["matplotlib.pyplot"].close(fig)
    return FigureAccessible(fig, _svg(fig, titre, alt), titre, alt, table, unite.strip(), source.strip())


def _svg(fig: Figure, titre: str, alt: str) -> str:
    tampon = io.StringIO()
    muet = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with style():
        fig.savefig(tampon, format="svg", metadata={**muet, "Title": titre, "Description": alt})
    # The first drawing places all; another one, for a PNG, would move things by a hair.
    fig.set_layout_engine("none")
    texte = tampon.getvalue()
    return texte[texte.index("<svg") :]


def presenter(df: pd.DataFrame | pd.Series | Mapping, *, titre: str) -> TableauAccessible:
    """Tableau accessible d'un DataFrame, d'une Series ou d'un dictionnaire : légende, en-têtes, nombres français.

    Raises
    ------
    ErreurDonnees
        Titre ou données vides.
    """
    if not isinstance(titre, str) or not titre.strip():
        raise ErreurDonnees("Ce tableau n'a pas de titre : dites ce qu'il contient (titre=…).")
    return TableauAccessible(titre.strip(), _en_table(df, "Le tableau"))


def tableau_html(df: pd.DataFrame, *, titre: str) -> str:
    """Élément ``table`` : légende, en-têtes ``scope``, nombres français alignés à droite."""
    import pandas as pd

    # A plain numbering of the rows tells nothing.
    index = not isinstance(df.index, pd.RangeIndex)
    niveaux = [str(nom) if nom is not None else "" for nom in df.index.names] if index else []
    colonnes = [_Colonne(df.iloc[:, rang]) for rang in range(df.shape[1])]
    entetes = [_entete(nom or ("Libellé" if len(niveaux) == 1 else "")) for nom in niveaux]
    entetes += [_entete(_titre_de(nom), colonne.a_droite) for nom, colonne in zip(df.columns, colonnes, strict=True)]
    lignes = []
    for rang, cle in enumerate(df.index):
        cles = (cle if isinstance(cle, tuple) else (cle,)) if index else ()
        cases = [f'<th scope="row">{_lisible(_texte(partie))}</th>' for partie in cles]
        cases += [colonne.case(rang) for colonne in colonnes]
        lignes.append(f"<tr>{''.join(cases)}</tr>")
    return (
        f"<table>\n<caption>{_lisible(titre)}</caption>\n<thead><tr>{''.join(entetes)}</tr></thead>\n"
        f"<tbody>\n{chr(10).join(lignes)}\n</tbody>\n</table>"
    )


def _mesures(cases: list[str]) -> bool:
    """Whether written cells are amounts and rates, with their unit, for the most part."""
    dites = [case for case in cases if case not in _SANS_VALEUR]
    mesures = [case for case in dites if _MESURE.fullmatch(case)]
    return 2 * len(mesures) > len(dites) and all(len(case) <= _REMARQUE for case in dites)


class _Colonne:
    """Cells of one column; numbers share their decimals: none if all are whole, two otherwise."""

    def __init__(self, serie: pd.Series) -> None:
        import pandas as pd

        self.nombre = pd.api.types.is_numeric_dtype(serie) and not pd.api.types.is_bool_dtype(serie)
        self.valeurs = serie.tolist()
        entiers = self.nombre and all(float(valeur).is_integer() for valeur in serie.dropna())
        self.decimales = 0 if entiers else 2
        self.a_droite = self.nombre or _mesures([_texte(valeur) for valeur in self.valeurs])

    def case(self, rang: int) -> str:
        valeur = self.valeurs[rang]
        if self.nombre:
            return f'<td class="nombre">{_lisible(formater_nombre(valeur, self.decimales))}</td>'
        classe = ' class="nombre"' if self.a_droite else ""
        return f"<td{classe}>{_lisible(_texte(valeur))}</td>"


def _lisible(texte: str) -> str:
    return escape(typographier(texte))


def _texte(valeur: object) -> str:
    """Text of a cell: French dates and booleans, a dash for what is missing."""
    import datetime as dt

    if valeur is None or valeur != valeur:
        return "–"
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, dt.date):
        return f"{valeur:%d/%m/%Y}"
    return str(valeur)


def _titre_de(nom: object) -> str:
    return " – ".join(map(_texte, nom)) if isinstance(nom, tuple) else _texte(nom)


def _entete(nom: str, nombre: bool = False) -> str:
    classe = ' class="nombre"' if nombre else ""
    return f'<th scope="col"{classe}>{_lisible(nom)}</th>'


def _texte_exige(texte: object, quoi: str, conseil: str) -> str:
    if not isinstance(texte, str) or not texte.strip():
        raise ErreurDonnees(f"Cette figure n'a pas {quoi} : {conseil}.")
    # Only plain blanks: split() would take the no-break spaces of the amounts for ordinary ones.
    return re.sub(r"[ \t\r\n]+", " ", texte).strip()


def _en_table(donnees: Any, sujet: str) -> pd.DataFrame:
    import pandas as pd

    if isinstance(donnees, Mapping):
        donnees = pd.Series(dict(donnees), name="Valeur")
    if isinstance(donnees, pd.Series):
        donnees = donnees.to_frame(name="Valeur" if donnees.name is None else donnees.name)
    if not isinstance(donnees, pd.DataFrame) or donnees.empty:
        raise ErreurDonnees(f"{sujet} n'a pas de données : donnez le tableau des nombres montrés (donnees=…).")
    return donnees.copy()


def _page(titre: str, corps: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n<title>{escape(titre)}</title>\n'
        f"<style>{FEUILLE_DE_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(titre)}</h1>\n{corps}\n</main>\n"
        "</body>\n</html>\n"
    )
