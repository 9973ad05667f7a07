"""Guarantees of a professional loan: the catalogue, what each is worth, what they cover, how to choose them."""
