"""The emulated service without HTTP: objects, time, faults, journal and rules."""
