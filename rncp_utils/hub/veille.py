"""The idle culler, which ends with the Hub that started it (a killed Hub would leave it behind)."""

from __future__ import annotations

from jupyterhub_idle_culler import main

from rncp_utils.hub.serveur import finir_avec_le_parent

if __name__ == "__main__":
    finir_avec_le_parent()
    main()
