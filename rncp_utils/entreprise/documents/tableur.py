"""A liasse, or a 2035, from the rows of a spreadsheet or of a CSV file."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rncp_utils.entreprise.codes import BNC, COMPTES, NORMAL, SIMPLIFIE, codes_connus, libelle, postes
from rncp_utils.entreprise.documents import colonnes as roles
from rncp_utils.entreprise.documents.colonnes import Colonnes, deviner, en_milliers, lire_entete
from rncp_utils.entreprise.documents.formulaire_2035 import A_VERIFIER, lignes_2035, noms_par_case
from rncp_utils.entreprise.documents.grille import Rangee
from rncp_utils.entreprise.documents.identite_tableur import lire_identite
from rncp_utils.entreprise.documents.montants import Cellule, en_texte, lire_montant, propre
from rncp_utils.entreprise.documents.refus import refuser, refuser_fautes
from rncp_utils.entreprise.liasse import Liasse, siren_valide
from rncp_utils.erreurs import ErreurDonnees

ECART_NET = 2
_AVANT_CODE = re.compile(r"^(?:case|code|ligne)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Entree:
    """One row that bears a code: its amounts by role of column."""

    lieu: str
    code: str
    libelle: str
    montants: dict[str, float | int]


@dataclass
class Lecture:
    """All that a table says, before its boxes are put together."""

    nom: str
    entrees: list[Entree] = field(default_factory=list)
    identite: dict[str, Any] = field(default_factory=dict)
    fautes: list[str] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)
    milliers: bool = False
    lignes_sans_code: int = 0

    def avertir(self, message: str) -> None:
        """Keep a remark, once."""
        if message not in self.avertissements:
            self.avertissements.append(message)


def tous_les_codes() -> frozenset[str]:
    """Codes of all the forms that a table can hold, in capitals as they are compared."""
    connus = (*codes_connus(NORMAL), *codes_connus(SIMPLIFIE), *noms_par_case(), *lignes_2035())
    return frozenset(code.upper() for code in connus)


def liasse_de_rangees(rangees: list[Rangee], nom: str, *, ignorer_inconnus: bool = False) -> Liasse:
    """Liasse told by the rows of a table.

    Parameters
    ----------
    rangees : list of Rangee
    nom : str
        Name of the file, for messages.
    ignorer_inconnus : bool
        Leave out unknown codes with a remark, instead of refusing the file.

    Raises
    ------
    ErreurDonnees
        No known code, codes of two régimes, an amount that cannot be read, an unknown code (with its neighbours), a
        code with two amounts: all faults at once.
    """
    lecture = _parcourir(rangees, nom)
    regime = _regime(lecture)
    valeurs, valeurs_n1 = _rassembler(lecture, regime, ignorer_inconnus)
    if lecture.fautes:
        raise refuser_fautes(nom, lecture.fautes)
    if not valeurs:
        raise refuser(nom, "a des codes mais aucun montant", "remplissez la colonne des montants")
    _remarquer(lecture, regime)
    identite = {cle: valeur for cle, valeur in lecture.identite.items() if cle != "regime"}
    return Liasse(
        valeurs,
        regime=regime,
        valeurs_n1=valeurs_n1 or None,
        source=nom,
        avertissements=tuple(lecture.avertissements),
        **identite,
    )


def _parcourir(rangees: list[Rangee], nom: str) -> Lecture:
    lecture = Lecture(nom)
    connus = tous_les_codes()
    colonnes = None if any(_entete(rangee, None) for rangee in rangees) else deviner(rangees, connus)
    sans_entete = colonnes is not None
    if colonnes is not None:
        lecture.avertissements.extend(colonnes.avertissements)
    for rangee in rangees:
        if (nouvelles := _entete(rangee, lecture)) is not None and not sans_entete:
            colonnes = nouvelles
            _retenir_entete(lecture, nouvelles)
        elif lire_identite(rangee, lecture.identite, lecture.fautes, connus):
            pass
        elif colonnes is not None and _porte_un_code_ou_un_montant(rangee, colonnes):
            _lire_rangee(rangee, colonnes, lecture)
        elif en_milliers(rangee.cellules):
            lecture.milliers = True
    if colonnes is None:
        raise refuser(
            nom,
            "n'a pas d'en-tête qui dise quelles sont ses colonnes",
            "ajoutez une première ligne, par exemple « Code ; Libellé ; Montant ; Montant N-1 »",
        )
    return lecture


def _entete(rangee: Rangee, lecture: Lecture | None) -> Colonnes | None:
    try:
        return lire_entete(rangee.cellules)
    except ErreurDonnees as erreur:
        if lecture is not None:
            lecture.fautes.append(f"{rangee.lieu} : {erreur}")
        return None


def _retenir_entete(lecture: Lecture, colonnes: Colonnes) -> None:
    lecture.milliers |= colonnes.milliers
    if colonnes.cloture:
        lecture.identite.setdefault("date_cloture", colonnes.cloture)
    for entete in colonnes.non_lues:
        lecture.avertir(f"colonne « {entete} » non lue")


def _porte_un_code_ou_un_montant(rangee: Rangee, colonnes: Colonnes) -> bool:
    rangs = [rang for role, rang in colonnes.rangs.items() if role != roles.LIBELLE]
    return any(en_texte(_cellule(rangee, rang)) for rang in rangs)


def _lire_rangee(rangee: Rangee, colonnes: Colonnes, lecture: Lecture) -> None:
    if any(en_texte(cellule) for cellule in rangee.cellules[colonnes.largeur :]):
        lecture.fautes.append(
            f"{rangee.lieu} : plus de cellules que l'en-tête, une virgule décimale a peut-être coupé un montant"
        )
        return
    montants = {}
    for role, rang in colonnes.rangs.items():
        if role in (roles.CODE, roles.LIBELLE):
            continue
        try:
            montant = lire_montant(_cellule(rangee, rang))
        except ErreurDonnees as erreur:
            if en_texte(_cellule(rangee, colonnes.rangs[roles.CODE])):
                lecture.fautes.append(f"{rangee.lieu} : {erreur}")
            continue
        if montant is not None:
            montants[role] = montant
    code = en_texte(_cellule(rangee, colonnes.rangs[roles.CODE]))
    if code:
        texte = en_texte(_cellule(rangee, colonnes.rangs.get(roles.LIBELLE, -1)))
        lecture.entrees.append(Entree(rangee.lieu, code, texte, montants))
    elif montants:
        lecture.lignes_sans_code += 1


def _cellule(rangee: Rangee, rang: int) -> Cellule:
    return rangee.cellules[rang] if 0 <= rang < len(rangee.cellules) else None


def _code(texte: str, regime: str) -> str | None:
    """Known code that a cell names, whatever its case; a workbook drops the zeros of « 010 »."""
    texte = _AVANT_CODE.sub("", texte).rstrip(" .:")
    if regime == BNC:
        return texte.lower() if texte.lower() in lignes_2035() else noms_par_case().get(texte.upper())
    essais = [texte.upper(), texte.lower()]
    if regime == SIMPLIFIE and texte.isdecimal():
        essais.append(texte.zfill(3))
    return next((essai for essai in essais if essai in codes_connus(regime)), None)


def _regime(lecture: Lecture) -> str:
    """Régime told by the table, else the one whose codes it bears."""
    if (dit := lecture.identite.get("regime")) is not None:
        return dit
    # Accounts of the ledger (c675…) go with both forms and tell nothing.
    vus = {
        regime: sum(_code(entree.code, regime) not in (None, *COMPTES) for entree in lecture.entrees)
        for regime in (NORMAL, SIMPLIFIE, BNC)
    }
    if not any(vus.values()):
        if lecture.fautes:
            raise refuser_fautes(lecture.nom, lecture.fautes)
        raise refuser(
            lecture.nom,
            "ne contient aucun code de liasse connu",
            "vérifiez que la colonne des codes porte les cases des formulaires (FL, DL, 210…)",
        )
    # The boxes of a 2035 (AA, BA…) are nearly all letters of the 2050 too: the form that knows more of them wins.
    if vus[BNC] > vus[NORMAL] and vus[BNC] > vus[SIMPLIFIE]:
        return BNC
    if vus[NORMAL] and vus[SIMPLIFIE]:
        raise refuser(
            lecture.nom,
            f"mêle {vus[NORMAL]} codes du régime normal et {vus[SIMPLIFIE]} du régime simplifié",
            "gardez une seule liasse par fichier",
        )
    return NORMAL if vus[NORMAL] else SIMPLIFIE


def _rassembler(lecture: Lecture, regime: str, ignorer: bool) -> tuple[dict[str, float], dict[str, float]]:
    """Amounts of the year and of the N-1 column by code; faults go to ``lecture``."""
    recueil: dict[str, dict[str, tuple[float, str]]] = {"n": {}, roles.N1: {}}
    ignores = []
    for entree in lecture.entrees:
        code = _code(entree.code, regime)
        if code is None and not entree.montants:
            # A title (« PASSIF ») over a block of rows.
            continue
        if code is None:
            ignores.append(entree.code)
            if not ignorer:
                lecture.fautes.append(_phrase_inconnu(entree, regime))
            continue
        try:
            montants = _cases(code, entree.montants, regime)
        except ErreurDonnees as erreur:
            lecture.fautes.append(f"{entree.lieu} : code {code}, {erreur}")
            continue
        for case, montant in montants:
            _poser(recueil["n"], case, montant, entree.lieu, lecture.fautes)
        if roles.N1 in entree.montants:
            _poser(recueil[roles.N1], code, entree.montants[roles.N1], entree.lieu, lecture.fautes)
    if ignores and ignorer:
        lecture.avertir(f"codes inconnus laissés de côté : {', '.join(ignores)}")
    facteur = 1000 if lecture.milliers else 1
    n, n1 = (
        {code: propre(round(montant * facteur, 6)) for code, (montant, _) in recueil[periode].items()}
        for periode in ("n", roles.N1)
    )
    return n, n1


def _poser(recueil: dict[str, tuple[float, str]], code: str, montant: float, lieu: str, fautes: list[str]) -> None:
    deja = recueil.setdefault(code, (montant, lieu))
    if deja[0] != montant:
        fautes.append(f"code {code} donné deux fois, {deja[0]} ({deja[1]}) puis {montant} ({lieu}) : gardez-en un")


def _cases(code: str, montants: dict[str, float | int], regime: str) -> Iterable[tuple[str, float | int]]:
    """Boxes and amounts of one row; raises a clause where its columns cannot be told."""
    poste = None if regime == BNC else postes(regime).get(code)
    if poste is None or poste.colonne != "brut" or not poste.amortissement:
        lus = {montants[role] for role in roles.EN_MONTANTS if role in montants}
        if len(lus) > 1 or roles.AMORTISSEMENT in montants:
            raise ErreurDonnees("plusieurs montants pour une case qui n'en a qu'un")
        return [(code, montant) for montant in lus]
    brut = montants.get(roles.BRUT, montants.get(roles.MONTANT))
    amortissement = montants.get(roles.AMORTISSEMENT)
    net = montants.get(roles.NET)
    if brut is None:
        if net or amortissement:
            raise ErreurDonnees("le montant brut manque : un net seul ne dit pas l'amortissement")
        return []
    if net is not None and abs(brut - (amortissement or 0) - net) > ECART_NET:
        raise ErreurDonnees(f"brut {brut} - amortissements {amortissement or 0} n'égale pas le net {net}")
    return [(code, brut)] + ([] if amortissement is None else [(poste.amortissement, amortissement)])


def _phrase_inconnu(entree: Entree, regime: str) -> str:
    return f"{entree.lieu} : code « {entree.code[:20]} » inconnu, codes voisins : {', '.join(_voisins(entree, regime))}"


def _voisins(entree: Entree, regime: str) -> list[str]:
    """Known codes that resemble the one typed, by their label first when there is one."""
    if regime == BNC:
        return difflib.get_close_matches(entree.code.lower(), list(lignes_2035()), n=3, cutoff=0)
    par_libelle = {libelle(code, regime).lower(): code for code in postes(regime)}
    proches = difflib.get_close_matches(entree.libelle.lower(), list(par_libelle), n=1, cutoff=0.6)
    codes = [par_libelle[texte] for texte in proches]
    codes += difflib.get_close_matches(entree.code.upper(), sorted(codes_connus(regime)), n=3, cutoff=0)
    return list(dict.fromkeys(codes))[:3]


def _remarquer(lecture: Lecture, regime: str) -> None:
    siren = lecture.identite.get("siren", "")
    if siren and not siren_valide(siren):
        lecture.avertir(f"SIREN {siren} : la clé de contrôle est inexacte, vérifiez le numéro")
    if lecture.lignes_sans_code:
        lecture.avertir(f"lignes avec un montant et sans code, non lues : {lecture.lignes_sans_code}")
    if lecture.milliers:
        lecture.avertir("montants annoncés en milliers d'euros, multipliés par 1 000")
    if regime == BNC:
        lecture.avertir(A_VERIFIER)
    if regime == NORMAL and any(roles.N1 in entree.montants for entree in lecture.entrees):
        lecture.avertir("colonne N-1 : sur la liasse, l'actif y est en net")
    if "date_cloture" not in lecture.identite:
        lecture.avertir("date de clôture non indiquée")
