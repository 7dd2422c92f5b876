"""Stage: flow. Modules of the small language come in; what reaches each send comes out (`send.Send`).

One evaluator for all languages, over `program.py` only. It runs each *unit* (a module's top level, or a function that
nobody visible calls) once over abstract values and inlines the callees it can see, so that a wrapper's sink is judged
with what each caller passes.
"""
