"""How long scenes take to speak, and how an ordered duration is divided among them."""
