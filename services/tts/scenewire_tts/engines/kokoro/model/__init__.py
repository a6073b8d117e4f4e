"""The neural model in a process of its own, on PyTorch or ONNX Runtime."""
