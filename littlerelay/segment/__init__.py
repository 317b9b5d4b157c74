"""Speaks to Segment."""
