"""Bank accounts of the clients, kept from the flows of the books: closing balances are those of the books."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rncp_utils.donnees.agence.calendrier_comptable import JOUR, Calendrier
from rncp_utils.donnees.agence.emprunts import Emprunts
from rncp_utils.donnees.agence.exercices import Comptes
from rncp_utils.donnees.agence.flux import Flux
from rncp_utils.donnees.agence.incidents import rejeter, saisir
from rncp_utils.donnees.agence.lignes import autoriser
from rncp_utils.donnees.agence.mouvements import MENSUELS, encaissements, mensuels, paiements, sur_l_axe
from rncp_utils.donnees.agence.operations_datees import (
    autres_banques,
    flux_circulaires,
    lignes_de_prets,
    livret_d_epargne,
)
from rncp_utils.donnees.agence.releves import Banque, Fenetre, Tenue, soldes_quotidiens
from rncp_utils.donnees.agence.socle import Demande
from rncp_utils.donnees.agence.tirage import fragiles


def tenir_la_banque(
    demande: Demande,
    clients: pd.DataFrame,
    comptes: Comptes,
    flux: Flux,
    emprunts: Emprunts,
    calendrier: Calendrier,
    faits: pd.DataFrame,
) -> Banque:
    """Statements of the current and savings accounts, and what follows from them."""
    fenetre = Fenetre(calendrier)
    hasard = demande.hasard("banque")
    axes = {nom: sur_l_axe(valeurs, calendrier) for nom, valeurs in flux.par_mois.items()}
    part = clients["part_flux"].to_numpy()
    axes = {nom: np.rint(axe * part[:, None]).astype("int64") for nom, axe in axes.items()}
    lignes = [
        encaissements(axes["clients"], clients, fenetre.premier, fenetre.dernier, calendrier, hasard),
        paiements(axes["fournisseurs"], clients, fenetre.premier, fenetre.dernier, calendrier, hasard),
        *(mensuels(axes[nom], sorte, fenetre.premier, fenetre.dernier, calendrier) for nom, sorte in MENSUELS.items()),
    ]
    prets = lignes_de_prets(emprunts, clients)
    ailleurs = autres_banques(prets, part)
    livret, initiaux_livret = livret_d_epargne(comptes, flux, calendrier, fenetre)
    dates = pd.concat([prets, ailleurs, livret[livret["numero"] == 1].drop(columns="numero")], ignore_index=True)
    initiaux = _soldes_initiaux(comptes, axes, dates, part, calendrier, fenetre)
    lignes.append(dates[(dates["jour"] >= fenetre.debut) & (dates["jour"] <= fenetre.fin)])
    courant = pd.concat([*lignes, *flux_circulaires(faits, clients, comptes, fenetre, hasard)], ignore_index=True)
    courant["rejet"] = False
    courant = courant[courant["jour"] <= fenetre.fin]
    courant, saisies = saisir(courant, faits, clients, calendrier)
    soldes = soldes_quotidiens(courant, initiaux, fenetre.debut, fenetre.jours)
    lignes_ct = autoriser(demande, clients, comptes, soldes, faits, fenetre.debut)
    plafonds = lignes_ct.set_index("ligne")["autorisation"].reindex(range(len(clients)), fill_value=0).to_numpy()
    courant, rejets = rejeter(
        demande, courant, soldes, plafonds, fenetre.debut, calendrier, fragiles(faits, clients.index)
    )
    soldes = soldes_quotidiens(courant, initiaux, fenetre.debut, fenetre.jours)
    epargne = livret[(livret["numero"] == 2) & (livret["jour"] >= fenetre.debut) & (livret["jour"] <= fenetre.fin)]
    return Tenue(
        ids=clients.index.to_numpy(),
        fenetre=fenetre,
        courant=courant,
        epargne=epargne,
        soldes=soldes,
        initiaux=initiaux,
        initiaux_livret=initiaux_livret,
        lignes_ct=lignes_ct,
        rejets=rejets,
        saisies=saisies,
    ).tables()


def _soldes_initiaux(
    comptes: Comptes,
    axes: dict[str, np.ndarray],
    dates: pd.DataFrame,
    part: np.ndarray,
    calendrier: Calendrier,
    fenetre: Fenetre,
) -> np.ndarray:
    """Balance of the current account on the eve of the statements: the opening one, and all that moved since."""
    initiaux = np.rint((comptes.tresorerie[:, 0] - comptes.livret[:, 0]) * 100 * part).astype("int64")
    for axe in axes.values():
        initiaux += axe[:, : fenetre.premier].sum(axis=1)
    ouverture = calendrier.clotures()[:, 0]
    clients = dates["client"].to_numpy()
    jours = dates["jour"].to_numpy().astype(JOUR)
    avant = (jours > ouverture[clients]) & (jours < fenetre.debut)
    np.add.at(initiaux, clients[avant], dates["cents"].to_numpy()[avant])
    return initiaux
