"""Installs fonts of writing systems that this machine lacks, when `scenewire fonts install` asks for it."""
