package pleat.runtime.io;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import pleat.ir.diagnostic.UserException;
import pleat.runtime.io.Pickled.Dictionary;
import pleat.runtime.io.Pickled.Global;
import pleat.runtime.io.Pickled.None;
import pleat.runtime.io.Pickled.Opaque;
import pleat.runtime.io.Pickled.Real;
import pleat.runtime.io.Pickled.Sequence;
import pleat.runtime.io.Pickled.Text;
import pleat.runtime.io.Pickled.Truth;
import pleat.runtime.io.Pickled.Whole;

/**
 * Reads a pickle (Python's pickletools, protocols 0 to 5) as data. The opcodes that make Python call something are answered by
 * {@link TorchObjects}: it knows the few calls that describe tensors and containers, and refuses every other by its name.
 */
final class PickleReader {
    private final FileBytes file;
    private final PickleBytes bytes;
    private final List<Pickled> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Long, Pickled> memo = new HashMap<>();
    private final TorchObjects objects;

    private PickleReader(FileBytes file, MemorySegment pickle) {
        this.file = file;
        this.bytes = new PickleBytes(file, pickle);
        this.objects = new TorchObjects(file);
    }

    static Pickled read(FileBytes file, MemorySegment pickle) {
        return new PickleReader(file, pickle).run();
    }

    private Pickled run() {
        while (true) {
            var opcode = bytes.u8();
            if (opcode == '.') {
                return pop();
            }
            if (!constant(opcode) && !container(opcode) && !memory(opcode) && !call(opcode)) {
                throw damaged("opcode 0x%02x at byte %d is not one of a checkpoint".formatted(opcode, bytes.position() - 1));
            }
        }
    }

