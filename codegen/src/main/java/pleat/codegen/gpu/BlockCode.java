package pleat.codegen.gpu;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import pleat.ir.kernel.Kernel;
import pleat.ir.lane.LaneBuilder;
import pleat.ir.lane.LaneType;
import pleat.ir.lane.LaneValue;
import pleat.ir.lane.Opcode;
import pleat.ir.lane.Operand;
import pleat.ir.plan.TensorMap;

/** The code of a kernel while it is written: its parameters, the blocks of the present program, and where tiles lie. */
final class BlockCode {
    final GpuTarget target;
    final Kernel kernel;
    final LaneBuilder b = new LaneBuilder();
    final Ints ints = new Ints(b);
    final BlockAxes axes;
    final int threads;
    /** Parts of a product's factors that shared memory has room for. */
    final int stages;
    final Operand thread;
    final List<LaneValue> buffers = new ArrayList<>();
    private final Map<TensorMap, LaneValue> maps = new LinkedHashMap<>();
    private final HomePlaces places;
    private final LaneValue scratch;
    private Optional<Operand> scratchOfBlock = Optional.empty();

    BlockCode(GpuTarget target, Kernel kernel, HomePlaces places, int threads, int stages) {
        this.target = target;
        this.kernel = kernel;
        this.places = places;
        this.threads = threads;
        this.stages = stages;
        this.axes = new BlockAxes(kernel.axes(), ints);
        for (var parameter : kernel.parameters()) {
            buffers.add(b.value(parameter.name(), parameter.mode() == Kernel.Mode.IN ? LaneType.CONST : LaneType.GLOBAL));
        }
        this.scratch = b.value("scratch", LaneType.GLOBAL);
        this.thread = b.row(Opcode.TID);
        if (places.scratchBytes() > 0) {
            var offset = ints.times(ints.wide(b.row(Opcode.BLOCK)), places.scratchBytes());
            scratchOfBlock = Optional.of(b.row(Opcode.AT_GLOBAL, scratch, offset));
        }
    }

    /** As a launch gives them, in order. */
    ImmutableList<LaneValue> parameters() {
        return ImmutableList.<LaneValue>builder().addAll(maps.values()).addAll(buffers).add(scratch).build();
    }

    /** Those that code asked for. */
    ImmutableList<TensorMap> maps() {
        return ImmutableList.copyOf(maps.keySet());
    }

    LaneValue map(TensorMap map) {
        return maps.computeIfAbsent(map, _ -> b.value("map" + maps.size(), LaneType.MAP));
    }

    HomePlaces.Place place(Home home) {
        return places.of(home);
    }

    /** The element of a tile at a point. */
    Operand load(Home home, Point point) {
        return load(home, address(home, point));
    }

    /** The element of a tile at an address. */
    Operand load(Home home, Operand address) {
        return b.row(place(home).isShared() ? Opcode.LD_SHARED_F32 : Opcode.LD_GLOBAL_F32, address);
    }

    void store(Home home, Point point, Operand value) {
        store(home, address(home, point), List.of(value));
    }

    /** One number, or four at a multiple of 16 bytes. */
    void store(Home home, Operand address, List<Operand> values) {
        var operands = new ArrayList<Operand>();
        operands.add(address);
        operands.addAll(values);
        boolean isShared = place(home).isShared();
        b.rows(values.size() == 1 ? isShared ? Opcode.ST_SHARED_F32 : Opcode.ST_GLOBAL_F32 : isShared ? Opcode.ST_SHARED_4F32 : Opcode.ST_GLOBAL_4F32, operands);
    }

    /** Four neighbours from a place on that is a multiple of four. */
    List<Operand> loadGroup(Home home, Point point) {
        return loadGroup(home, address(home, point));
    }

    List<Operand> loadGroup(Home home, Operand address) {
        return b.rows(place(home).isShared() ? Opcode.LD_SHARED_4F32 : Opcode.LD_GLOBAL_4F32, List.of(address));
    }

    /** As {@link #loadGroup}. */
    void storeGroup(Home home, Point point, List<Operand> values) {
        store(home, address(home, point), values);
    }

    /** An address and so many bytes: a number that loads and stores have in themselves. */
    Operand behind(Home home, Operand address, long bytes) {
        return bytes == 0 ? address : place(home).isShared() ? b.row(Opcode.AT_SHARED, address, Operand.i32(bytes)) : b.row(Opcode.AT_GLOBAL, address, Operand.i64(bytes));
    }

    Operand address(Home home, Point point) {
        Operand offset = Operand.i32(place(home).offset());
        for (int axis = 0; axis < kernel.axes().size(); axis++) {
            offset = ints.plus(ints.times(point.along(axis), Float.BYTES * home.stride(axis)), offset);
        }
        return at(home, offset);
    }

    private Operand at(Home home, Operand offset) {
        return place(home).isShared() ? b.row(Opcode.SHARED, offset) : b.row(Opcode.AT_GLOBAL, scratchOfBlock.orElseThrow(), ints.wide(offset));
    }

    /** The number so many numbers behind the start of what has no axes. */
    Operand loadPlain(Home home, Operand element) {
        return b.row(place(home).isShared() ? Opcode.LD_SHARED_F32 : Opcode.LD_GLOBAL_F32, plain(home, element));
    }

    /** As {@link #loadPlain}: one number, or four from a multiple of four on. */
    void storePlain(Home home, Operand element, List<Operand> values) {
        store(home, plain(home, element), values);
    }

    private Operand plain(Home home, Operand element) {
        return at(home, ints.plus(ints.times(element, Float.BYTES), place(home).offset()));
    }
}
