package pleat.runtime.io;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.math.LongMath;
import java.util.ArrayList;
import java.util.List;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import pleat.runtime.io.Pickled.Dictionary;
import pleat.runtime.io.Pickled.Global;
import pleat.runtime.io.Pickled.Opaque;
import pleat.runtime.io.Pickled.Sequence;
import pleat.runtime.io.Pickled.Storage;
import pleat.runtime.io.Pickled.Tensor;
import pleat.runtime.io.Pickled.Text;
import pleat.runtime.io.Pickled.Whole;

/**
 * The meaning of the calls in a PyTorch pickle. A call is answered by what it would make if it is on one of these lists, and
 * refused by name otherwise. An object of a class that is not listed is an {@link Opaque}: the pickle makes it without a call,
 * and no tensor is read out of it.
 */
final class TorchObjects {
    private static final ImmutableMap<String, DType> STORAGES = ImmutableMap.<String, DType>builder()
            .put("DoubleStorage", DType.F64).put("FloatStorage", DType.F32).put("HalfStorage", DType.F16)
            .put("BFloat16Storage", DType.BF16).put("LongStorage", DType.I64).put("IntStorage", DType.I32)
            .put("ShortStorage", DType.I16).put("CharStorage", DType.I8).put("ByteStorage", DType.U8)
            .put("BoolStorage", DType.BOOL)
            .build();
    private static final ImmutableMap<String, DType> DTYPES = ImmutableMap.<String, DType>builder()
            .put("torch.float64", DType.F64).put("torch.float32", DType.F32).put("torch.float16", DType.F16)
            .put("torch.bfloat16", DType.BF16).put("torch.int64", DType.I64).put("torch.int32", DType.I32)
            .put("torch.int16", DType.I16).put("torch.int8", DType.I8).put("torch.uint8", DType.U8).put("torch.bool", DType.BOOL)
            .build();
    private static final ImmutableSet<String> DICTIONARIES =
            ImmutableSet.of("collections.OrderedDict", "collections.defaultdict", "collections.Counter", "builtins.dict");
    private static final ImmutableSet<String> SEQUENCES =
            ImmutableSet.of("builtins.set", "builtins.frozenset", "builtins.list", "builtins.tuple", "torch.Size");
    /** Calls that make configuration values; what they make is not looked at. */
    private static final ImmutableSet<String> PLAIN_VALUES = ImmutableSet.of("_codecs.encode", "builtins.bytes",
            "builtins.bytearray", "builtins.complex", "builtins.range", "builtins.slice", "copyreg._reconstructor",
            "datetime.date", "datetime.datetime", "datetime.timedelta", "decimal.Decimal", "numpy._core.multiarray._reconstruct",
            "numpy._core.multiarray.scalar", "numpy._core.numeric._frombuffer", "numpy.core.multiarray._reconstruct",
            "numpy.core.multiarray.scalar", "numpy.core.numeric._frombuffer", "numpy.dtype", "pathlib.Path", "pathlib.PosixPath",
            "pathlib.PurePosixPath", "pathlib.WindowsPath", "pathlib._local.PosixPath", "torch.device", "uuid.UUID");

    private final FileBytes file;

    TorchObjects(FileBytes file) {
        this.file = file;
    }

    Global global(Pickled module, Pickled name) {
        if (module instanceof Text(String m) && name instanceof Text(String n)) {
            return new Global(m, n);
        }
        throw damaged("a class or function is named by what is not text");
    }

    /** What {@code function(*arguments)} would make. */
    Pickled reduce(Pickled function, Pickled arguments) {
        var name = function instanceof Global global ? present(global) : describe(function);
        var given = arguments instanceof Sequence sequence ? sequence.items() : List.<Pickled>of();
        if (DICTIONARIES.contains(name)) {
            return dictionary(given);
        }
        if (SEQUENCES.contains(name)) {
            return new Sequence(!given.isEmpty() && given.getFirst() instanceof Sequence items ? items.items() : List.of());
        }
        if (PLAIN_VALUES.contains(name)) {
            return new Opaque("a value of " + FileBytes.quote(name));
        }
        return switch (name) {
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> tensor(given, storage(given).dtype());
            case "torch._utils._rebuild_tensor_v3" -> tensor(given, dtype(argument(given, 6)));
            case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state" -> argument(given, 0);
            case "torch._tensor._rebuild_from_type_v2" -> rebuildFromType(given);
            default -> throw refuseCall(describe(function));
        };
    }

    /** The name as Python 3 has it: protocols up to 2 write Python 2's. */
    private static String present(Global global) {
        return switch (global.module()) {
            case "__builtin__" -> "builtins." + global.name();
            case "copy_reg" -> "copyreg." + global.name();
            default -> global.dotted();
        };
    }

