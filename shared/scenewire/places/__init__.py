"""Names of countries, capitals, waters and continents, and where they are.

countries.tsv   ids are `country.` and the code of ISO 3166-1; names are from Unicode CLDR (LICENSE-Unicode.txt), with changes
capitals.tsv    ids are `capital.` and the code of the country
waters.tsv      ids begin with `sea.`
continents.tsv  ids begin with `continent.`
gazetteer       reads them

A cell holds the names of a place in one language, parted by slashes. Outlines are data of the assembly service.
"""
