"""Références de droit lues dans une phrase : « code de commerce, art. L. 611-3 et L. 611-4 ; loi n° 2022-172 ».

A reference is what a jurist looks up: an article of a code, a text, a decision. What is around it (who read it, where)
stays in the sentence that quotes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

CODES = {
    r"code monétaire et financier|\bCMF\b|C\. mon\. fin\.": "Code monétaire et financier",
    r"code de commerce|\bC\. com\.": "Code de commerce",
    r"code civil|\bC\. civ\.": "Code civil",
    r"code général des impôts|\bCGI\b": "Code général des impôts",
    r"code des assurances|\bC\. assur\.": "Code des assurances",
    r"code de la sécurité sociale|\bCSS\b": "Code de la sécurité sociale",
    r"code de la consommation": "Code de la consommation",
    r"code du travail": "Code du travail",
    r"code pénal": "Code pénal",
    r"code de la santé publique": "Code de la santé publique",
    r"code de la commande publique": "Code de la commande publique",
    r"code des postes et des communications électroniques": "Code des postes et des communications électroniques",
    r"code rural et de la pêche maritime": "Code rural et de la pêche maritime",
    r"code des procédures civiles d'exécution": "Code des procédures civiles d'exécution",
    r"code de l'artisanat": "Code de l'artisanat",
    r"code de la mutualité": "Code de la mutualité",
    r"livre des procédures fiscales|\bLPF\b": "Livre des procédures fiscales",
    r"plan comptable général|\bPCG\b": "Plan comptable général",
}
RGPD = "Règlement (UE) 2016/679 (RGPD)"
LOIS, EUROPE, AUTORITES, JUGES = (
    "Lois, ordonnances et décrets",
    "Textes européens",
    "Recommandations, décisions et normes",
    "Décisions de justice",
)
_JOUR = r"\d{1,2}(?:er)? (?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre) \d{4}"
_ARTICLE = r"(?:[LRDA]\.\s?)?\*?\d[\d-]*(?<!-)(?: (?:bis|ter|quater|(?-i:[A-Z]))\b)?(?: s\.)?"
_SUITE = r"(?:,? (?-i:[IVX]+)(?: bis)?\b)?(?: \([^)]*\))?\s*(?:,|et|ou|à)\s+(?:et )?"
_ARTICLES = rf"(?:annexe [IVX]+, )?\bart(?:icle)?s?\.? {_ARTICLE}(?:{_SUITE}{_ARTICLE})*"
_COUR = r"(?:Cass\.|Cour de cassation),?(?: com\.,| civ\.,| assemblée plénière,| chambre mixte,)?"
_NUMEROS = r", n° [\d.-]*\d(?:,? et (?:n° )?\d{2}-[\d.]*\d)?"
_TEXTES = {
    rf"(?:loi|ordonnance|décret)(?: n°)? \d{{2,4}}-\d+(?: du {_JOUR})?": LOIS,
    r"règlement \(UE\) (?:n° )?2016/679(?: \(RGPD\))?|\bRGPD\b": RGPD,
    rf"règlement(?: délégué| d'exécution)? \(UE\) (?:n° )?\d+/\d+(?: \(CRR\)| du {_JOUR})?|\bCRR\b": EUROPE,
    r"directive (?:\(UE\) )?\d{4}/\d+(?:/[CU]E)?": EUROPE,
    rf"recommandation(?: ACPR)? \d{{4}}-R-\d+(?: du {_JOUR})?|\bEBA/GL/\d{{4}}/\d+": AUTORITES,
    rf"(?:décision D-HCSF-\d{{4}}-\d+|délibération(?: de la CNIL)? SAN-\d{{4}}-\d+)(?: du {_JOUR})?": AUTORITES,
    r"règlement ANC \d{4}-\d+|\bBOI-[A-Z\d-]+\d": AUTORITES,
    rf"{_COUR} {_JOUR}(?:{_NUMEROS})?(?:,? et {_JOUR}(?:{_NUMEROS})?)*": JUGES,
}
_JETON = re.compile(
    "|".join(
        [
            f"(?P<articles>{_ARTICLES})",
            *(f"(?P<t{rang}>{motif})" for rang, motif in enumerate(_TEXTES)),
            *(f"(?P<c{rang}>{motif})" for rang, motif in enumerate(CODES)),
        ]
    ),
    re.IGNORECASE,
)
_PRECEDE_SON_CODE = re.compile(rf"\s*,?\s(?:du|de la|de l')\s?(?:{'|'.join(CODES)})", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Reference:
    """Une référence.

    Attributes
    ----------
    recueil : str
        Code, texte européen qui a ses articles (RGPD), ou famille de textes.
    nom : str
        « art. L. 611-3 », « loi n° 2022-172 du 14 février 2022 », « Cass. com., 27 mars 2012, n° 10-20.077 ».
    """

    recueil: str
    nom: str

    @property
    def cle(self) -> tuple[str, str]:
        """Ce qui la distingue, quelle que soit la façon de l'écrire (avec ou sans date, « n° », parenthèse)."""
        numero = re.search(r"\d+[-/.][-\d/.R]*\d", self.nom) if self.recueil in (LOIS, EUROPE, AUTORITES) else None
        return self.recueil, numero.group() if numero else self.nom

    @property
    def rang(self) -> tuple:
        """Ordre de lecture : lettre de l'article, puis ses nombres."""
        lettre = re.search(r"\b([LRDA])\. ", self.nom)
        nombres = [int(n) for n in re.findall(r"\d+", self.nom)]
        return " LRDA".index(lettre[1]) if lettre else 0, nombres, self.nom


