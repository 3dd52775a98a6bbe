package pleat.runtime.emulator;

/** Ends a launch whose kernel did something that it must not do. */
public final class KernelFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Finding finding;

    KernelFault(Finding finding) {
        super(finding.toString());
        this.finding = finding;
    }

    public Finding finding() {
        return finding;
    }
}
