# Configuration of JupyterHub for this course. Started by « rncp hub demarrer » (make hub), which prepares the folder of
# the Hub and says where it is; the roles and their scopes are in rncp_utils/hub/roles.py.
import os
import sys
from pathlib import Path

from rncp_utils.hub import personnes, roles
from rncp_utils.hub.installation import lire_reglages
from rncp_utils.hub.lanceur import LanceurRncp
from rncp_utils.hub.lieux import lieux_du_hub
from rncp_utils.referentiel.choix import VARIABLE as VARIABLE_FICHE

c = get_config()
DEPOT = Path(__file__).resolve().parents[1]
lieux = lieux_du_hub(DEPOT)
reglages = lire_reglages(lieux)

# Addresses: only the proxy is for browsers; put a web server with HTTPS in front of it.
c.JupyterHub.bind_url = f"http://{reglages.adresse}:{reglages.port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{reglages.port_du_hub}"
# The proxy goes on while the Hub is restarted: who works sees nothing of it.
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{reglages.port_du_mandataire}"
c.ConfigurableHTTPProxy.auth_token = reglages.jetons["mandataire"]
c.JupyterHub.cleanup_servers = False

# What it keeps. Another database (PostgreSQL): see docs/guides/administrateur.md.
c.JupyterHub.db_url = lieux.adresse_de_la_base
c.JupyterHub.cookie_secret_file = str(lieux.prive / "secret_des_cookies")
c.JupyterHub.upgrade_db = True

# Who may come in: people of the list, with their system password.
if reglages.isole:
    c.JupyterHub.authenticator_class = "pam"
    c.PAMAuthenticator.open_sessions = False
else:
    # One person, on this machine: the password only keeps other accounts of the machine out.
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = reglages.mot_de_passe
# Those whom a list named: the database knows them.
c.Authenticator.allow_existing_users = True
c.Authenticator.allow_all = False
c.Authenticator.auth_refresh_age = 300

# What they may do.
c.JupyterHub.load_groups = personnes.groupes_du_hub(lieux, isole=reglages.isole)
c.JupyterHub.load_roles = roles.roles_du_hub()
c.JupyterHub.admin_access = False

# Their servers.
c.JupyterHub.spawner_class = LanceurRncp
c.LanceurRncp.etat = str(lieux.etat)
c.LanceurRncp.depot = str(DEPOT)
c.LanceurRncp.isole = reglages.isole
c.Spawner.env_keep = ["LC_ALL", "TZ", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", VARIABLE_FICHE]
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120
# One server a person: named ones would only take memory.
c.JupyterHub.allow_named_servers = False
c.JupyterHub.concurrent_spawn_limit = 20

# Formgrader, under the graders' account, for instructors only; and what stops idle servers.
python = lieux.dans_l_environnement("python") if reglages.isole else sys.executable
poste = lieux.postes / "correction"
c.JupyterHub.services = [
    {
        "name": roles.COURS,
        "url": f"http://127.0.0.1:{reglages.port_des_corrections}",
        **({"user": roles.CORRECTEUR} if reglages.isole else {}),
        "command": [
            *("env", f"HOME={poste}", python, "-I", "-m", "rncp_utils.hub.serveur"),
            *("correction", str(lieux.etat), "correction"),
        ],
        "cwd": str(lieux.cours),
        "api_token": reglages.jetons[roles.COURS],
        "oauth_no_confirm": True,
        "environment": {
            "JUPYTERHUB_DEFAULT_URL": "/formgrader",
            "PATH": f"{Path(python).parent}:/usr/bin:/bin",
            # The sheet that the course follows, for everyone alike.
            **({VARIABLE_FICHE: os.environ[VARIABLE_FICHE]} if VARIABLE_FICHE in os.environ else {}),
        },
    },
    {
        "name": roles.SERVICE_VEILLE,
        "command": [
            *(python, "-I", "-m", "rncp_utils.hub.veille"),
            *(f"--timeout={reglages.inactivite}", "--cull-every=120"),
        ],
    },
    {"name": roles.SERVICE_INSCRIPTION, "api_token": reglages.jetons[roles.SERVICE_INSCRIPTION]},
]

# French pages.
c.JupyterHub.template_paths = [str(DEPOT / "hub" / "pages")]
c.JupyterHub.template_vars = {"langue": "fr"}
c.JupyterHub.log_format = "%(asctime)s %(levelname)s %(name)s %(message)s"

# What is proper to this machine stays beside the state, out of the repository.
locaux = lieux.prive / "reglages_locaux.py"
if locaux.exists():
    exec(compile(locaux.read_text(encoding="utf-8"), str(locaux), "exec"))
