"""A client that does not wait for what it knows already."""

from __future__ import annotations

from queue import Empty
from time import monotonic
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.utils import ensure_async

# Past this, the question is asked again: the first one may have been answered before we listened.
_PATIENCE_S = 0.25


class ClientRapide(AsyncKernelClient):
    """Ready when the kernel has answered *and* its outputs reach us.

    jupyter_client's own is ready after 0.2 s of silence on the outputs' channel, always.
    """

    def start_channels(self, shell: bool = True, iopub: bool = True, stdin: bool = True, hb: bool = False,
                       control: bool = True) -> None:  # fmt: skip
        """Heartbeat off: the provisioner knows at once when the kernel ends."""
        super().start_channels(shell=shell, iopub=iopub, stdin=stdin, hb=hb, control=control)

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        limite = monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            demande = self.kernel_info()
            reponse = await self._message(self.shell_channel, demande, "kernel_info_reply")
            if reponse is not None:
                self._handle_kernel_info_reply(reponse)
                if await self._message(self.iopub_channel, demande, "status", execution_state="idle") is not None:
                    return
            if not await self._async_is_alive():
                raise RuntimeError("Le noyau s'est arrêté avant d'avoir répondu.")
            if monotonic() > limite:
                raise RuntimeError(f"Le noyau n'a pas répondu en {timeout:.0f} secondes.")

    wait_for_ready = _async_wait_for_ready

    async def _message(self, canal: Any, demande: str, genre: str, **contenu: str) -> dict[str, Any] | None:
        """The message of this kind that answers ``demande``, if it comes soon."""
        limite = monotonic() + _PATIENCE_S
        while (reste := limite - monotonic()) > 0:
            try:
                message = await ensure_async(canal.get_msg(timeout=reste))
            except Empty:
                return None
            if (
                message["parent_header"].get("msg_id") == demande
                and message["msg_type"] == genre
                and message["content"].items() >= contenu.items()
            ):
                return message
        return None
