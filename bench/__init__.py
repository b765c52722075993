"""Benchmarks: Proofpress beside its peers, where a build's time goes, and what it takes of memory.

Each is one command, run from the repository's folder: `python -m bench.compare`, `python -m bench.profile`,
`python -m bench.memory`. docs/performance.md says how to read what they print.
"""