    Pickled newObject(Pickled type) {
        if (!(type instanceof Global global)) {
            throw refuseCall(describe(type));
        }
        var name = present(global);
        return DICTIONARIES.contains(name) ? new Dictionary() : new Opaque("an object of " + FileBytes.quote(name));
    }

    /** {@code ('storage', type, key, device, element count)}; the device it was on does not matter. */
    Storage persistent(Pickled id) {
        if (id instanceof Sequence sequence && sequence.items().size() >= 5 && sequence.items().get(0).equals(new Text("storage"))
                && sequence.items().get(1) instanceof Global type && sequence.items().get(2) instanceof Text(String key)
                && sequence.items().get(4) instanceof Whole(long count) && count >= 0) {
            if (type.dotted().equals("torch.storage.UntypedStorage") || type.dotted().equals("torch.UntypedStorage")) {
                return new Storage(key, DType.U8, count);
            }
            var dtype = type.module().equals("torch") ? STORAGES.get(type.name()) : null;
            if (dtype == null) {
                throw file.refuse("has a tensor in %s, which Pleat has no type for", FileBytes.quote(type.dotted()));
            }
            return new Storage(key, dtype, LongMath.saturatedMultiply(count, dtype.bytes()));
        }
        throw damaged("a reference to a storage is of another form than PyTorch's");
    }

    /** Says that {@code name} would be called, and is not. */
    UserException refuseCall(String name) {
        return file.refuse("is refused: its pickle calls %s, and Pleat executes nothing from a file; "
                + "a checkpoint of tensors, containers and plain values only can be read (`torch.save(model.state_dict(), ...)`)",
                FileBytes.quote(name));
    }

    static String describe(Pickled value) {
        return switch (value) {
            case Global global -> global.dotted();
            case Opaque(String what) -> what;
            case Text _ -> "a text";
            case Pickled.None _ -> "None";
            case Pickled.Truth _ -> "a truth value";
            case Whole _, Pickled.Real _ -> "a number";
            case Sequence _ -> "a list";
            case Dictionary _ -> "a dictionary";
            case Storage _, Tensor _ -> "a tensor";
        };
    }

    private Dictionary dictionary(List<Pickled> arguments) {
        var made = new Dictionary();
        for (var argument : arguments) {
            if (argument instanceof Dictionary other) {
                other.entries().forEach(made::put);
            } else if (argument instanceof Sequence pairs) {
                for (var pair : pairs.items()) {
                    if (!(pair instanceof Sequence both) || both.items().size() != 2) {
                        throw damaged("a dictionary is made of what are not pairs");
                    }
                    made.put(both.items().get(0), both.items().get(1));
                }
            }
        }
        return made;
    }

    private Tensor tensor(List<Pickled> arguments, DType dtype) {
        if (!(argument(arguments, 1) instanceof Whole(long offset))) {
            throw damaged("a tensor starts at what is not a number");
        }
        return new Tensor(storage(arguments), dtype, offset, numbers(argument(arguments, 2)), numbers(argument(arguments, 3)));
    }

    /** {@code (function, type, arguments, attributes)}: a tensor that carries attributes of its own. */
    private Pickled rebuildFromType(List<Pickled> arguments) {
        var function = argument(arguments, 0);
        if (function instanceof Global global && global.module().equals("torch._utils")) {
            return reduce(function, argument(arguments, 2));
        }
        throw refuseCall(describe(function));
    }

    private Storage storage(List<Pickled> arguments) {
        if (argument(arguments, 0) instanceof Storage storage) {
            return storage;
        }
        throw damaged("a tensor is made of what is not a storage");
    }

    private DType dtype(Pickled value) {
        var dtype = value instanceof Global global ? DTYPES.get(global.dotted()) : null;
        if (dtype == null) {
            throw file.refuse("has a tensor of %s, which Pleat has no type for", FileBytes.quote(describe(value)));
        }
        return dtype;
    }

    private List<Long> numbers(Pickled value) {
        var numbers = new ArrayList<Long>();
        if (value instanceof Sequence sequence) {
            for (var item : sequence.items()) {
                if (!(item instanceof Whole(long number)) || number < 0) {
                    throw damaged("a tensor's shape or stride has what is not a count");
                }
                numbers.add(number);
            }
            return numbers;
        }
        throw damaged("a tensor's shape or stride is not a tuple");
    }

    private Pickled argument(List<Pickled> arguments, int index) {
        if (index >= arguments.size()) {
            throw damaged("a tensor is made of too few arguments");
        }
        return arguments.get(index);
    }

    private UserException damaged(String why) {
        return file.refuse("is damaged: its pickle cannot be read: %s", why);
    }
}
