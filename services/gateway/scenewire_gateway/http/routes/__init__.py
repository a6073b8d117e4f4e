"""The routes of REST and of the pages, a file for each subject."""
