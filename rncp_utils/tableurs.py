"""CSV files and workbooks that a French spreadsheet opens as they are meant."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.properties import PageSetupProperties

from rncp_utils.csv_colonnes import DEBUT_DE_FORMULE, FRANCAIS, MACHINE, FormeCsv, lignes_csv
from rncp_utils.erreurs import ErreurRncp
from rncp_utils.fichiers import ecriture_atomique
from rncp_utils.niveaux import ACQUIS, EN_COURS, NIVEAUX, NON_ACQUIS, est_trompeur

FORMAT_TAUX, FORMAT_TAUX_PRECIS = "0.0%", "0.00%"
LARGEUR_MAX = 60
POLICE = "Calibri"  # that of the cells
PAPIER_A4 = 9  # number of A4 in the file format


@contextmanager
def ecriture_expliquee(chemin: Path) -> Iterator[Path]:
    """:func:`ecriture_atomique`, whose failure is one French sentence (:class:`ErreurRncp`)."""
    chemin = Path(chemin)
    try:
        with ecriture_atomique(chemin) as temporaire:
            yield temporaire
    except OSError as erreur:
        raise ErreurRncp(
            f"Le fichier « {chemin.name} » ne peut pas être écrit dans le dossier « {chemin.parent} » : il est ouvert "
            "dans un autre programme, ou le dossier est protégé ou plein ; fermez-le ou changez de dossier, puis "
            "recommencez."
        ) from erreur


def ecrire_csv_fr(df: pd.DataFrame, chemin: Path) -> None:
    """Écrit une table en CSV pour Excel français : UTF-8 avec BOM, « ; », virgule décimale, fin de ligne CRLF.

    Les dates sont en ISO 8601 (avec leur décalage si elles ont un fuseau), les booléens en oui/non, les valeurs
    absentes vides, les cases guillemetées seulement s'il le faut. Un texte qui commence comme une formule
    (``= + - @``, tabulation, retour chariot) reçoit une apostrophe devant lui. L'index n'est pas écrit.

    Raises
    ------
    ErreurRncp
        Le fichier ne peut pas être écrit ; l'ancien fichier, s'il existe, est intact.
    """
    _ecrire_csv(df, chemin, FRANCAIS)


def ecrire_csv_machine(df: pd.DataFrame, chemin: Path) -> None:
    """Écrit une table en CSV pour un programme : UTF-8 sans BOM, « , », point décimal, booléens true/false.

    Comme en français, un texte qui commence comme une formule reçoit une apostrophe : rien n'empêche d'ouvrir ce
    fichier dans un tableur.

    Raises
    ------
    ErreurRncp
        Le fichier ne peut pas être écrit ; l'ancien fichier, s'il existe, est intact.
    """
    _ecrire_csv(df, chemin, MACHINE)


def _ecrire_csv(df: pd.DataFrame, chemin: Path, forme: FormeCsv) -> None:
    with ecriture_expliquee(chemin) as temporaire, temporaire.open("wb") as fichier:
        fichier.writelines(lignes_csv(df, forme))


@dataclass(frozen=True)
class Feuille:
    """Feuille d'un classeur.

    Attributes
    ----------
    table
        Données ; un index de colonnes à deux niveaux donne deux lignes d'en-tête.
    taux
        Colonnes (nom, ou nom du second niveau) dont les valeurs entre 0 et 1 s'affichent en pourcentage.
    seuils
        Taux à partir desquels une case de taux est « en cours » puis « acquis » ; ``None`` : pas de couleur.
    libelles
        Intitulés des colonnes (nom → texte affiché) ; une colonne absente garde son nom.
    largeurs
        Largeurs imposées, en caractères ; les autres suivent le contenu, jusqu'à 60.
    figees
        Nombre de colonnes qui restent visibles à gauche.
    filtre
        Pose un filtre automatique sur la dernière ligne d'en-tête.
    pages
        Nombre de pages imprimées en largeur.
    infobulles
        Commentaires des en-têtes (nom, ou nom du premier niveau → texte).
    """

    table: pd.DataFrame
    taux: tuple[str, ...] = ()
    seuils: tuple[float, float] | None = None
    libelles: Mapping[str, str] = field(default_factory=dict)
    largeurs: Mapping[str, float] = field(default_factory=dict)
    figees: int = 1
    filtre: bool = True
    pages: int = 1
    infobulles: Mapping[str, str] = field(default_factory=dict)

    @property
    def entetes(self) -> int:
        """Nombre de lignes d'en-tête."""
        return self.table.columns.nlevels

    def groupe(self, rang: int) -> str:
        """Premier niveau de la colonne ``rang``, ou son nom s'il n'y en a qu'un."""
        colonne = self.table.columns[rang]
        return str(colonne[0] if isinstance(colonne, tuple) else colonne)

    def nom(self, rang: int) -> str:
        """Nom de la colonne ``rang`` (second niveau s'il y en a deux)."""
        colonne = self.table.columns[rang]
        return str(colonne[-1] if isinstance(colonne, tuple) else colonne)