RGPD_ENTIER = Reference(RGPD, "ensemble du règlement")
AVEC_ARTICLES = frozenset({*CODES.values(), RGPD})


def lire_references(phrase: str) -> list[tuple[Reference, str]]:
    """Références d'une phrase, dans l'ordre, chacune avec la proposition (entre deux points-virgules) qui la cite.

    >>> [r.nom for r, _ in lire_references("CMF, art. L. 133-24, lu dans un commentaire ; art. L. 133-2, de mémoire")]
    ['art. L. 133-24', 'art. L. 133-2']
    >>> lire_references("RGPD, art. 21, paragraphes 2 et 3")[0][0]
    Reference(recueil='Règlement (UE) 2016/679 (RGPD)', nom='art. 21')
    """
    trouvees: dict[Reference, str] = {}
    code = texte = ""
    for jeton in _JETON.finditer(phrase):
        if jeton.lastgroup == "articles":
            suivant = _JETON.search(phrase, jeton.end()) if _PRECEDE_SON_CODE.match(phrase, jeton.end()) else None
            recueil = _code(suivant) if suivant else ""
            for nom in _articles(jeton.group()):
                # Only a code has articles with a letter; a bare number is of what was named last.
                ou = recueil or (code if re.match(r"art\. [LRDA]\.", nom) else texte or code)
                # A law or a directive is looked up as a whole: what is quoted of it stays in the sentence.
                if ou in AVEC_ARTICLES:
                    trouvees.setdefault(Reference(ou, nom), _proposition(phrase, jeton.start()))
        elif jeton.lastgroup.startswith("c"):
            code, texte = _code(jeton), ""
        else:
            texte = _famille(jeton)
            for reference in _textes(jeton):
                trouvees.setdefault(reference, _proposition(phrase, jeton.start()))
    if any(reference.recueil == RGPD and reference != RGPD_ENTIER for reference in trouvees):
        trouvees.pop(RGPD_ENTIER, None)
    return list(trouvees.items())


def _code(jeton: re.Match) -> str:
    return list(CODES.values())[int(jeton.lastgroup[1:])] if jeton.lastgroup[0] == "c" else ""


def _famille(jeton: re.Match) -> str:
    return list(_TEXTES.values())[int(jeton.lastgroup[1:])]


def _textes(jeton: re.Match) -> Iterator[Reference]:
    famille = _famille(jeton)
    if famille == RGPD:
        yield RGPD_ENTIER
        return
    if famille != JUGES:
        yield Reference(famille, _propre(jeton.group()))
        return
    cour = re.match(_COUR, jeton.group()).group().replace("Cour de cassation", "Cass.").replace("Cass., ", "Cass. ")
    for arret in re.finditer(rf"{_JOUR}(?:{_NUMEROS})?", jeton.group()):
        yield Reference(JUGES, f"{cour} {arret.group()}".replace(" et n° ", " et "))


def _propre(texte: str) -> str:
    texte = re.sub(r"\b(loi|ordonnance|décret) (?=\d)", r"\1 n° ", texte)
    if texte == "CRR":
        return "Règlement (UE) 575/2013 (CRR)"
    return f"Orientations {texte}" if texte.startswith("EBA") else texte[0].upper() + texte[1:]


def _articles(jeton: str) -> Iterator[str]:
    annexe = re.match(r"annexe [IVX]+", jeton)
    sans_parentheses = re.sub(r"\([^)]*\)|annexe [IVX]+", " ", jeton)
    for article in re.findall(_ARTICLE, sans_parentheses):
        nom = re.sub(r"^([LRDA])\.\s?", r"\1. ", article).removesuffix(" s.").strip()
        yield f"{annexe.group()}, art. {nom}" if annexe else f"art. {nom}"


def _proposition(phrase: str, ou: int) -> str:
    debut = phrase.rfind(" ; ", 0, ou)
    fin = phrase.find(" ; ", ou)
    return phrase[0 if debut < 0 else debut + 3 : len(phrase) if fin < 0 else fin].strip()
