"""Découpe un texte libre d'une fiche publiée en éléments : compétences, modalités ou activités.

France compétences publishes them as one line: bullets, codes, or only runs of spaces where lines used to end. What is
returned is a guess, which says on what sign it rests; a form that is not recognised gives no element at all.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

CODES, PUCES, LIGNES, POINTS_VIRGULES, UN_SEUL, INCONNUE = (
    "leurs codes",
    "les puces",
    "les fins de ligne",
    "les points-virgules",
    "un seul élément",
    "forme non reconnue",
)
# A longer text without any sign is a paragraph, not the label of a competence.
LONGUEUR_D_UN_ELEMENT = 300

_PUCES_SURES = "•▪‣●■□➢➤✓✔\uf0b7\uf0a7"  # the last two: bullets of the font Symbol
_PUCES_DOUTEUSES = "*o◦○–—-"  # also a letter, a product or a hyphen: only after the end of a line
_DEBUT = r"(?:^|\n|(?<=[ ]{2}))"
_PUCE = re.compile(rf"(?P<sure>(?:^|(?<=\s))[{_PUCES_SURES}])|{_DEBUT}(?P<douteuse>[{_PUCES_DOUTEUSES}](?=\s))")
_CODE = re.compile(
    rf"(?:^|\n|(?<=[ ]{{2}})|(?<=[.;] )|(?<=[{_PUCES_SURES}*-])|(?<=[{_PUCES_SURES}*-] ))"
    r"(?P<code>C ?\d{1,3}(?:\.\d{1,2}){0,2})\b(?: *\([A-Z]{1,2}[\d. ]{1,7}\))? *[.:)–-]? *(?=[^\W\d])"
)
_NUMERO = re.compile(r"^\d{1,2}[.)] +")
_BALISES = (
    (re.compile(r"<li\b[^<>]*>", re.IGNORECASE), "\n• "),
    (re.compile(r"</?(?:p|br|ul|ol|div|tr|li|h\d)\b[^<>]*>", re.IGNORECASE), "\n"),
    (re.compile(r"</?[a-z][^<>]{0,200}>", re.IGNORECASE), ""),
)
_FINS_DE_LIGNE = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


@dataclass(frozen=True)
class Element:
    """Un élément et les précisions de second niveau qui le suivaient."""

    texte: str
    precisions: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Decoupage:
    """Éléments proposés, signe sur lequel la découpe repose, texte lu avant le premier élément."""

    forme: str
    elements: tuple[Element, ...] = ()
    entete: str = ""


def decouper(texte: str) -> Decoupage:
    """Propose une découpe d'un texte libre.

    Dans l'ordre : les codes de compétence, les puces (celles de second niveau deviennent des précisions), les fins de
    ligne (ou les suites d'au moins trois espaces qui les remplacent), les points-virgules. Aucun élément si le texte
    est long et sans aucun de ces signes.

    Examples
    --------
    >>> [e.texte for e in decouper("* Analyser un besoin      * Chiffrer un projet").elements]
    ['Analyser un besoin', 'Chiffrer un projet']
    >>> [(e.code, e.texte) for e in decouper("• C1 (B1.1)   Lire un bilan • C2 (B1.2) Le  commenter").elements]
    [('C1', 'Lire un bilan'), ('C2', 'Le commenter')]
    """
    plat = _aplatir(texte)
    for essayer in (_par_codes, _par_puces, _par_lignes, _par_points_virgules, _entier):
        if trouve := essayer(plat):
            return trouve
    return Decoupage(INCONNUE)


def resserrer(texte: str) -> str:
    """Le texte sur une ligne, balises et signes invisibles ôtés, espaces multiples réduites à une."""
    return " ".join(_aplatir(texte).split())


def _aplatir(texte: str) -> str:
    """Tags become ends of lines or bullets, any space a plain one, what does not print goes."""
    for motif, remplacement in _BALISES:
        texte = motif.sub(remplacement, texte)
    texte = _FINS_DE_LIGNE.sub("\n", html.unescape(texte))
    texte = unicodedata.normalize("NFC", "".join(map(_imprimable, texte)))
    texte = re.sub(" {9,}", " " * 8, texte)
    return re.sub(r" *\n[ \n]*", "\n", texte).strip()


def _imprimable(signe: str) -> str:
    if signe == "\n" or signe in _PUCES_SURES:
        return signe
    return " " if unicodedata.category(signe)[0] in "ZC" else signe


def _nettoyer(texte: str) -> str:
    propre = " ".join(texte.split()).strip(f"{_PUCES_SURES}*;, ")
    propre = re.sub(r"^[–—-] |[ ]+[–—-]$", "", propre).strip()
    return propre[:-1].rstrip() if propre.endswith(".") and not propre.endswith(("etc.", "...")) else propre


def _elements(textes: list[str]) -> tuple[Element, ...]:
    return tuple(Element(propre) for texte in textes if (propre := _nettoyer(texte)))


def _par_codes(texte: str) -> Decoupage | None:
    trouves = list(_CODE.finditer(texte))
    codes = [trouve["code"].replace(" ", "") for trouve in trouves]
    if len(trouves) < 2 or len(set(codes)) < len(codes):
        return None
    fins = [trouve.start() for trouve in trouves[1:]] + [len(texte)]
    lus = [_nettoyer(texte[trouve.end() : fin]) for trouve, fin in zip(trouves, fins, strict=True)]
    if not all(lus):
        return None
    elements = tuple(Element(lu, code=code) for lu, code in zip(lus, codes, strict=True))
    return Decoupage(CODES, elements, _nettoyer(texte[: trouves[0].start()]))


def _par_puces(texte: str) -> Decoupage | None:
    trouves = list(_PUCE.finditer(texte))
    if not trouves:
        return None
    fins = [trouve.start() for trouve in trouves[1:]] + [len(texte)]
    signes = [trouve["sure"] or trouve["douteuse"] for trouve in trouves]
    lus = [_nettoyer(texte[trouve.end() : fin]) for trouve, fin in zip(trouves, fins, strict=True)]
    entete = _nettoyer(texte[: trouves[0].start()])
    if signes.count(signes[0]) == 1 and len(signes) > 2:  # a heading above the true list
        entete, signes, lus = f"{entete} {lus[0]}".strip(), signes[1:], lus[1:]
    groupes: list[tuple[str, list[str]]] = []
    for signe, lu in zip(signes, lus, strict=True):
        if not lu:
            continue
        if signe == signes[0] or not groupes:
            groupes.append((lu, []))
        else:
            groupes[-1][1].append(lu)
    elements = tuple(Element(lu, tuple(precisions)) for lu, precisions in groupes)
    return Decoupage(PUCES, elements, entete) if elements else None


def _par_lignes(texte: str) -> Decoupage | None:
    parties: list[str] = []
    for brute in re.split(r"\n+| {3,}", texte):
        partie = _NUMERO.sub("", brute)
        # A line that begins with a small letter goes on with the one before.
        if parties and partie[:1].islower():
            parties[-1] += f" {partie}"
        else:
            parties.append(partie)
    elements = _elements(parties)
    return Decoupage(LIGNES, elements) if len(elements) > 1 else None


def _par_points_virgules(texte: str) -> Decoupage | None:
    elements = _elements(texte.split(";"))
    capitales = all(element.texte[0].isupper() for element in elements)
    return Decoupage(POINTS_VIRGULES, elements) if len(elements) > 1 and capitales else None


def _entier(texte: str) -> Decoupage | None:
    phrases = re.search(r"[.:] +[A-ZÀ-Ý]", texte)
    elements = _elements([texte])
    return Decoupage(UN_SEUL, elements) if elements and len(texte) <= LONGUEUR_D_UN_ELEMENT and not phrases else None
