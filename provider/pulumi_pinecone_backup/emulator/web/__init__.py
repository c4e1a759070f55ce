"""The emulator over HTTP: server, application, faults on the wire, and the admin paths."""
