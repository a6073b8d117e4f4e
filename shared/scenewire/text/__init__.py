"""Texts of people, shared by all services. Pure; independent of messages and media.

marks      marks of sentences and lists, abbreviations: one table each
sentences  finds the ends of sentences in any script
blocks     divides a text into headings, paragraphs, items, tables and code
markup     removes inline markup
plain      converts a text with markup to plain text
words      finds words in any script
languages  reads language tags
decoding   decodes files
writings   writing systems, and the languages that use them
"""
