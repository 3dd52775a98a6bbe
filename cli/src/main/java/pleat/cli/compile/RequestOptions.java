package pleat.cli.compile;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import picocli.CommandLine.Option;
import pleat.cli.Assignment;
import pleat.frontend.ConfigValue;
import pleat.frontend.Frontend.Request;
import pleat.ir.diagnostic.UserException;
import pleat.ir.type.DType;
import pleat.passes.hoist.KeepLimit;
import pleat.passes.recompute.Recomputation;

/** The options that say what is to be compiled; every command that compiles has them. */
public final class RequestOptions {
    /** What all stacks call their depth. */
    private static final String BLOCKS = "no_blocks";

    /** Element types that floating tensors can have in memory. */
    public enum Storage {
        F32(DType.F32), BF16(DType.BF16), F16(DType.F16);

        private final DType dtype;

        Storage(DType dtype) {
            this.dtype = dtype;
        }

        public DType dtype() {
            return dtype;
        }
    }

    @Option(names = "--size", paramLabel = "NAME=N", split = ",", converter = Assignment.OfNumber.class,
            description = "Sizes, as in --size s=128,r=256.")
    private List<Assignment<Long>> sizes = new ArrayList<>();

    @Option(names = "--set", paramLabel = "NAME=VALUE", split = ",", converter = Assignment.OfText.class,
            description = "Settings of the module, as in --set c_m=64,no_blocks=4.")
    private List<Assignment<String>> settings = new ArrayList<>();

    @Option(names = "--blocks", paramLabel = "N", description = "How many blocks a stack has; short for --set no_blocks=N.")
    private Long blocks;

    @Option(names = "--config", paramLabel = "FILE",
            description = "Settings in a JSON object, under the module's names or its reference implementation's. --set and --size go before it.")
    private Path configuration;

    @Option(names = "--dtype", paramLabel = "f32|bf16|f16",
            description = "Element type of floating tensors in memory; sums are f32 always. Default: f32.")
    private Storage storage;

    @Option(names = "--threads", paramLabel = "N", description = "Threads of native code. Default: all that the machine has.")
    private Integer threads;

    @Option(names = "--gradients", description = "Compute the gradients of all floating inputs and weights too.")
    private boolean gradients;

    @Option(names = "--keep", paramLabel = "none|all|FILE",
            description = "What gradients keep of every turn of a repetition and do not compute again; FILE has lines as --emit recompute prints them. "
                    + "Default: none, or with --memory the fastest that fits.")
    private String keep;

    @Option(names = "--no-fuse", description = "Make a kernel of every equation, for finding wrong numbers.")
    private boolean unfused;

    @Option(names = "--no-windows", description = "Compute attention for all keys, also where a regular mask keeps few of them.")
    private boolean unwindowed;

    @Option(names = "--no-hoist", description = "Compute everything in a loop in every turn of it.")
    private boolean unhoisted;

    @Option(names = "--hoist-memory", paramLabel = "SIZE", converter = Bytes.class,
            description = "What a loop may keep of values that do not change in it, as in --hoist-memory 1GB. Default: 4GiB.")
    private Long hoistMemory;

    @Option(names = "--memory", paramLabel = "SIZE", converter = Bytes.class,
            description = "Bytes that a plan may need, as in --memory 8GB: what does not fit is computed in chunks, and again for gradients.")
    private Long memory;

    @Option(names = "--no-chunk", description = "With --memory: change nothing to make the plan fit.")
    private boolean unchunked;

    @Option(names = "--cache", paramLabel = "DIR",
            description = "Keep compiled plans there, up to $PLEAT_CACHE_LIMIT (2GB). Default: $PLEAT_CACHE, or pleat in the user's caches.")
    private Path cache;

    /** Plans that were compiled before. */
    public ModelCache cache(Consumer<String> note) {
        return ModelCache.in(cacheFolder(), note);
    }

    /** Code for a GPU that was compiled before, and tiles that were tuned. */
    public EarlierCode earlier(Consumer<String> note) {
        return EarlierCode.in(cacheFolder(), note);
    }

    /** The folder of {@link #cache}. */
    public Path cacheFolder() {
        return cache == null ? ModelCache.folderOfUser() : cache;
    }

    /** The sizes as they were given. */
    public ImmutableMap<String, Long> sizes() {
        return Assignment.map("--size", sizes);
    }

    public int threads() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** Empty if the command line says nothing of threads. */
    public OptionalInt givenThreads() {
        return threads == null ? OptionalInt.empty() : OptionalInt.of(threads);
    }

    public DType dtype() {
        return storage == null ? DType.F32 : storage.dtype;
    }

    public OptionalLong memory() {
        return memory == null ? OptionalLong.empty() : OptionalLong.of(memory);
    }

