"""Reads and writes the files of a run: NDJSON, one message or one reject on each line."""
