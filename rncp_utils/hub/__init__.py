"""JupyterHub of a class: who may do what, where things are, how it starts and stops."""
