package pleat.ir.plan;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashSet;
import java.util.List;

/** One device's part in what a group of devices does together. */
public record Exchange(Pattern pattern, Group group) {

    /**
     * Devices that take part, by their numbers in the run.
     *
     * @param self which of them has this plan, counted from 0
     */
    public record Group(ImmutableList<Integer> devices, int self) {
        public Group {
            checkArgument(new LinkedHashSet<>(devices).size() == devices.size(), "a device is twice in %s", devices);
            checkArgument(self >= 0 && self < devices.size(), "a group of %s devices has no member %s", devices.size(), self);
        }

        public int size() {
            return devices.size();
        }

        /** The number of the device that has this plan. */
        public int device() {
            return devices.get(self);
        }
    }

    /**
     * The shape of the whole tensor.
     *
     * @param operand shape of what this device has
     */
    public long[] whole(long[] operand) {
        long[] whole = operand.clone();
        pattern.cuts().forEach(cut -> whole[cut.dim()] = cut.extent());
        return whole;
    }

    public Box operand(int member, long[] whole) {
        return pattern.operand(member, whole);
    }

    public Box result(int member, long[] whole) {
        return pattern.result(member, whole);
    }

    /**
     * What goes from one member to another.
     *
     * @param from where it lies in the operand of the sender
     * @param to where it goes in the result of the receiver
     */
    public record Move(Box from, Box to) {
        public long elements() {
            return from.elements();
        }
    }

    public Move move(int sender, int receiver, long[] whole) {
        var operand = operand(sender, whole);
        var result = result(receiver, whole);
        var both = operand.intersect(result);
        return new Move(both.within(operand), both.within(result));
    }

    /** The elements of a tensor that is reduced for all members, dealt out evenly: the first get one more. Each member combines one stripe. */
    public static Pattern.Cut stripes(long elements, int members) {
        var extents = ImmutableList.<Long>builder();
        for (int m = 0; m < members; m++) {
            extents.add(elements / members + (m < elements % members ? 1 : 0));
        }
        return new Pattern.Cut(0, extents.build());
    }

    /** Elements that this device sends to others. */
    public long sentElements(long[] whole) {
        int self = group.self();
        if (pattern instanceof Pattern.AllReduce) {
            long elements = Box.of(whole).elements();
            long stripe = stripes(elements, group.size()).extents().get(self);
            return elements - stripe + stripe * (group.size() - 1);
        }
        long sent = 0;
        for (int receiver = 0; receiver < group.size(); receiver++) {
            sent += receiver == self ? 0 : move(self, receiver, whole).elements();
        }
        return sent;
    }

    /** As text of a plan has it, without the member that this device is: equal for all that take part in one exchange. */
    public String signature() {
        return switch (pattern) {
            case Pattern.AllGather(var cut) -> "all_gather " + text(cut);
            case Pattern.ReduceScatter(var cut, var reduction) -> "reduce_scatter " + text(cut) + " " + reduction.text();
            case Pattern.AllReduce(var reduction) -> "all_reduce " + reduction.text();
            case Pattern.AllToAll(var from, var to) -> "all_to_all " + text(from) + " " + text(to);
            case Pattern.Halo(var cut, long before, long after) -> "halo " + text(cut) + " " + before + " " + after;
            case Pattern.FoldHalo(var cut, long before, long after) -> "fold_halo " + text(cut) + " " + before + " " + after;
        } + " among " + text(group.devices());
    }

    private static String text(Pattern.Cut cut) {
        return "dim " + cut.dim() + " " + text(cut.extents());
    }

    private static String text(List<? extends Number> numbers) {
        var text = new StringBuilder("(");
        numbers.forEach(number -> text.append(text.length() == 1 ? "" : ", ").append(number));
        return text.append(')').toString();
    }
}
