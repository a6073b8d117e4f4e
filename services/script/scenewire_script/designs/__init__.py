"""Chooses what the sentences of a video show where there is no footage. Pure.

tokens        words of a sentence with their places
sentences     divides scenes into sentences that are shown long enough
vocabulary    what a language's table of words holds; `languages` has the tables
clauses       lead, main clause and rest of a sentence
emphasis      the words of a sentence that are marked
statements    a sentence with its main clause large, or as a whole
numerals      digits, number words and parts of a whole
uncounted     numbers that are dates, clock times or parts of names
quantities    numbers with their units; `units` has the dimensions
years         years on a line
places        countries, capitals, waters and continents for a map
quotations    somebody's words
enumerations  lists within a sentence
comparison    two quantities of one dimension
hints         what a language model proposed
choice        ranks the designs of every sentence, with variety over the whole video
reduction     makes the designs of a very long script fit into a message
"""
