package pleat.cli.run;

import pleat.cli.compile.CompiledModel;

/**
 * A model that is compiled, and where its arguments come from.
 *
 * @param threads that run it: at most as many as the plan has scratch for
 * @param wasCompiled false if it came from disk
 */
record RunJob(CompiledModel model, ArgumentBinding.Files files, int threads, boolean wasCompiled) {}
