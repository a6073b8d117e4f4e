"""The customer's text: scenes, sentences, keywords."""
