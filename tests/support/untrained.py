"""Kokoro with random weights: the whole architecture, saved and exported like the published model.

Needs the extra `tts-gpu`; for `export_graph` also the packages onnx and onnxscript.
"""

import json
import warnings
from pathlib import Path
from typing import Any
from unittest.mock import patch

from scenewire_tts.engines.kokoro.model.pytorch_model import import_package_alone
from tests.support.weights import VOCABULARY, write_voice


def architecture(*, full: bool) -> dict[str, Any]:
    """Returns the configuration of the published model, or the smallest that its code allows (59 million weights)."""
    return {
        "vocab": VOCABULARY,
        "n_token": 178,
        "hidden_dim": 512,
        "style_dim": 128,
        "n_layer": 3 if full else 1,
        "max_dur": 50,
        "dropout": 0.2,
        "n_mels": 80,
        "text_encoder_kernel_size": 5,
        "plbert": {
            "hidden_size": 768 if full else 64,
            "num_attention_heads": 12 if full else 2,
            "intermediate_size": 2048 if full else 64,
            "max_position_embeddings": 512,
            "num_hidden_layers": 12 if full else 1,
            "dropout": 0.1,
        },
        "istftnet": {
            "upsample_kernel_sizes": [20, 12],
            "upsample_rates": [10, 6],
            "gen_istft_hop_size": 5,
            "gen_istft_n_fft": 20,
            "resblock_dilation_sizes": [[1, 3, 5]] * 3,
            "resblock_kernel_sizes": [3, 7, 11],
            "upsample_initial_channel": 512,
        },
    }


def write_untrained(folder: Path, *, full: bool = False) -> None:
    """Writes weights, configuration and two voices. A phoneme takes about 60 ms, as in real speech."""
    import_package_alone("kokoro")
    import kokoro.model
    import torch

    settings = architecture(full=full)
    (folder / "config.json").write_text(json.dumps(settings))
    torch.manual_seed(1)
    with patch.object(torch, "load", lambda *_, **__: {}), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = kokoro.model.KModel(repo_id="local/kokoro", config=settings, model="none")
    with torch.no_grad():
        model.predictor.duration_proj.linear_layer.bias.fill_(-3.0)
    torch.save({name: part.state_dict() for name, part in model.named_children()}, folder / "kokoro-v1_0.pth")
    write_voice(folder / "voices" / "af_sky.pt", 1)
    torch.save(torch.rand(510, 1, 256) * 0.1, folder / "voices" / "af_heart.pt")


def export_graph(folder: Path) -> None:
    """Exports the same model as a graph that reports durations."""
    import kokoro.model
    import torch

    weights = str(folder / "kokoro-v1_0.pth")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = kokoro.model.KModel(
            repo_id="local/kokoro", config=str(folder / "config.json"), model=weights, disable_complex=True
        )
        torch.onnx.export(
            kokoro.model.KModelForONNX(model).eval(),
            (torch.tensor([[0, *range(20, 60), 0]]), torch.rand(1, 256) * 0.1, torch.tensor([1.0])),
            str(folder / "kokoro.onnx"),
            input_names=["input_ids", "style", "speed"],
            output_names=["waveform", "duration"],
            dynamic_axes={"input_ids": {1: "phonemes"}, "waveform": {0: "samples"}, "duration": {0: "durations"}},
            opset_version=17,
            dynamo=False,
        )
