"""The mutation proof: rules with one mistake each, which the type checker or a scenario must notice."""
