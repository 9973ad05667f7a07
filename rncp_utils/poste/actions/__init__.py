"""The closed catalogue of what can be done at the workstation: nothing else changes a table."""

from __future__ import annotations

from rncp_utils.poste.actions import analyse, client, conseil, demande, pieces, suivi
from rncp_utils.poste.actions.ecriture import Action

ACTIONS: dict[str, Action] = {
    action.nom: action for module in (client, demande, pieces, analyse, conseil, suivi) for action in module.ACTIONS
}
