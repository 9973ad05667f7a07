"""HTTP requests to this machine: they never go through a proxy that its settings name."""

from __future__ import annotations

import urllib.request

ouvrir = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