def ecrire_xlsx(feuilles: Mapping[str, Feuille], chemin: Path) -> None:
    """Écrit un classeur Excel, une feuille par entrée, dans l'ordre donné.

    Nombres et dates sont de vrais nombres et de vraies dates ; un instant avec fuseau est montré à l'heure de Paris.
    Un texte n'est jamais lu comme une formule. L'en-tête est gras, figé et répété à l'impression (A4 paysage).

    Raises
    ------
    ErreurRncp
        Le fichier ne peut pas être écrit ; l'ancien fichier, s'il existe, est intact.
    """
    # Streaming keeps the memory flat: a cohort of 1 000 has about 100 000 graded cells.
    classeur = Workbook(write_only=True)
    for titre, feuille in feuilles.items():
        onglet = classeur.create_sheet(titre)
        _mettre_en_page(onglet, feuille)
        _ecrire_entetes(onglet, feuille)
        _ecrire_lignes(onglet, feuille)
    with ecriture_expliquee(chemin) as temporaire:
        classeur.save(temporaire)


_FILET = Side(style="hair", color="9AA5B1")
_TRAIT = Side(style="thin", color="9AA5B1")
_MARINE = "1F3A5F"
_INTERLIGNE = 15  # points
_LARGE = 48  # from this width on, a text is wrapped rather than cut


def _mettre_en_page(onglet: WriteOnlyWorksheet, feuille: Feuille) -> None:
    derniere = len(feuille.table) + feuille.entetes
    onglet.freeze_panes = f"{get_column_letter(feuille.figees + 1)}{feuille.entetes + 1}"
    onglet.sheet_view.showGridLines = False
    if feuille.filtre:
        onglet.auto_filter.ref = f"A{feuille.entetes}:{get_column_letter(feuille.table.shape[1])}{derniere}"
    onglet.print_title_rows = f"1:{feuille.entetes}"
    onglet.print_title_cols = f"A:{get_column_letter(feuille.figees)}"
    onglet.page_setup.orientation, onglet.page_setup.paperSize = "landscape", PAPIER_A4
    onglet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    onglet.page_setup.fitToWidth, onglet.page_setup.fitToHeight = feuille.pages, 0
    onglet.oddFooter.left.text, onglet.oddFooter.right.text = "&A", "&P / &N"
    for rang in range(feuille.table.shape[1]):
        lettre = get_column_letter(rang + 1)
        onglet.column_dimensions[lettre].width = _largeur(feuille, rang)
        if feuille.seuils and feuille.nom(rang) in feuille.taux:
            _colorer(onglet, f"{lettre}{feuille.entetes + 1}", f"{lettre}{max(derniere, feuille.entetes + 1)}", feuille)


def _largeur(feuille: Feuille, rang: int) -> float:
    nom = feuille.nom(rang)
    if nom in feuille.largeurs:
        return feuille.largeurs[nom]
    serie = feuille.table.iloc[:, rang]
    contenu = 7  # a number shows a few digits, whatever its binary tail
    if pd.api.types.is_datetime64_any_dtype(serie):
        contenu = 16
    elif not pd.api.types.is_numeric_dtype(serie) and serie.notna().any():
        contenu = int(serie.dropna().astype(str).str.len().max())
    # The arrow of the filter takes the width of two characters.
    return min(max(contenu + 2, len(feuille.libelles.get(nom, nom)) + 4), LARGEUR_MAX)


def _colorer(onglet: WriteOnlyWorksheet, premiere: str, derniere: str, feuille: Feuille) -> None:
    """Conditional fills: they follow the rate if somebody corrects it; an empty cell (0 for Excel) stays white."""
    en_cours, acquis = feuille.seuils
    conditions = {ACQUIS: f"{premiere}>={acquis}", EN_COURS: f"{premiere}>={en_cours}", NON_ACQUIS: "TRUE"}
    for nom, condition in conditions.items():
        niveau = NIVEAUX[nom]
        regle = FormulaRule(
            formula=[f"AND(ISNUMBER({premiere}),{condition})"],
            fill=PatternFill(bgColor=niveau.fond[1:], fill_type="solid"),
            font=Font(color=niveau.encre[1:]),
            stopIfTrue=True,
        )
        onglet.conditional_formatting.add(f"{premiere}:{derniere}", regle)


def _ecrire_entetes(onglet: WriteOnlyWorksheet, feuille: Feuille) -> None:
    rangs = range(feuille.table.shape[1])
    if feuille.entetes == 2:
        groupes = [feuille.groupe(rang) for rang in rangs]
        # Blank cells after the first one let the group title spread without merging, which would break the filter.
        titres = [groupe if rang == 0 or groupe != groupes[rang - 1] else None for rang, groupe in enumerate(groupes)]
        onglet.append([_entete(onglet, feuille, rang, titre, "centerContinuous") for rang, titre in enumerate(titres)])
    noms = [feuille.libelles.get(feuille.nom(rang), feuille.nom(rang)) for rang in rangs]
    cotes = ["left" if _format(feuille, rang) == "General" else "right" for rang in rangs]
    onglet.append([_entete(onglet, feuille, rang, noms[rang], cotes[rang]) for rang in rangs])


