"""The branch portfolio: about 120 fictitious professional clients over four years, and the generator that made them."""
