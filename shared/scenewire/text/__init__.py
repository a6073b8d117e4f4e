"""What a text means before any service works on it. Pure; knows neither messages nor media.

markup   separates the words of a text from Markdown and HTML
    words    finds words in any script
"""
