"""One bilan of the INPI, as typed, turned into a liasse."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from rncp_utils.entreprise.controles.annuels import DUREE_MAXIMALE
from rncp_utils.entreprise.documents.inpi_format import (
    BRUT_NON_SAISI,
    CONSOLIDE,
    PAGES_DES_COMPTES,
    REGIME_DU_TYPE,
    TYPES_REFUSES,
    emplacements,
)
from rncp_utils.entreprise.liasse import Liasse
from rncp_utils.erreurs import ErreurDonnees

_NOMBRE = re.compile(r"[+-]?[0-9]{1,18}")
# Anomalies of typing; codes 2 to 23 say why nothing was typed.
_MOTIFS = {"1": "incohérences relevées à la saisie", "1A": "données manquantes à la saisie"}
_NON_SAISI = r"[2-9]|1[0-9]|2[0-3]"
_CONFIDENTIALITES = {
    "1": "comptes confidentiels : aucun montant n'est publié",
    "2": "compte de résultat confidentiel : ses codes sont absents",
}
_COLONNE_N1 = "colonne N-1 : l'actif y est en net"


@dataclass(frozen=True)
class Ligne:
    """One element ``liasse``: its page and its attributes."""

    page: str
    attributs: dict[str, str]


@dataclass
class BilanLu:
    """One element ``bilan`` as read."""

    identite: dict[str, str] = field(default_factory=dict)
    lignes: list[Ligne] = field(default_factory=list)


def en_liasse(bilan: BilanLu, source: str) -> Liasse:
    """Liasse of a bilan.

    Raises
    ------
    ErreurDonnees
        A French clause that names the company and the year: bank or insurance, unknown type, other currency, bilan not
        typed by the INPI, date, length or amount.
    """
    identite = bilan.identite
    siren = re.sub(r"\s", "", identite.get("siren", ""))
    nom = f"bilan de {siren or 'SIREN inconnu'} clos le {identite.get('date_cloture_exercice', '?')}"
    type_bilan = identite.get("code_type_bilan", "").upper()
    if type_bilan in TYPES_REFUSES:
        raise ErreurDonnees(f"{nom}, c'est celui d'{TYPES_REFUSES[type_bilan]}, que cette analyse ne couvre pas")
    if type_bilan not in REGIME_DU_TYPE:
        raise ErreurDonnees(f"{nom}, type « {type_bilan} » inconnu (attendu C, K ou S)")
    if (devise := identite.get("code_devise", "").upper()) not in ("", "EUR"):
        raise ErreurDonnees(f"{nom}, ses montants sont en {devise[:20]}, et cette analyse ne lit que des euros")
    motif = identite.get("code_motif", "").upper().lstrip("0")
    if re.fullmatch(_NON_SAISI, motif):
        raise ErreurDonnees(f"{nom}, il n'a pas été saisi par l'INPI (motif {motif}) et n'a donc pas de montants sûrs")
    avertissements = _remarques(identite, type_bilan, motif)
    cloture = _date(identite.get("date_cloture_exercice", ""), nom)
    if cloture is None:
        avertissements.append("date de clôture non renseignée")
    duree = _duree(identite, cloture, nom, avertissements)
    regime = REGIME_DU_TYPE[type_bilan]
    valeurs, valeurs_n1 = _montants(bilan.lignes, regime, nom, avertissements)
    if valeurs_n1:
        avertissements.append(_COLONNE_N1)
    if not valeurs and not any(identite.get("code_confidentialite") == code for code in _CONFIDENTIALITES):
        avertissements.append("aucun montant dans ce bilan")
    return Liasse(
        valeurs,
        siren=siren.zfill(9) if siren else "",
        date_cloture=cloture,
        duree_mois=duree,
        regime=regime,
        valeurs_n1=valeurs_n1 or None,
        denomination=identite.get("denomination", ""),
        confidentialite=identite.get("code_confidentialite", ""),
        source=source,
        avertissements=tuple(avertissements),
    )


def _remarques(identite: dict[str, str], type_bilan: str, motif: str) -> list[str]:
    remarques = []
    if motif in _MOTIFS:
        remarques.append(f"{_MOTIFS[motif]} (motif {motif})")
    elif motif:
        remarques.append(f"code de motif « {motif[:20]} » inconnu : vérifiez les montants")
    if (confidentialite := identite.get("code_confidentialite", "")) in _CONFIDENTIALITES:
        remarques.append(_CONFIDENTIALITES[confidentialite])
    if type_bilan == CONSOLIDE:
        remarques.append("comptes consolidés : ceux d'un groupe, les postes propres à la consolidation ne sont pas lus")
    return remarques


def _date(texte: str, nom: str) -> dt.date | None:
    if not texte.strip("0"):
        return None
    try:
        return dt.datetime.strptime(texte, "%Y%m%d").date()
    except ValueError:
        raise ErreurDonnees(f"{nom}, « {texte[:20]} » n'est pas une date AAAAMMJJ") from None


def _duree(identite: dict[str, str], cloture: dt.date | None, nom: str, avertissements: list[str]) -> int:
    """Length told, else months between the two closings, else twelve with a remark."""
    texte = identite.get("duree_exercice_n", "")
    if texte.isdecimal() and 1 <= int(texte) <= DUREE_MAXIMALE:
        return int(texte)
    if texte.strip("0"):
        raise ErreurDonnees(f"{nom}, durée de « {texte[:20]} » mois (attendu de 1 à {DUREE_MAXIMALE})")
    precedente = _date(identite.get("date_cloture_exercice_n-1", ""), nom)
    if cloture and precedente:
        mois = (cloture.year - precedente.year) * 12 + cloture.month - precedente.month
        if 1 <= mois <= DUREE_MAXIMALE:
            avertissements.append(f"durée non renseignée, {mois} mois d'après la clôture précédente")
            return mois
    avertissements.append("durée non renseignée, supposée de 12 mois")
    return 12


def _montants(
    lignes: list[Ligne], regime: str, nom: str, avertissements: list[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """Amounts of the year and of the N-1 column; what is left out goes to ``avertissements``."""
    recueils: tuple[dict[str, int], dict[str, int]] = ({}, {})
    non_lus, sans_brut = [], []
    places = emplacements(regime)
    for ligne in lignes:
        code, page = ligne.attributs.get("code", "").strip().upper(), _page(ligne.page)
        place = places.get(code)
        if place is None or (place.pages and page not in place.pages):
            # Later pages are tables that we leave out knowingly (fixed assets, provisions, maturities…).
            if page <= PAGES_DES_COMPTES[regime]:
                non_lus.append(code)
            continue
        lus = _lire(ligne, place.colonnes, nom), _lire(ligne, place.n1, nom)
        if not lus[0] and place.secours:
            lus = _lire(ligne, place.secours, nom), lus[1]
        if place.net and _sans_brut(ligne, lus[0], code):
            sans_brut.append(code)
            lus[0].clear()
        for recueil, montants in zip(recueils, lus, strict=True):
            for case, montant in montants.items():
                if recueil.setdefault(case, montant) != montant:
                    raise ErreurDonnees(f"{nom}, code {case} donné deux fois ({recueil[case]} et {montant})")
    if non_lus:
        avertissements.append(f"codes non lus : {', '.join(dict.fromkeys(non_lus))}")
    if sans_brut:
        avertissements.append(f"actif donné en net seulement, montants bruts absents : {', '.join(sans_brut)}")
    return recueils


def _sans_brut(ligne: Ligne, lus: dict[str, int], code: str) -> bool:
    """Whether an asset row gives a net amount and no gross one."""
    net = ligne.attributs.get("m3", "").strip()
    return bool(net.strip("0")) and lus.get(code, BRUT_NON_SAISI) == BRUT_NON_SAISI


def _page(texte: str) -> int:
    return int(texte) if texte.isdecimal() else 0


def _lire(ligne: Ligne, colonnes: tuple[tuple[str, str], ...], nom: str) -> dict[str, int]:
    """Amounts of the filled columns: whole euros, padded with zeros, the sign in front."""
    lus = {}
    for colonne, case in colonnes:
        texte = ligne.attributs.get(colonne, "").strip()
        if not texte:
            continue
        if _NOMBRE.fullmatch(texte) is None:
            raise ErreurDonnees(f"{nom}, code {case} : « {texte[:40]} » n'est pas un montant en euros entiers")
        lus[case] = int(texte)
    return lus
