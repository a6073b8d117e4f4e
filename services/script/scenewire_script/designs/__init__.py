"""Chooses what the sentences of a video show where there is no footage. Pure.

sentences     divides scenes into sentences that are shown long enough
reading       words, clauses, numbers, quantities and years of a sentence; `languages` has their tables of words
statements    a sentence with its main clause large, or as a whole; `emphasis` marks words of it
quotations    somebody's words
enumerations  lists
comparison    two quantities of one dimension
places        countries, capitals, waters and continents for a map
hints         what a language model proposed
choice        ranks the designs of every sentence, with variety over the whole video
reduction     makes the designs of a very long script fit into a message
"""
