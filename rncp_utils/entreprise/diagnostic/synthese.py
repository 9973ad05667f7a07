"""Phrases de synthèse, écrites à partir des montants calculés : rien qui ne soit dans les tableaux."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from rncp_utils.entreprise.diagnostic.analyse import Absence, Exercice, tenter
from rncp_utils.formats import avec_unite, euros, fois, formater_nombre, jours, pourcent
from rncp_utils.parametres import parametre

CONFORME, A_SURVEILLER, ALERTE, CONSTAT = "conforme", "à surveiller", "alerte", "constat"
SYMBOLES = {CONFORME: "✔", A_SURVEILLER: "▲", ALERTE: "✖", CONSTAT: "•"}
FIABILITE, ACTIVITE, STRUCTURE = "Fiabilité des comptes", "Activité", "Structure"
RENTABILITE, TRESORERIE, SCORES = "Rentabilité et remboursement", "Trésorerie", "Scores"
THEMES = (FIABILITE, ACTIVITE, RENTABILITE, STRUCTURE, TRESORERIE, SCORES)
CONVENTION = "convention de cours"


@dataclass(frozen=True)
class Constat:
    """Une phrase de la synthèse.

    Attributes
    ----------
    theme, niveau, phrase : str
        ``niveau`` est ``constat`` quand aucun repère ne permet de juger.
    repere : str
        Ce qui fonde le niveau (convention de cours, source à vérifier) ; vide pour un simple constat.
    """

    theme: str
    niveau: str
    phrase: str
    repere: str = ""

    @property
    def symbole(self) -> str:
        """Signe qui dit le niveau sans la couleur."""
        return SYMBOLES[self.niveau]

    @property
    def texte(self) -> str:
        """La phrase, suivie de son repère."""
        return f"{self.phrase} ({self.repere})" if self.repere else self.phrase


def synthetiser(
    exercices: Sequence[Exercice], flux: pd.Series | None, absences: list[Absence], reserves: list[str]
) -> list[Constat]:
    """Constats du dernier exercice, par thème ; comparés au précédent quand il est calculé."""
    n = exercices[-1]
    n1 = exercices[-2] if len(exercices) > 1 else None
    parties: tuple[Callable[[], Iterator[Constat]], ...] = (
        lambda: _fiabilite(n),
        lambda: _activite(n, n1),
        lambda: _liberal(n),
        lambda: _rentabilite(n),
        lambda: _remboursement(n),
        lambda: _structure(n),
        lambda: _tresorerie(n, flux),
        lambda: _delais(n),
        lambda: _scores(n),
    )
    constats: list[Constat] = []
    for partie in parties:
        # A threshold may be unknown at the closing date: that part is then said to be missing.
        constats += tenter("Synthèse", lambda p=partie: list(p()), n.liasse, absences, reserves) or []
    return sorted(constats, key=lambda constat: THEMES.index(constat.theme))


def _fiabilite(n: Exercice) -> Iterator[Constat]:
    if n.controles.empty:
        return
    tenus, rompus = len(n.controles_tenus), n.controles_rompus
    total = tenus + len(rompus)
    non_verifies = len(n.controles) - total
    suite = f" ; {non_verifies} non vérifiables" if non_verifies else ""
    if rompus.empty:
        yield Constat(FIABILITE, CONFORME, f"Les {total} contrôles vérifiables de la liasse tiennent{suite}.")
        return
    niveau = ALERTE if (rompus["gravite"] != "alerte").any() else A_SURVEILLER
    codes = ", ".join(dict.fromkeys(rompus["controle"].astype(str)))
    yield Constat(
        FIABILITE, niveau, f"{len(rompus)} contrôles sur {total} ne tiennent pas ({codes}){suite} : voir le détail."
    )


def _activite(n: Exercice, n1: Exercice | None) -> Iterator[Constat]:
    ca = n.valeur("sig", "chiffre_affaires")
    if ca is None:
        return
    phrase = f"Le chiffre d'affaires est de {euros(ca)}"
    avant = n1.valeur("sig", "chiffre_affaires") if n1 else None
    if avant:
        meme_duree = n.liasse.duree_mois == n1.liasse.duree_mois
        durees = "" if meme_duree else f" ({n1.liasse.duree_mois} puis {n.liasse.duree_mois} mois : non comparables)"
        phrase += f", contre {euros(avant)} à l'exercice précédent, soit {_evolution(ca / avant - 1)}{durees}"
    yield Constat(ACTIVITE, CONSTAT, f"{phrase}.")
    va = n.valeur("sig", "valeur_ajoutee")
    taux_va, personnel = n.valeur("sig", "valeur_ajoutee_sur_ca"), n.valeur("sig", "part_personnel")
    if va is not None and taux_va is not None:
        suite = f" ; le personnel en reçoit {pourcent(personnel)}" if personnel is not None else ""
        yield Constat(ACTIVITE, CONSTAT, f"La valeur ajoutée est de {euros(va)}, {pourcent(taux_va)} du CA{suite}.")


def _liberal(n: Exercice) -> Iterator[Constat]:
    recettes, benefice = n.valeur("bnc", "recettes_nettes"), n.valeur("bnc", "benefice")
    if recettes is None or benefice is None:
        return
    yield Constat(ACTIVITE, CONSTAT, f"Les recettes nettes encaissées sont de {euros(recettes)}.")
    yield _signe(
        RENTABILITE,
        benefice,
        f"Le bénéfice est de {euros(benefice)}.",
        f"L'exercice est déficitaire : {euros(benefice)}.",
    )


def _rentabilite(n: Exercice) -> Iterator[Constat]:
    ebe, taux = n.valeur("sig", "ebe"), n.valeur("sig", "ebe_sur_ca")
    if ebe is not None:
        part = f", {pourcent(taux)} du CA" if taux is not None else ""
        yield _signe(
            RENTABILITE,
            ebe,
            f"L'exploitation dégage un EBE de {euros(ebe)}{part}.",
            f"L'exploitation consomme de la trésorerie avant tout investissement : EBE de {euros(ebe)}{part}.",
        )
    net = n.valeur("sig", "resultat_net")
    if net is not None:
        yield _signe(
            RENTABILITE, net, f"Le résultat net est de {euros(net)}.", f"L'exercice est en perte : {euros(net)}."
        )
        if n.liasse.forme_juridique == "EI":
            phrase = "Entreprise individuelle : le résultat est avant toute rémunération de l'exploitant."
            yield Constat(RENTABILITE, CONSTAT, phrase)
    interets = n.valeur("bce", "couverture_des_interets")
    if interets is not None:
        yield Constat(RENTABILITE, CONSTAT, f"Les charges financières prennent {pourcent(interets)} de l'EBE.")


def _remboursement(n: Exercice) -> Iterator[Constat]:
    caf = n.valeur("caf", "caf")
    if caf is None:
        return
    yield _signe(
        RENTABILITE,
        caf,
        f"La CAF est de {euros(caf)}.",
        f"La CAF est de {euros(caf)} : elle ne permet aucun remboursement.",
    )
    annees, dettes = n.valeur("ratios", "df_sur_caf"), n.valeur("ratios", "dettes_financieres")
    if annees is not None and dettes is not None:
        alerte, refus = _seuil(n, "ratios.df_sur_caf_alerte"), _seuil(n, "ratios.df_sur_caf_refus")
        niveau = ALERTE if annees > refus else A_SURVEILLER if annees > alerte else CONFORME
        phrase = f"Les dettes financières ({euros(dettes)}) représentent {avec_unite(annees, 'ans', 1)} de CAF."
        bornes = f"alerte au-delà de {formater_nombre(alerte)} ans, refus au-delà de {formater_nombre(refus)} ans"
        yield Constat(RENTABILITE, niveau, phrase, f"{bornes} : {CONVENTION}")
    part = n.valeur("ratios", "annuites_sur_caf")
    if part is not None:
        seuil = _seuil(n, "ratios.annuites_sur_caf_alerte")
        phrase = f"Le capital remboursé dans l'exercice prend {pourcent(part)} de la CAF."
        repere = f"alerte au-delà de {pourcent(seuil, 0)} : {CONVENTION}"
        yield Constat(RENTABILITE, A_SURVEILLER if part > seuil else CONFORME, phrase, repere)
    dscr = n.valeur("ratios", "dscr")
    if dscr is not None:
        phrase = f"La CAF avant intérêts couvre {fois(dscr)} le service de la dette."
        repere = f"1 : tout juste payé ; {CONVENTION}"
        yield Constat(RENTABILITE, CONFORME if dscr >= 1 else ALERTE, phrase, repere)


def _structure(n: Exercice) -> Iterator[Constat]:
    frng, bfr, tn = (n.valeur("bilan", nom) for nom in ("frng", "bfr", "tresorerie_nette"))
    if frng is None or bfr is None or tn is None:
        return
    stables, emplois = n.valeur("bilan", "ressources_stables"), n.valeur("bilan", "emplois_stables")
    montants = f"ressources stables {euros(stables)}, emplois stables {euros(emplois)}"
    yield _signe(
        STRUCTURE,
        frng,
        f"Les ressources stables couvrent les emplois stables : FRNG de {euros(frng)} ({montants}).",
        f"Les ressources stables ne couvrent pas les emplois stables : FRNG de {euros(frng)} ({montants}).",
    )
    autonomie = n.valeur("bce", "autonomie_financiere")
    if autonomie is not None:
        yield _signe(
            STRUCTURE,
            autonomie,
            f"Les capitaux propres financent {pourcent(autonomie)} du total du bilan.",
            f"Les capitaux propres sont négatifs ({pourcent(autonomie)} du total du bilan).",
            juger_positif=False,
        )


def _tresorerie(n: Exercice, flux: pd.Series | None) -> Iterator[Constat]:
    frng, bfr, tn = (n.valeur("bilan", nom) for nom in ("frng", "bfr", "tresorerie_nette"))
    if frng is not None and bfr is not None and tn is not None:
        if bfr >= 0:
            sujet, couvert, decouvert = f"Le BFR de {euros(bfr)}", " est financé par le FRNG", " dépasse le FRNG"
        else:
            sujet = f"Le cycle d'activité dégage une ressource ({euros(bfr)} de BFR)"
            couvert, decouvert = "", ", sans compenser le FRNG"
        fin = f" : trésorerie nette de {euros(tn)}."
        yield _signe(TRESORERIE, tn, f"{sujet}{couvert}{fin}", f"{sujet}{decouvert}{fin}")
    jours_bfr = n.valeur("rotation", "bfre_bce_jours")
    if jours_bfr is not None:
        yield Constat(
            TRESORERIE,
            CONSTAT,
            f"Le BFR d'exploitation (net, définition BCE / INPI) représente {jours(jours_bfr, 1)} de CA.",
        )
    if flux is not None:
        trois = ", ".join(f"{nom} {euros(flux[nom])}" for nom in ("exploitation", "investissement", "financement"))
        sens = "augmenté" if flux["variation"] >= 0 else "diminué"
        yield Constat(
            TRESORERIE, CONSTAT, f"La trésorerie nette a {sens} de {euros(abs(flux['variation']))} ({trois})."
        )


def _delais(n: Exercice) -> Iterator[Constat]:
    for cle, qui in (("clients", "Les clients règlent"), ("fournisseurs", "Les fournisseurs sont réglés")):
        delai, depassement = n.valeur("rotation", f"delai_{cle}"), n.valeur("rotation", f"depassement_{cle}")
        if delai is None or depassement is None:
            continue
        plafond = delai - depassement if depassement > 0 else _seuil(n, "delais_paiement.maximum_date_facture")
        repere = (
            f"plafond légal entre entreprises : {jours(plafond)} date de facture, art. L. 441-10 C. com., à vérifier"
        )
        yield Constat(
            TRESORERIE, A_SURVEILLER if depassement > 0 else CONFORME, f"{qui} à {jours(delai, 1)} en moyenne.", repere
        )


def _scores(n: Exercice) -> Iterator[Constat]:
    modeles = (
        ("conan_holder", "Conan et Holder : N", "PME industrielle de 10 à 500 salariés seulement"),
        ("altman", "Altman : Z'", "estimé sur des sociétés américaines"),
    )
    niveaux = {"sain": CONFORME, "vigilance": A_SURVEILLER, "grise": A_SURVEILLER, "alerte": ALERTE}
    for cle, nom, portee in modeles:
        score = n.valeur(cle, "score")
        if score is None:
            continue
        zone = n.resultats[cle]["zone"]
        repere = f"{portee} ; bornes de source secondaire, à vérifier ; postes : {CONVENTION}"
        yield Constat(SCORES, niveaux[zone], f"{nom} = {formater_nombre(score, 2)}, zone « {zone} ».", repere)


def _signe(theme: str, montant: float, positif: str, negatif: str, *, juger_positif: bool = True) -> Constat:
    """The sign alone judges: good from zero up, alert below."""
    if montant < 0:
        return Constat(theme, ALERTE, negatif, CONVENTION)
    return Constat(theme, CONFORME, positif, CONVENTION) if juger_positif else Constat(theme, CONSTAT, positif)


def _evolution(taux: float) -> str:
    return (
        f"une hausse de {pourcent(taux)}"
        if taux > 0
        else f"une baisse de {pourcent(-taux)}"
        if taux < 0
        else "un CA stable"
    )


def _seuil(n: Exercice, nom: str) -> float:
    return parametre(nom, n.liasse.date_cloture or dt.date.today())
