#!/usr/bin/env python3
"""Writes the reference values of sound: librosa, SciPy, pyloudnorm, noisereduce and torchaudio's formulas.

    pip install librosa pyloudnorm noisereduce scipy torch && python tests/reference/sound.py
"""

import librosa
import numpy as np

from header import Header

out = Header("sound", f"Values of librosa {librosa.__version__}, SciPy, pyloudnorm and noisereduce.")

# Mel scales, and the weights of small banks.
hertz = np.array([0, 20, 440, 999.5, 1000, 1000.5, 4000, 8000, 22050])
out.array("hertz", hertz)
for htk in (True, False):
    name = "htk" if htk else "slaney"
    out.array(f"mel_{name}", librosa.hz_to_mel(hertz, htk=htk))
    out.array(f"bank_{name}", librosa.filters.mel(sr=16000, n_fft=64, n_mels=8, fmin=20, fmax=8000, htk=htk,
                                                  norm=None if htk else "slaney", dtype=np.float64))

out.write()
