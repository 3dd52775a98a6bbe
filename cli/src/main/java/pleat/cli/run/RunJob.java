package pleat.cli.run;

/**
 * A model that is compiled, and where its arguments come from.
 *
 * @param wasCompiled false if it came from disk
 */
record RunJob(RunSubject subject, ArgumentBinding.Files files, boolean wasCompiled) {}
