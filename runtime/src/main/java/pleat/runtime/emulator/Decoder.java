package pleat.runtime.emulator;

/** Says what an instruction does, by its first word. */
final class Decoder {
    private Decoder() {}

    static Action decode(Line line) {
        return switch (line.name()) {
            case "bra" -> new Action.Branch(line.target(0), Meetings.NONE);
            case "ret", "exit" -> new Action.Exit();
            case "bar", "barrier" -> barrier(line);
            case "trap" -> new Action.Single((warp, lanes) -> {
                throw warp.fault(Finding.Kind.TRAP, Lanes.first(lanes), "the kernel ends itself");
            });
            // Blocks run one after the other and warps see memory at once, so fences order nothing.
            case "membar", "fence", "nanosleep" -> plainFence(line);
            case "prefetch" -> new Action.Single(line.has("tensormap") ? BulkSteps.prefetch(line) : (_, _) -> { });
            case "mbarrier" -> new Action.Single(BarrierSteps.decode(line));
            case "ld", "ldu" -> new Action.Single(MemorySteps.load(line));
            case "st" -> new Action.Single(MemorySteps.store(line));
            case "atom", "red" -> new Action.Single(AtomicSteps.decode(line));
            case "cvta" -> new Action.Single(MemorySteps.convertAddress(line));
            case "cp" -> new Action.Single(BulkSteps.isMeant(line) ? BulkSteps.decode(line) : CopySteps.decode(line));
            case "shfl", "vote", "activemask", "redux", "match", "elect" -> WarpSteps.decode(line);
            case "wgmma" -> GroupSteps.decode(line);
            case "mma", "ldmatrix" -> new Action.Aligned(MatrixSteps.decode(line));
            case "mov", "cvt" -> new Action.Single(MoveSteps.decode(line));
            case "setp", "set", "selp", "slct" -> new Action.Single(CompareSteps.decode(line));
            case "ex2", "lg2", "sin", "cos", "tanh", "rcp", "rsqrt", "sqrt", "fma", "copysign" ->
                new Action.Single(FloatSteps.decode(line));
            case "addc", "subc" -> new Action.Single(CarrySteps.decode(line));
            case "add", "sub", "mul", "div", "min", "max", "neg", "abs" -> new Action.Single(CarrySteps.isMeant(line) ? CarrySteps.decode(line)
                    : isFloat(line) ? FloatSteps.decode(line)
                    : IntegerSteps.decode(line));
            default -> new Action.Single(IntegerSteps.decode(line));
        };
    }

    private static boolean isFloat(Line line) {
        Type type = line.type();
        return type.isFloat() || type == Type.F16X2 || type == Type.BF16X2;
    }

    private static Action plainFence(Line line) {
        if (line.part(1).equals("proxy")) {
            return GroupSteps.fence(line);
        }
        if (line.part(1).startsWith("mbarrier")) {
            return GroupSteps.barrierFence(line);
        }
        return new Action.Single((warp, lanes) -> { });
    }

    private static Action barrier(Line line) {
        if (line.has("warp")) {
            return new Action.Masked((warp, lanes) -> { }, line.narrow(0));
        }
        if (line.has("red") || line.has("cluster")) {
            throw unknown(line);
        }
        return new Action.Barrier(line.narrow(0), line.operandCount() > 1 ? line.narrow(1) : -1, !line.has("arrive"));
    }

    static PtxSyntax unknown(Line line) {
        return new PtxSyntax("the emulator does not know this form of " + line.name());
    }
}
