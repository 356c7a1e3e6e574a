"""Implements timelines: a list of segments that are made as one continuous motion."""
