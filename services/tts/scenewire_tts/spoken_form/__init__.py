"""Writes a text as it is spoken, in front of every speech engine: `In 1869` becomes `In eighteen sixty-nine`. Pure.

normalizer  the entry: applies the rules of a language to a text
edits       replaces ranges of a text, and maps the times of spoken words back to the written words
icu         number words, units and currencies from Unicode's data (CLDR)
language    what a language must provide: formats, words and grammar
languages   one file per language
rules       one file per kind of text: addresses, dates, short forms, quantities, signs; and the symbols of units
"""