def _entete(
    onglet: WriteOnlyWorksheet, feuille: Feuille, rang: int, texte: str | None, horizontal: str
) -> WriteOnlyCell:
    case = WriteOnlyCell(onglet, texte)
    if texte is not None:
        case.data_type = "s"
    case.font = Font(name=POLICE, bold=True, color="FFFFFF")
    case.fill = PatternFill("solid", fgColor=_MARINE)
    case.alignment = Alignment(horizontal=horizontal, vertical="center", indent=int(horizontal == "left"))
    case.border = Border(left=Side(style="thin", color="FFFFFF") if _ouvre_un_groupe(feuille, rang) else None)
    if texte in feuille.infobulles:
        case.comment = Comment(feuille.infobulles[texte], "RNCP", width=320, height=80)
    return case


def _ouvre_un_groupe(feuille: Feuille, rang: int) -> bool:
    return rang > 0 and feuille.groupe(rang) != feuille.groupe(rang - 1)


def _ecrire_lignes(onglet: WriteOnlyWorksheet, feuille: Feuille) -> None:
    # Each row is written as soon as it is appended, so one styled cell a column serves all its rows.
    rangs = range(feuille.table.shape[1])
    colonnes = [_Colonne(onglet, feuille, rang) for rang in rangs]
    valeurs = [_valeurs(feuille.table.iloc[:, rang]) for rang in rangs]
    for numero, ligne in enumerate(zip(*valeurs, strict=True), start=feuille.entetes + 1):
        # A streamed row has no height of its own: some spreadsheets would not make room for its wrapped texts.
        hauteur = max(colonne.lignes(valeur) for colonne, valeur in zip(colonnes, ligne, strict=True))
        if hauteur > 1:
            onglet.row_dimensions[numero].height = hauteur * _INTERLIGNE
        onglet.append([colonne.case(valeur) for colonne, valeur in zip(colonnes, ligne, strict=True)])


class _Colonne:
    """Styled cells of one column."""

    def __init__(self, onglet: WriteOnlyWorksheet, feuille: Feuille, rang: int) -> None:
        self.onglet = onglet
        self.largeur = _largeur(feuille, rang)
        self.seuils = feuille.seuils if feuille.nom(rang) in feuille.taux else None
        gauche = _TRAIT if feuille.entetes == 2 and _ouvre_un_groupe(feuille, rang) else None
        self.bordure = Border(left=gauche, bottom=_FILET)
        self.format = _format(feuille, rang)
        self.modele = self._nouvelle()
        self.precise = self._nouvelle()
        self.precise.number_format = FORMAT_TAUX_PRECIS

    def _nouvelle(self) -> WriteOnlyCell:
        case = WriteOnlyCell(self.onglet)
        case.border = self.bordure
        texte = self.format == "General"
        case.alignment = Alignment(
            vertical="top", horizontal="left" if texte else None, indent=int(texte), wrap_text=self.largeur >= _LARGE
        )
        case.number_format = self.format
        return case

    def lignes(self, valeur: object) -> int:
        """Number of lines that the value takes."""
        return math.ceil(len(valeur) / self.largeur) if isinstance(valeur, str) and self.largeur >= _LARGE else 1

    def case(self, valeur: object) -> WriteOnlyCell:
        """The cell to append for ``valeur``, until the next call."""
        if isinstance(valeur, str):
            return self._texte(ILLEGAL_CHARACTERS_RE.sub("", valeur))
        trompeur = self.seuils and valeur is not None and est_trompeur(valeur, self.seuils, decimales=1)
        case = self.precise if trompeur else self.modele
        case.value = valeur
        return case

    def _texte(self, texte: str) -> WriteOnlyCell:
        if not DEBUT_DE_FORMULE.match(texte):
            self.modele.value = texte
            return self.modele
        # Kept as it is, but as a text, now and after an edit.
        case = self._nouvelle()
        case.value = texte
        case.data_type, case.quotePrefix = "s", True
        return case


def _format(feuille: Feuille, rang: int) -> str:
    serie = feuille.table.iloc[:, rang]
    if feuille.nom(rang) in feuille.taux:
        return FORMAT_TAUX
    if pd.api.types.is_datetime64_any_dtype(serie):
        return "dd/mm/yyyy hh:mm"
    if pd.api.types.is_float_dtype(serie):
        return "0.00"
    if pd.api.types.is_integer_dtype(serie):
        return "0"
    return "dd/mm/yyyy" if serie.map(lambda valeur: isinstance(valeur, dt.date)).any() else "General"


def _valeurs(serie: pd.Series) -> list[object]:
    """Python values of a column; Excel knows no time zone, so an instant becomes the time on a clock in Paris."""
    if isinstance(serie.dtype, pd.DatetimeTZDtype):
        serie = serie.dt.tz_convert("Europe/Paris").dt.tz_localize(None)
    if pd.api.types.is_bool_dtype(serie):
        serie = serie.map({True: "oui", False: "non"})
    return serie.astype(object).where(serie.notna(), None).tolist()
