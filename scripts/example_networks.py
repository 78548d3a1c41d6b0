"""The networks of the examples."""

from pathlib import Path

#: Example, program, network as it is called there, batch of training.
NETWORKS = [
    ("quickstart", "quickstart", "Digits", 32),
    ("mnist", "mnist", "Mnist", 32),
    ("lenet", "lenet", "LeNet", 32),
    ("resnet", "resnet", "ResNet<Input<28, 28, 1>>", 32),
    ("vae", "vae", "Small::Autoencoder", 32),
    ("vae", "vae", "::Mnist::Autoencoder", 32),
    ("forecasting", "forecasting", "Forecaster<LSTM<16>>", 32),
    ("text_generation", "text_generation", "Writer", 16),
    ("dates", "dates_lstm", "Net", 32),
    ("dates", "dates_transformer", "Net", 32),
    ("sounds", "sounds", "OverTime", 32),
    ("sounds", "sounds", "OverTimeAndPitch", 32),
    ("audio_effect", "audio_effect", "Pedal", 32),
    ("segmentation", "segmentation", "UNet", 32),
    ("detection", "detection", "Detector", 32),
    ("sentiment", "sentiment", "::Convolution", 32),
    ("sentiment", "sentiment", "Recurrent", 32),
    ("sentiment", "sentiment", "Attention", 32),
    ("tagging", "tagging", "Recurrent", 32),
    ("tagging", "tagging", "Attention", 32),
]


def included(example, program):
    """The lines of C++ that include an example's program, whose `main` becomes a template that nobody calls, and the compiler's flags for it."""
    examples = Path(__file__).resolve().parents[1] / "examples"
    lines = ["#define main declared(); template <class> int main_of_the_example", f'#include "{program}.cpp"', "#undef main"]
    return lines, ["-w", f"-I{examples / example}", f"-I{examples}", f'-DBURIN_EXAMPLE_DATA="{examples}/data"']
