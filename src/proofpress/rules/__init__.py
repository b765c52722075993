"""What can be wrong with a site: each rule is one value, and the module of its family holds all that is said of it.

A rule has a name, a weight, what it reads, its words, and where a mend is certain the edit that makes it; its page,
with an example that is wrong and the same one mended, is `explained/NAME.md`. To add a rule is to add a value to a
family's module and its page. Who finds a fault stays where the finding is: it calls the rule for the words.

`registry` gathers the rules of all families, and takes those of others beside them; a module that finds faults imports
the family that it needs, so that a build which finds nothing loads no more than that.
"""
