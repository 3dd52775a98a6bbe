package pleat.ir.text;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import java.util.function.Supplier;
import pleat.ir.index.Reduction;
import pleat.ir.mesh.Device;
import pleat.ir.mesh.Mesh;
import pleat.ir.mesh.Sharding;
import pleat.ir.mesh.Split;
import pleat.ir.mesh.Transfer;
import pleat.ir.tensor.Op;
import pleat.ir.text.Token.Kind;

/** Meshes, shardings and transfers. */
final class MeshParser {
    private final Tokens tokens;

    MeshParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** {@code mesh(data = 2, model = 4) device(data = 0, model = 1)}, or nothing. */
    Optional<Device> device() {
        return mesh().map(this::device);
    }

    /** {@code mesh(data = 2, model = 4)}, or nothing. */
    Optional<Mesh> mesh() {
        int start = tokens.position();
        if (!tokens.acceptWord("mesh")) {
            return Optional.empty();
        }
        var axes = tokens.list("(", this::axis, ")");
        return Optional.of(made(start, () -> new Mesh(axes)));
    }

    private Device device(Mesh mesh) {
        int place = tokens.position();
        tokens.expectWord("device");
        var position = tokens.list("(", this::named, ")");
        return made(place, () -> {
            if (!position.stream().map(Named::name).toList().equals(mesh.axes().stream().map(Mesh.Axis::name).toList())) {
                throw new IllegalArgumentException("the axes are not those of " + mesh + " in the same order");
            }
            return new Device(mesh, position.stream().map(Named::value).collect(ImmutableList.toImmutableList()));
        });
    }

    /** {@code split(model 0: 256 by 32)}, or nothing, which is the whole. */
    Sharding sharding() {
        int start = tokens.position();
        if (!tokens.acceptWord("split")) {
            return Sharding.WHOLE;
        }
        var splits = tokens.list("(", this::split, ")");
        return made(start, () -> Sharding.of(splits));
    }

    /** {@code cut(0: 64 of 128)}, or nothing, which is the whole. */
    ImmutableList<Op.Random.Cut> cuts() {
        return !tokens.acceptWord("cut") ? ImmutableList.of() : tokens.list("(", () -> {
            int dim = tokens.smallInteger();
            tokens.expect(":");
            long start = tokens.integer();
            tokens.expectWord("of");
            return new Op.Random.Cut(dim, start, tokens.integer());
        }, ")");
    }

    /** Whether an op begins with this word. */
    static boolean isTransfer(String word) {
        return switch (word) {
            case "all_gather", "reduce_scatter", "all_reduce", "all_to_all", "halo", "fold_halo", "vary", "slice" -> true;
            default -> false;
        };
    }

    /** What follows the operand, for the word that stands before it. */
    Transfer transfer(Token kind) {
        int start = tokens.position();
        tokens.expectWord("along");
        return switch (kind.text()) {
            case "all_gather" -> new Transfer.AllGather(split(), tokens.acceptWord("equal"));
            case "reduce_scatter" -> new Transfer.ReduceScatter(split(), reduction());
            case "all_reduce" -> new Transfer.AllReduce(axisName(), reduction());
            case "all_to_all" -> {
                var from = split();
                tokens.expectWord("to");
                var to = split();
                yield made(start, () -> new Transfer.AllToAll(from, to));
            }
            case "halo" -> new Transfer.Halo(split(), side("before"), side("after"));
            case "fold_halo" -> new Transfer.FoldHalo(split(), side("before"), side("after"));
            case "vary" -> new Transfer.Vary(axisName());
            case "slice" -> new Transfer.Slice(split());
            default -> throw new IllegalStateException("`" + kind.text() + "` is no transfer");
        };
    }

    private long side(String word) {
        tokens.expectWord(word);
        return tokens.integer();
    }

    private Reduction reduction() {
        Token word = tokens.expect(Kind.WORD, "a reduction");
        return switch (word.text()) {
            case "sum" -> Reduction.SUM;
            case "max" -> Reduction.MAX;
            case "min" -> Reduction.MIN;
            default -> throw Tokens.refuse(TextCode.UNKNOWN_WORD, word.span(), "`" + word.text() + "` is no reduction");
        };
    }

    private Split split() {
        int start = tokens.position();
        var axis = axisName();
        int dim = tokens.smallInteger();
        tokens.expect(":");
        long extent = tokens.integer();
        tokens.expectWord("by");
        long unit = tokens.integer();
        return made(start, () -> new Split(axis, dim, extent, unit));
    }

    private record Named(String name, int value) {}

    private Named named() {
        var name = axisName();
        tokens.expect("=");
        return new Named(name, tokens.smallInteger());
    }

    private Mesh.Axis axis() {
        int start = tokens.position();
        var named = named();
        return made(start, () -> new Mesh.Axis(named.name(), named.value()));
    }

    private String axisName() {
        return tokens.expect(Kind.WORD, "an axis of the mesh").text();
    }

    /** What the text says but a record refuses is wrong with the text. */
    <T> T made(int start, Supplier<T> record) {
        try {
            return record.get();
        } catch (IllegalArgumentException refused) {
            throw Tokens.refuse(TextCode.MESH, tokens.spanFrom(start), refused.getMessage());
        }
    }
}
