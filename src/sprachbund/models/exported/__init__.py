"""Models as ONNX graphs: made, made small, and run by onnxruntime."""
