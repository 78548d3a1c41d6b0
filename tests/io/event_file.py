#!/usr/bin/env python3
"""TensorBoard's own reader finds in event files what the unit test wrote: event_file.py PROGRAM"""

import math
import os
import subprocess
import sys
import tempfile

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError as error:
    print(f"skipped: TensorBoard is not installed for {sys.executable} ({error})")
    sys.exit(77)  # What Meson takes for skipped.

with tempfile.TemporaryDirectory() as directory:
    subprocess.run(
        [sys.argv[1], "--test-case=EventFile: scalars*"],
        env={**os.environ, "BURIN_EVENTS_DIRECTORY": directory},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    found = EventAccumulator(directory, size_guidance={"histograms": 0, "scalars": 0})
    found.Reload()
    tags = found.Tags()
    assert sorted(tags["scalars"]) == ["epoch_loss", "never"], tags
    assert sorted(tags["histograms"]) == ["0.weight", "none", "odd"], tags
    # The second file takes back what the first has from step 3 on.
    scalars = [(event.step, event.value) for event in found.Scalars("epoch_loss")]
    assert scalars == [(1, 1.0), (2, 0.5), (3, 0.25)], scalars
    assert math.isnan(found.Scalars("never")[0].value)
    assert found.Scalars("epoch_loss")[0].wall_time == 1_700_000_003.25
    (histogram,) = found.Histograms("0.weight")
    values = [(i % 200) / 100 - 0.5 for i in range(1000)]
    of_values = histogram.histogram_value
    assert (histogram.step, of_values.min, of_values.max, of_values.num) == (2, -0.5, 1.49, 1000)
    assert math.isclose(of_values.sum, sum(values)) and sum(of_values.bucket) == 1000
print("TensorBoard reads what was written")
