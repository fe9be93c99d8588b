import os
import tempfile
import unittest

import numpy as np

try:
    import onnx
    import onnxruntime
    import torch
except ImportError:
    torch = None


@unittest.skipUnless(torch, "torch, onnx or onnxruntime is not installed")
class Integers(unittest.TestCase):
    def test_integers_make_much_the_same_maps_and_the_front_stays_as_it_is(self):
        from detector.export import export_onnx
        from detector.integers import to_integers
        from detector.network import FAST, TileNetwork
        from detector.refit import RefitNetwork
        from detector.scoring import OnnxNetwork

        torch.manual_seed(1)
        network = TileNetwork(5, hidden=FAST)
        smooth = torch.nn.functional.interpolate(torch.rand(4, 3, 32, 32) * 255, size=256, mode="bicubic")
        crops = smooth.clamp(0, 255).to(torch.uint8)
        images = crops.float() / 127.5 - 1
        network(images)  # moves the running statistics away from their start
        wide = RefitNetwork(network.eval(), 3).eval()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.onnx")
            export_onnx(wide, path)
            before = OnnxNetwork(path)(images[:2])
            to_integers(path, crops[2:].numpy())
            after = OnnxNetwork(path)(images[:2])
            nodes = onnx.load(path).graph.node
            self.assertEqual(os.listdir(folder), ["model.onnx"])
        self.assertIn("image", [n.input[0] for n in nodes if n.op_type == "Conv"])
        quantised = [n for n in nodes if n.op_type == "Conv" and n.input[1].endswith("DequantizeLinear_Output")]
        self.assertEqual(len(quantised), 3 * (len(FAST) - 2) + 1)
        same = np.corrcoef(before[1].numpy().ravel(), after[1].numpy().ravel())[0, 1]
        self.assertGreater(same, 0.9)  # of weights drawn at random; trained ones reach 0.99
        self.assertTrue(np.allclose(after[1].numpy().mean((2, 3)), after[0].numpy(), atol=1e-5))


if __name__ == "__main__":
    unittest.main()
