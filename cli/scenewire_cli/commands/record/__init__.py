"""Commands that read and maintain the record."""
