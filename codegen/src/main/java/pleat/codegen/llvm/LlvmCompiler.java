package pleat.codegen.llvm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import pleat.codegen.HostTarget;
import pleat.codegen.llvm.ModuleCompilation.Emission;

/**
 * Turns LLVM IR text into machine code. Whatever LLVM answers, the process survives: an error in a module is an
 * {@link LlvmException} with LLVM's own words, and the next module compiles. See Note [Fatal errors].
 */
public final class LlvmCompiler {
    /** LLVM recurses over a function's graph; the default of 1 MiB overflows on long straight-line kernels. */
    private static final long STACK_BYTES = 64L << 20;

    /** An ELF object of one module. */
    public byte[] compileObject(String irText, HostTarget target, OptLevel level) {
        return await(start(new ModuleCompilation(irText, target, level, Emission.OBJECT)));
    }

    /** ELF objects of independent modules, in their order, compiled by at most {@code threads} threads. */
    public List<byte[]> compileObjects(List<String> irTexts, HostTarget target, OptLevel level, int threads) {
        return compile(irTexts, target, level, Emission.OBJECT, threads);
    }

    /** {@link #assembly} of independent modules, in their order, made by at most {@code threads} threads. */
    public List<String> assemblies(List<String> irTexts, HostTarget target, OptLevel level, int threads) {
        return compile(irTexts, target, level, Emission.ASSEMBLY, threads).stream().map(text -> new String(text, StandardCharsets.US_ASCII)).toList();
    }

    private static List<byte[]> compile(List<String> irTexts, HostTarget target, OptLevel level, Emission emission, int threads) {
        var free = new Semaphore(threads);
        var results = new ArrayList<CompletableFuture<byte[]>>();
        for (String irText : irTexts) {
            free.acquireUninterruptibly();
            CompletableFuture<byte[]> result = start(new ModuleCompilation(irText, target, level, emission));
            result.whenComplete((_, _) -> free.release());
            results.add(result);
        }
        return results.stream().map(LlvmCompiler::await).toList();
    }

    /** Assembly text: PTX for a GPU target, and what a person reads when a host kernel is slow. */
    public String assembly(String irText, HostTarget target, OptLevel level) {
        return new String(await(start(new ModuleCompilation(irText, target, level, Emission.ASSEMBLY))),
                StandardCharsets.US_ASCII);
    }

    /** Links objects into a shared object that any process can open without LLVM; the file appears whole or not at all. */
    public void link(List<byte[]> objects, Path sharedObject) {
        SharedObjectLinker.link(objects, sharedObject);
    }

    private static CompletableFuture<byte[]> start(ModuleCompilation compilation) {
        var job = new NativeLlvm.Job(new CompletableFuture<>(), new ArrayList<>());
        Thread.ofPlatform().daemon().name("llvm").stackSize(STACK_BYTES)
                .start(() -> ScopedValue.where(NativeLlvm.CURRENT, job).run(() -> finish(job, compilation)));
        return job.result();
    }

    private static void finish(NativeLlvm.Job job, ModuleCompilation compilation) {
        try {
            byte[] code = compilation.run();
            if (job.errors().isEmpty()) {
                job.result().complete(code);
            } else {
                // Emission reports success and leaves broken code after a diagnostic of severity error.
                job.result().completeExceptionally(new LlvmException("LLVM cannot compile: " + String.join("; ", job.errors())));
            }
        } catch (RuntimeException | LinkageError e) {
            job.result().completeExceptionally(e);
        }
    }

    private static byte[] await(CompletableFuture<byte[]> result) {
        try {
            return result.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case LlvmException llvm -> throw llvm;
                case LinkageError missing -> throw new LinkageError("the LLVM library cannot be loaded here", missing);
                default -> throw e;
            }
        }
    }
}

/*
 * Note [Fatal errors]
 * An instruction that a back end cannot select makes LLVM call its fatal error handler and, when that returns, exit the
 * process. Each compilation therefore has a thread of its own; the handler fails the compilation's future and parks the
 * thread for good. The thread, its module and 64 MiB of address space leak. That is bearable because each such failure
 * is a bug of the code generator, seen in tests, and not something a user's model may cause twice a second.
 */