    private boolean constant(int opcode) {
        switch (opcode) {
            case 0x80 -> bytes.u8();                                        // PROTO
            case 0x95 -> bytes.skip(8);                                     // FRAME
            case 'N' -> push(new None());
            case 0x88 -> push(new Truth(true));
            case 0x89 -> push(new Truth(false));
            case 'I' -> push(bytes.integerLine());
            case 'J' -> push(new Whole(bytes.i32()));
            case 'K' -> push(new Whole(bytes.u8()));
            case 'M' -> push(new Whole(bytes.u16()));
            case 'L' -> push(bytes.longLine());
            case 0x8a -> push(bytes.integer(bytes.u8()));                   // LONG1
            case 0x8b -> push(bytes.integer(bytes.u32()));                  // LONG4
            case 'F' -> push(bytes.realLine());
            case 'G' -> push(new Real(bytes.bigEndianDouble()));
            case 'X' -> push(new Text(bytes.text(bytes.u32())));            // BINUNICODE
            case 0x8c -> push(new Text(bytes.text(bytes.u8())));
            case 0x8d -> push(new Text(bytes.text(bytes.i64())));
            case 'V' -> push(new Text(bytes.escapedLine()));
            case 'S' -> push(bytes.quotedLine());
            case 'T' -> push(new Text(bytes.latin1(bytes.u32())));          // Python 2 strings
            case 'U' -> push(new Text(bytes.latin1(bytes.u8())));
            case 'B' -> opaqueBytes(bytes.u32());
            case 'C' -> opaqueBytes(bytes.u8());
            case 0x8e, 0x96 -> opaqueBytes(bytes.i64());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean container(int opcode) {
        switch (opcode) {
            case ')', ']', 0x8f -> push(new Sequence(List.of()));           // an empty tuple, list, set
            case '}' -> push(new Dictionary());
            case 't', 'l', 0x91 -> push(new Sequence(popToMark()));         // TUPLE, LIST, FROZENSET
            case 0x85 -> push(new Sequence(popItems(1)));
            case 0x86 -> push(new Sequence(popItems(2)));
            case 0x87 -> push(new Sequence(popItems(3)));
            case 'd' -> {
                var items = popToMark();
                push(new Dictionary());
                setItems(items);
            }
            case 'a' -> append(popItems(1));
            case 'e', 0x90 -> append(popToMark());                          // APPENDS, ADDITEMS
            case 's' -> setItems(popItems(2));
            case 'u' -> setItems(popToMark());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean memory(int opcode) {
        switch (opcode) {
            case '(' -> marks.add(stack.size());
            case '0' -> pop();
            case '1' -> popToMark();
            case '2' -> push(top());                                        // DUP
            case 'q' -> memo.put((long) bytes.u8(), top());
            case 'r' -> memo.put(bytes.u32(), top());
            case 'p' -> memo.put(bytes.index(), top());
            case 0x94 -> memo.put((long) memo.size(), top());               // MEMOIZE
            case 'h' -> push(recall(bytes.u8()));
            case 'j' -> push(recall(bytes.u32()));
            case 'g' -> push(recall(bytes.index()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean call(int opcode) {
        switch (opcode) {
            case 'c' -> push(new Global(bytes.line(), bytes.line()));
            case 0x93 -> {                                                  // STACK_GLOBAL
                var names = popItems(2);
                push(objects.global(names.get(0), names.get(1)));
            }
            case 'R' -> {
                var call = popItems(2);
                push(objects.reduce(call.get(0), call.get(1)));
            }
            case 0x81 -> {                                                  // NEWOBJ
                var call = popItems(2);
                push(objects.newObject(call.get(0)));
            }
            case 0x92 -> {                                                  // NEWOBJ_EX
                var call = popItems(3);
                push(objects.newObject(call.get(0)));
            }
            case 'b' -> pop();                                              // BUILD sets attributes, and no tensor is one
            case 'i' -> throw objects.refuseCall(new Global(bytes.line(), bytes.line()).dotted());
            case 'o' -> throw objects.refuseCall(TorchObjects.describe(firstOfMark()));
            case 'Q' -> push(objects.persistent(pop()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void push(Pickled value) {
        stack.add(value);
    }

    /** Items above the last mark belong to what is being built there; the rest is out of reach, as in Python. */
    private int floor() {
        return marks.isEmpty() ? 0 : marks.getLast();
    }

    private Pickled top() {
        if (stack.size() <= floor()) {
            throw damaged("it uses a value that it has not made, before byte " + bytes.position());
        }
        return stack.getLast();
    }

    private Pickled pop() {
        var value = top();
        stack.removeLast();
        return value;
    }

    private List<Pickled> popItems(int count) {
        if (stack.size() - count < floor()) {
            throw damaged("it uses values that it has not made, before byte " + bytes.position());
        }
        var items = stack.subList(stack.size() - count, stack.size());
        var copy = List.copyOf(items);
        items.clear();
        return copy;
    }

    private List<Pickled> popToMark() {
        if (marks.isEmpty()) {
            throw damaged("it closes a list that it has not opened, before byte " + bytes.position());
        }
        var items = popItems(stack.size() - marks.getLast());
        marks.removeLast();
        return items;
    }

    private Pickled firstOfMark() {
        var items = popToMark();
        return items.isEmpty() ? new None() : items.getFirst();
    }

    private void append(List<Pickled> items) {
        var target = top();
        if (target instanceof Sequence sequence) {
            sequence.items().addAll(items);
        } else if (!(target instanceof Opaque)) {
            throw damaged("it appends to what is not a list, before byte " + bytes.position());
        }
    }

    private void setItems(List<Pickled> items) {
        if (items.size() % 2 != 0) {
            throw damaged("a dictionary has a key without a value, before byte " + bytes.position());
        }
        var target = top();
        if (target instanceof Dictionary dictionary) {
            for (int i = 0; i < items.size(); i += 2) {
                dictionary.put(items.get(i), items.get(i + 1));
            }
        } else if (!(target instanceof Opaque)) {
            throw damaged("it sets items of what is not a dictionary, before byte " + bytes.position());
        }
    }

    private Pickled recall(long index) {
        var value = memo.get(index);
        if (value == null) {
            throw damaged("it recalls value %d, which it has not kept, before byte %d".formatted(index, bytes.position()));
        }
        return value;
    }

    private void opaqueBytes(long length) {
        bytes.skip(length);
        push(new Opaque("bytes"));
    }

    private UserException damaged(String why) {
        return file.refuse("is damaged: its pickle cannot be read: %s", why);
    }
}
