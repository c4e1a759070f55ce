"""What a run of drills leaves as evidence: JSON, JUnit XML, one HTML page with charts."""
