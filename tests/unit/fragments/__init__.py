"""What is special in each component, asserted on the ARM template it compiles to."""
