"""Rules: TrackingCalls and an IdSchema in, Findings out. Nothing here sees a syntax tree."""
