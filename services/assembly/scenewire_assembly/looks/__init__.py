"""Looks for the command: themes of one's own, and the contact sheet of all themes, designs and caption styles."""