    /** A number of threads that {@code --threads} of some command gave. */
    public static int checkedThreads(int threads) {
        if (threads < 1) {
            throw new UserException("--threads is " + threads + ", and at least one thread is needed");
        }
        return threads;
    }

    /** Which of the options are given that bind sizes and settings and choose what is computed. */
    public ImmutableList<String> givenBinding() {
        var given = ImmutableList.<String>builder();
        if (!sizes.isEmpty()) {
            given.add("--size");
        }
        if (!settings.isEmpty()) {
            given.add("--set");
        }
        if (blocks != null) {
            given.add("--blocks");
        }
        if (configuration != null) {
            given.add("--config");
        }
        if (gradients) {
            given.add("--gradients");
        }
        if (keep != null) {
            given.add("--keep");
        }
        return given.build();
    }

    /** Which of the options are given that decide what code is made, threads apart. */
    public ImmutableList<String> givenCode() {
        var given = ImmutableList.<String>builder();
        if (storage != null) {
            given.add("--dtype");
        }
        if (unfused) {
            given.add("--no-fuse");
        }
        if (unwindowed) {
            given.add("--no-windows");
        }
        if (unhoisted) {
            given.add("--no-hoist");
        }
        if (hoistMemory != null) {
            given.add("--hoist-memory");
        }
        if (unchunked) {
            given.add("--no-chunk");
        }
        return given.build();
    }

    /** Refuses what says something that is said already. */
    public void refuseAllButThreads(String reason) {
        var given = new ArrayList<String>(givenBinding());
        given.addAll(givenCode());
        if (memory != null) {
            given.add("--memory");
        }
        if (!given.isEmpty()) {
            throw new UserException(reason + ": " + String.join(", ", given) + (given.size() == 1 ? " does" : " do") + " not apply");
        }
    }

    public NativeOptions nativeOptions() {
        return new NativeOptions(checkedThreads(threads()), dtype(), !unfused, !unwindowed, hoist(), chunkBudget());
    }

    private Optional<KeepLimit> hoist() {
        if (unhoisted && hoistMemory != null) {
            throw new UserException("--no-hoist and --hoist-memory contradict each other");
        }
        return unhoisted ? Optional.empty() : Optional.of(hoistMemory == null ? KeepLimit.DEFAULT : KeepLimit.bytes(hoistMemory));
    }

    public CompileRequest request(ModelReference model) {
        return request(model, ImmutableMap.of());
    }

    /** @param shapes of inputs, from which sizes are solved that the command line does not give */
    public CompileRequest request(ModelReference model, ImmutableMap<String, List<Long>> shapes) {
        var values = new LinkedHashMap<String, ConfigValue>();
        sizes().forEach((name, size) -> put(values, name, ConfigValue.of(size)));
        Assignment.map("--set", settings).forEach((name, text) -> put(values, name, ConfigValue.parse(text).orElseThrow(() -> new UserException(
                "setting `" + name + "` is `" + text + "`, which is neither a number nor true or false"))));
        if (blocks != null) {
            put(values, BLOCKS, ConfigValue.of(blocks));
        }
        if (configuration != null) {
            ConfigurationFile.settings(configuration, model).forEach(values::putIfAbsent);
        }
        return new CompileRequest(model, new Request(ImmutableMap.copyOf(values), shapes),
                gradients(), nativeOptions(), memory());
    }

    /** What a training step is made of: the gradients of the weights, whether or not {@code --gradients} asks for them. */
    public CompileRequest trainingRequest(ModelReference model, ImmutableMap<String, List<Long>> shapes) {
        gradients = true;
        var request = request(model, shapes);
        return new CompileRequest(request.model(), request.binding(), new Gradients(ImmutableList.of("grad/param/*"), request.gradients().recomputation()),
                request.options(), request.memoryBudget());
    }

    /** Where there are gradients, the budget goes into what they keep and compute again. */
    private OptionalLong chunkBudget() {
        return unchunked || gradients ? OptionalLong.empty() : memory();
    }

    private Gradients gradients() {
        if (keep != null && !gradients) {
            throw new UserException("--keep says what gradients keep, and there are none\n  = help: add --gradients");
        }
        return !gradients ? Gradients.NONE : keep == null ? Gradients.ALL : Gradients.ALL.with(kept(keep));
    }

    private static Recomputation kept(String words) {
        return Recomputation.parse(words.equals("all") || words.equals("none") ? "keep " + words : SourceFiles.read(Path.of(words)));
    }

    private static void put(Map<String, ConfigValue> values, String name, ConfigValue value) {
        if (values.putIfAbsent(name, value) != null) {
            throw new UserException("`" + name + "` is given twice, by --size, --set or --blocks");
        }
    }
}
