"""What a learner typed reaches the kernel before the click that follows, even while a cell is running."""

from __future__ import annotations

import ast
import uuid
from collections.abc import Iterator

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

PAGE = """
import ipywidgets as widgets
texte, bouton, vus = widgets.Text(continuous_update=False), widgets.Button(), []
def au_clic(_):
    vus.append(texte.value)
    bouton.disabled = False
    bouton.description = str(len(vus))
bouton.on_click(au_clic)
"""
SECONDES = 60


@pytest.fixture
def noyau() -> Iterator[BlockingKernelClient]:
    """A kernel as JupyterLab starts it, with the widgets of a small page."""
    gestionnaire, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive(PAGE, timeout=SECONDES, store_history=False)
        yield client
    finally:
        client.stop_channels()
        gestionnaire.shutdown_kernel(now=True)


def lire(client: BlockingKernelClient, expression: str) -> object:
    reponse = client.execute_interactive("", user_expressions={"x": expression}, timeout=SECONDES)
    return ast.literal_eval(reponse["content"]["user_expressions"]["x"]["data"]["text/plain"])


def sous_noyau(client: BlockingKernelClient) -> str | None:
    """JupyterLab sends the messages of all widgets through one subshell, where the kernel has some."""
    client.kernel_info()
    while (info := client.get_shell_msg(timeout=SECONDES))["msg_type"] != "kernel_info_reply":
        pass
    if "kernel subshells" not in info["content"].get("supported_features", ()):
        return None
    demande = client.session.msg("create_subshell_request", {})
    client.control_channel.send(demande)
    while (reponse := client.get_control_msg(timeout=SECONDES))["parent_header"].get("msg_id") != demande["msg_id"]:
        pass
    return reponse["content"]["subshell_id"]


def envoyer(client: BlockingKernelClient, comm: str, donnees: dict, par: str | None) -> None:
    message = client.session.msg("comm_msg", {"comm_id": comm, "data": donnees})
    message["header"]["subshell_id"] = par
    client.shell_channel.send(message)


def attendre(client: BlockingKernelClient, nombre: str) -> None:
    """Until the button bears that number."""
    while True:
        message = client.get_iopub_msg(timeout=SECONDES)
        etat = message["content"].get("data", {}).get("state", {}) if message["msg_type"] == "comm_msg" else {}
        if etat.get("description") == nombre:
            return


def test_ce_qui_est_ecrit_arrive_avant_le_clic_qui_suit(noyau):
    texte, bouton = lire(noyau, "(texte.comm.comm_id, bouton.comm.comm_id)")
    par = sous_noyau(noyau)
    clic = {"method": "custom", "content": {"event": "click"}}
    envoyer(noyau, bouton, clic, par)
    attendre(noyau, "1")
    mot = uuid.uuid4().hex
    noyau.execute("import time; time.sleep(2)")
    envoyer(noyau, texte, {"method": "update", "state": {"value": mot}, "buffer_paths": []}, par)
    envoyer(noyau, bouton, clic, par)
    attendre(noyau, "2")
    assert lire(noyau, "vus") == ["", mot]
