"""Waiting for the service: how often it is asked, and what ends a wait."""
