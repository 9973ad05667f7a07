"""What a file of the right form may still have wrong: accounts that do not add up, each fault in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

from rncp_utils.donnees.fils_rouges.leviers import BORNES
from rncp_utils.donnees.fils_rouges.liasses import PRECEDENTE, cloture, lignes
from rncp_utils.donnees.fils_rouges.micro import TresorerieMicro
from rncp_utils.donnees.fils_rouges.modele import (
    ANNEES,
    DIVIDENDES,
    PRELEVEMENTS,
    REVENU_MICRO,
    Annee,
    Exercice,
    Fiche,
)
from rncp_utils.entreprise.codes import codes_de, postes
from rncp_utils.formats import euros

_IMMOBILISATIONS = ("immobilisations_incorporelles", "immobilisations_corporelles", "immobilisations_financieres")
# Families of the form that each part of a year may hold.
_FAMILLES = {
    "resultat": (
        *("produits_exploitation", "charges_exploitation", "produits_financiers", "charges_financieres"),
        *("produits_exceptionnels", "charges_exceptionnelles"),
    ),
    "circulant": ("stocks", "creances"),
    "passif": ("capitaux_propres", "dettes"),
    "renseignements": ("renvoi", "annexe"),
}
# Boxes that are computed, and where their amounts are to be written.
_CALCULES = {"HB", "HF", "DI", "DU", "EH", "EG", "VI", "VJ", "VK", "ZE"}
_EN_PLUS = {"circulant": {"CH"}}
_RESERVES = ("DC", "DD", "DE", "DF", "DG", "DH")


def fautes_de_la_fiche(fiche: Fiche) -> list[str]:
    """Faults of a case whose form is right, in French sentences."""
    formes = [*_fautes_des_annees(fiche), *_fautes_des_codes(fiche), *_fautes_des_leviers(fiche)]
    # Accounts are compared only where every year and every box is there.
    if formes:
        return formes
    return [
        *_fautes_des_credits(fiche),
        *_fautes_des_comptes(fiche),
        *(faute for annee in fiche.exercices for faute in _fautes_de_l_exercice(fiche, annee)),
        *_fautes_du_foyer(fiche),
        *_fautes_des_projets(fiche),
        *_fautes_des_faits(fiche),
    ]


def _fautes_des_annees(fiche: Fiche) -> Iterator[str]:
    if bool(fiche.exercices) == bool(fiche.tresorerie_micro):
        yield "exercices : donnez les exercices, ou la trésorerie d'une micro-entreprise, et pas les deux."
    annees = {"exercices": fiche.exercices, "tresorerie_micro": fiche.tresorerie_micro}
    annees |= {f"comptes › {compte.id} › soldes": compte.soldes for compte in fiche.comptes}
    for credit in fiche.credits:
        annees |= {f"credits › {credit.id} › crd": credit.crd, f"credits › {credit.id} › rembourse": credit.rembourse}
    for nom, par_annee in annees.items():
        if par_annee and tuple(par_annee) != ANNEES:
            yield f"{nom} : écrivez {', '.join(ANNEES)}, dans cet ordre (lu : {', '.join(par_annee)})."
    for compte in fiche.comptes:
        if compte.soldes_mensuels and tuple(compte.soldes_mensuels) != ANNEES[1:]:
            yield f"comptes › {compte.id} › soldes_mensuels : écrivez {', '.join(ANNEES[1:])}, dans cet ordre."


def _fautes_des_codes(fiche: Fiche) -> Iterator[str]:
    for annee, exercice in fiche.exercices.items():
        for partie, admis in _codes_admis().items():
            etrangers = sorted(set(getattr(exercice, partie)) - admis)
            if etrangers:
                yield f"exercices › {annee} › {partie} : {', '.join(etrangers)} n'a pas sa place ici ; ôtez-le."


def _codes_admis() -> dict[str, set[str]]:
    admis = {
        partie: {code for famille in familles for code in codes_de(famille)} - _CALCULES | _EN_PLUS.get(partie, set())
        for partie, familles in _FAMILLES.items()
    }
    lignes_amorties = [poste for poste in postes().values() if poste.famille in _IMMOBILISATIONS]
    admis["immobilisations"] = {code for p in lignes_amorties for code in (p.code, p.amortissement)}
    return admis


def _fautes_des_leviers(fiche: Fiche) -> Iterator[str]:
    for nom, (bas, haut) in fiche.leviers.items():
        if nom not in BORNES:
            yield f"leviers › {nom} : ce levier est inconnu ; choisissez parmi {', '.join(BORNES)}."
        elif bas > haut:
            yield f"leviers › {nom} : {bas} dépasse {haut} ; écrivez la plus petite borne d'abord."


def _fautes_des_credits(fiche: Fiche) -> Iterator[str]:
    for credit in fiche.credits:
        for annee, precedente in PRECEDENTE.items():
            attendu = credit.crd[precedente] + credit.emprunte.get(annee, 0) - credit.rembourse[annee]
            if credit.crd[annee] != attendu or attendu < 0:
                yield (
                    f"credits › {credit.id} : {euros(credit.crd[annee])} restent dus en {annee}, et les mouvements en "
                    f"donnent {euros(attendu)} ; corrigez l'un ou l'autre."
                )
        if credit.exigible_a_un_an > credit.crd[ANNEES[-1]]:
            yield f"credits › {credit.id} : la part à moins d'un an dépasse le capital restant dû ; corrigez-la."


def _fautes_des_comptes(fiche: Fiche) -> Iterator[str]:
    for compte in fiche.comptes:
        for annee, soldes in compte.soldes_mensuels.items():
            if soldes[-1] != compte.soldes[annee]:
                yield (
                    f"comptes › {compte.id} : le dernier mois de {annee} vaut {euros(soldes[-1])} et la clôture "
                    f"{euros(compte.soldes[annee])} ; donnez le même solde."
                )


def _fautes_de_l_exercice(fiche: Fiche, annee: Annee) -> Iterator[str]:
    cases, exercice = lignes(fiche, annee), fiche.exercices[annee]
    egalites = [("l'actif net et le passif", cases["CO"] - cases["1A"], cases["EE"])]
    if annee in PRECEDENTE:
        egalites += _egalites_annuelles(fiche, annee, cases)
    for quoi, gauche, droite in egalites:
        if gauche != droite:
            yield f"exercices › {annee} : {quoi} diffèrent, {euros(gauche)} et {euros(droite)} ; corrigez les lignes."
    for poste in postes().values():
        brut = exercice.immobilisations.get(poste.code, 0)
        if not 0 <= exercice.immobilisations.get(poste.amortissement, 0) <= brut:
            yield f"exercices › {annee} : {poste.code} est amorti au-delà de son brut ; corrigez {poste.amortissement}."


def _egalites_annuelles(fiche: Fiche, annee: Annee, cases: dict[str, int]) -> list[tuple[str, int, int]]:
    exercice, avant = fiche.exercices[annee], lignes(fiche, PRECEDENTE[annee])

    def variation(*codes: str) -> int:
        return sum(cases.get(code, 0) - avant.get(code, 0) for code in codes)

    brut_cede = sum(cession.brut for cession in exercice.cessions)
    sortis = sum(cession.amortissements for cession in exercice.cessions)
    return [
        ("les acquisitions et la variation du brut", exercice.acquisitions, variation("BJ") + brut_cede),
        ("les dotations et la variation des amortissements", cases.get("GA", 0), variation("BK") + sortis),
        ("FT et la variation du stock de marchandises", cases.get("FT", 0), -variation("BT")),
        ("FV et la variation du stock de matières", cases.get("FV", 0), -variation("BL")),
        ("FM et la variation des en-cours et produits", cases.get("FM", 0), variation("BN", "BP", "BR")),
        ("la variation des capitaux propres et son affectation", *_capitaux_propres(fiche, exercice, cases, avant)),
    ]


def _capitaux_propres(
    fiche: Fiche, exercice: Exercice, cases: dict[str, int], avant: dict[str, int]
) -> tuple[int, int]:
    codes = ("DA",) if fiche.forme_juridique == "EI" else _RESERVES
    variation = sum(cases.get(code, 0) - avant.get(code, 0) for code in codes)
    return variation, avant["DI"] - exercice.distributions


def _fautes_du_foyer(fiche: Fiche) -> Iterator[str]:
    for revenu in fiche.foyer.revenus if fiche.foyer else ():
        for annee, montant in revenu.montants.items():
            attendu = _revenu_de_l_entreprise(fiche, revenu.type, annee)
            if attendu not in (None, montant):
                yield (
                    f"foyer › revenus › {revenu.libelle} : {euros(montant)} en {annee}, et {euros(attendu)} dans les "
                    "comptes de l'entreprise ; donnez le même montant."
                )


def _revenu_de_l_entreprise(fiche: Fiche, nature: str, annee: Annee) -> int | None:
    """What the business pays its owner, as its own accounts tell it; None for another income."""
    if nature in (DIVIDENDES, PRELEVEMENTS):
        return fiche.exercices[annee].distributions if annee in fiche.exercices else 0
    if nature == REVENU_MICRO:
        annuelle = fiche.tresorerie_micro.get(annee)
        return TresorerieMicro(cloture(fiche, annee), **annuelle.model_dump()).revenu_disponible if annuelle else 0
    return None


def _fautes_des_projets(fiche: Fiche) -> Iterator[str]:
    for projet in fiche.projets:
        besoins = sum(projet.besoins.values())
        ressources = projet.apport + (projet.pret.montant if projet.pret else 0)
        if projet.besoins and besoins != ressources:
            yield (
                f"projets › {projet.objet} : {euros(besoins)} de besoins et {euros(ressources)} de ressources ; "
                "équilibrez le plan de financement."
            )


def _fautes_des_faits(fiche: Fiche) -> Iterator[str]:
    for fait in fiche.chemin_de_risque.faits:
        try:
            fait.format(**fiche.chemin_de_risque.montants)
        except (KeyError, IndexError, ValueError):
            yield f"chemin_de_risque › « {fait[:40]} » cite un montant absent ; ajoutez-le à « montants »."
