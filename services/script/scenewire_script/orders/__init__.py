"""What is peculiar to an order: whose project id it claims, its language, and the files that it brings along."""
