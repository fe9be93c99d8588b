"""Training, calibration, evaluation and export of aidet's tile network. `python -m detector --help` lists the commands."""
