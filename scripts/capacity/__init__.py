"""How much a deployment needs: measured costs, a model of what follows from them, and a simulation that checks the model."""
