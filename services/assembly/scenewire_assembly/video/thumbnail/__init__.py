"""The thumbnail: its letters, and the picture behind them."""
