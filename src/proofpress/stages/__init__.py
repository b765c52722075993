"""The stages of a build, each a pure function over one file or page: what `builder` remembers and runs in parallel."""
