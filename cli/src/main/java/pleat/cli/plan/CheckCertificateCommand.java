package pleat.cli.plan;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import pleat.cli.compile.Bytes;
import pleat.cli.compile.SourceFiles;
import pleat.ir.diagnostic.UserException;
import pleat.passes.planner.Proof;

/** Checks what a search has claimed, without searching. */
@Command(
        name = "check-certificate",
        mixinStandardHelpOptions = true,
        description = "Checks that no plan is better than a file of `pleat plan --certificate` says, in exact integers and without a search.",
        footer = {
            "%nExample:",
            "  pleat plan evoformer-stack --blocks 48 --size s=128,r=256 --train --dtype f16 --machine evo-e2e --devices 4 --memory 16GB --certificate c.txt",
            "  pleat check-certificate c.txt"
        })
public final class CheckCertificateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Problems, each with its certificate.")
    private Path file;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        var proofs = Proof.parse(SourceFiles.read(file));
        for (int number = 1; number <= proofs.size(); number++) {
            var proof = proofs.get(number - 1);
            var wrong = proof.check();
            if (wrong.isPresent()) {
                throw new UserException("certificate %d of %d in `%s` does not hold: %s".formatted(number, proofs.size(), file, wrong.get()));
            }
            out.printf("%d of %d holds: %s%n", number, proofs.size(), said(proof));
        }
        if (proofs.stream().anyMatch(Proof::fits)) {
            summary(out, proofs);
        }
        out.flush();
        return 0;
    }

    private static String said(Proof proof) {
        var certificate = proof.certificate();
        return proof.fits()
                ? "within %s no plan is faster than %.3f ms; the plan takes %.3f ms and %s".formatted(Bytes.text(certificate.budgetBytes()),
                        certificate.lowerBoundPicos() / 1e9, certificate.plan().timePicos() / 1e9, Bytes.text(certificate.plan().bytes()))
                : "no plan is within %d bytes; the smallest found needs %d".formatted(certificate.budgetBytes(), certificate.plan().bytes());
    }

    /** The fastest plan of all problems, and the bound for their union. */
    private static void summary(PrintWriter out, List<Proof> proofs) {
        long time = proofs.stream().filter(Proof::fits).mapToLong(proof -> proof.certificate().plan().timePicos()).min().orElseThrow();
        boolean settled = proofs.stream().allMatch(proof -> proof.fits() || proof.certificate().budgetBytes() >= proof.problem().budgetBytes());
        long bound = settled ? proofs.stream().filter(Proof::fits).mapToLong(proof -> proof.certificate().lowerBoundPicos()).min().orElseThrow() : 0;
        out.printf("%.3f ms, at least %.3f, gap %.2f %%%n", time / 1e9, bound / 1e9, time == 0 ? 0 : 100.0 * (time - bound) / time);
    }
}
