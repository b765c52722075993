"""The kinds of output: each is one module that plans its targets and makes them. `registry` lists them."""
