"""Reads the text of an order: title, paragraphs, sentences, keywords."""
