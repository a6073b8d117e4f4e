"""Generates the contract of the bus from the code, and compares it with the stored one.

channels   subjects, what their messages carry, who sends and who receives them
document   the AsyncAPI document and the JSON Schemas
changes    how two contracts differ, and whether stored messages still mean the same
versions   the versions of the contract, and what a change needs

`make contracts` writes; `python -m scripts.contracts --check` only compares.
"""
